"""Latents of a run: right, kept, rebuilt when stale, and read only when whole."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.base.errors import DamagedFileError, ExplorerError
from explorer.datasets.datasets import Images, dataset_spec
from explorer.inference import latents
from explorer.inference.decoding import model_of
from explorer.inference.latents import (
    Latents,
    arrays_of,
    latents_of,
    originals,
    read_latents,
    read_npz,
    stored_latents,
    write_npz,
)
from explorer.inference.likelihood.evaluation import PerImage, evaluate
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.runs.weights import save_weights
from explorer.training.train_run import train_new
from tests.helpers import five_latents, tiny_config


def made_of(mu: list[list[float]], kl: list[list[float]] | None = None) -> Latents:
    """Latents with these posterior means."""
    array = np.array(mu, np.float32)
    zeros = np.zeros(len(array), np.float32)
    return Latents(PerImage(array, array, zeros, np.array(kl if kl else mu, np.float32), zeros), None, ())


def test_a_training_leaves_the_latents_of_its_test_split(trained: Run) -> None:
    kept = read_latents(load_run(trained), "test")
    data = dataset_spec("digits").load("test", None)
    assert kept is not None
    assert kept.labels is not None
    assert (kept.labels == data.labels).all()
    assert kept.classes == data.classes
    mu, logvar = model_of(load_run(trained)).encode(torch.from_numpy(data.pixels).float() / 255)
    np.testing.assert_allclose(kept.mu, mu.numpy(), atol=1e-6)
    np.testing.assert_allclose(kept.values.kl_nats, 0.5 * (mu**2 + logvar.exp() - 1 - logvar).numpy(), atol=1e-6)
    assert kept.values.elbo_nats.mean() == pytest.approx(trained.status().test_elbo_nats, rel=1e-4)


def test_kept_latents_are_not_computed_again(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latents, "per_image", lambda *_, **__: pytest.fail("computed again"))
    assert len(latents_of(load_run(trained))) == 360


def test_other_splits_are_computed_and_kept(trained: Run) -> None:
    assert read_latents(load_run(trained), "train") is None
    assert len(latents_of(load_run(trained), "train")) == 1437
    kept = read_latents(load_run(trained), "train")
    assert kept is not None
    assert len(kept) == 1437


def test_latents_of_other_weights_are_made_again(trained: Run) -> None:
    before = latents_of(load_run(trained)).mu
    model = model_of(load_run(trained))
    torch.nn.init.normal_(next(model.encoder.parameters()), generator=torch.Generator().manual_seed(0))
    trained.write_status(replace(trained.status(), weights_sha256=save_weights(trained, model)))
    assert read_latents(load_run(trained), "test") is None
    after = latents_of(load_run(trained)).mu
    assert not np.allclose(before, after)


def test_a_damaged_file_is_made_again(trained: Run) -> None:
    path = trained.path / "latents" / "test.npz"
    whole, before = path.read_bytes(), latents_of(load_run(trained)).mu
    rng = np.random.default_rng(0)
    for n in range(60):
        content = bytearray(whole if n % 2 else whole[: rng.integers(len(whole))])
        for place in rng.integers(0, len(content) or 1, 3) if content else ():
            content[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(content)
        kept = read_latents(load_run(trained), "test")
        assert kept is None or len(kept) == 360  # a flipped time stamp does no harm
    path.write_bytes(whole[:100])
    np.testing.assert_allclose(latents_of(load_run(trained)).mu, before, atol=1e-6)
    assert len(path.read_bytes()) > 1000


def test_a_pickle_is_never_read(trained: Run) -> None:
    objects = np.array([object()], dtype=object)
    np.savez(trained.path / "latents" / "test.npz", mu=objects, weights=trained.status().weights_sha256)
    assert read_latents(load_run(trained), "test") is None


def test_a_run_that_cannot_be_written_is_explored_all_the_same(trained: Run) -> None:
    shutil.rmtree(trained.path / "latents")
    (trained.path / "latents").write_text("in the way")
    assert len(latents_of(load_run(trained))) == 360
    assert (trained.path / "latents").is_file()


def test_without_data_the_kept_latents_serve(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latents, "originals", lambda *_: None)
    assert len(latents_of(load_run(trained))) == 360
    with pytest.raises(ExplorerError, match=r"digits is not here, and tiny keeps no latents of its train split\."):
        latents_of(load_run(trained), "train")


def test_without_data_damaged_latents_are_named(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latents, "originals", lambda *_: None)
    path = trained.path / "latents" / "test.npz"
    content = bytearray(path.read_bytes())
    content[500] ^= 1
    path.write_bytes(content)
    with pytest.raises(
        DamagedFileError, match=r"test\.npz is damaged: its checksum does not match\. Restore it, or put the"
    ):
        latents_of(load_run(trained))


@pytest.mark.parametrize("n", [0, 1, 359, 361])
def test_latents_of_another_number_of_images_are_damaged(trained: Run, n: int) -> None:
    whole = read_npz(load_run(trained), "latents/test.npz")
    assert whole is not None
    arrays = {
        name: values if name == "weights" else np.resize(values, (n, *values.shape[1:]))
        for name, values in whole.items()
    }
    write_npz(load_run(trained), "latents/test.npz", arrays)
    with pytest.raises(DamagedFileError, match="it is not of 360 images"):
        stored_latents(load_run(trained), "test")
    assert len(latents_of(load_run(trained))) == 360


def test_latents_of_an_earlier_version_are_read(trained: Run) -> None:
    before, path = latents_of(load_run(trained)), trained.path / "latents" / "test.npz"
    arrays = read_npz(load_run(trained), "latents/test.npz")
    assert arrays is not None
    np.savez_compressed(path, allow_pickle=False, **arrays)
    kept = stored_latents(load_run(trained), "test")
    assert kept is not None
    np.testing.assert_array_equal(kept.mu, before.mu)


def test_originals_are_the_very_same_data_or_nothing(trained: Run) -> None:
    images = originals(load_run(trained))
    assert isinstance(images, Images)
    assert len(images) == 360
    config = trained.config()
    assert config.data is not None
    trained.write_config(replace(config, data=replace(config.data, fingerprint_test="other")))
    assert originals(load_run(trained)) is None


@pytest.mark.usefixtures("runs_root")
@pytest.mark.parametrize("binarise", ["static", "dynamic"])
def test_a_run_of_binarised_pixels_is_judged_by_such(binarise: str) -> None:
    run = train_new(tiny_config(epochs=1, binarise=binarise), "black-and-white", lambda _: None, lambda: False)
    images = originals(load_run(run))
    assert images is not None
    assert set(np.unique(images.pixels)) == {0, 255}
    averages = evaluate(model_of(load_run(run)), images.pixels)
    assert averages.elbo_nats == pytest.approx(run.status().test_elbo_nats, rel=1e-6)


def test_originals_are_not_downloaded(trained: Run, data_root: Path) -> None:
    config = trained.config()
    assert config.data is not None
    trained.write_config(replace(config, data=replace(config.data, name="kmnist")))
    assert originals(load_run(trained)) is None
    assert not data_root.exists()


def test_order_and_active_units() -> None:
    mu = [[0.0, 1.0, 0.05], [0.3, -1.0, -0.05]]
    found = made_of(mu, kl=[[0.2, 3.0, 0.1], [0.2, 1.0, 0.1]])
    assert found.kl_per_dim() == pytest.approx([0.2, 2.0, 0.1])
    assert found.order().tolist() == [1, 0, 2]
    assert found.active().tolist() == [True, True, False]  # variances 0.0225, 1, 0.0025


def test_nearest() -> None:
    found = made_of([[0, 0], [3, 4], [1, 0]])
    indices, distances = found.nearest(np.zeros(2), 2)
    assert indices.tolist() == [0, 2]
    assert distances.tolist() == [0, 1]
    assert found.nearest(np.zeros(2), 99)[1].tolist() == [0, 1, 5]


def test_the_first_of_equally_near_ones_come_first() -> None:
    found = made_of([[2, 0], [0, 1], [1, 0], [0, -1], [-1, 0]])
    indices, distances = found.nearest(np.zeros(2), 3)
    assert indices.tolist() == [1, 2, 3]
    assert distances.tolist() == [1, 1, 1]


def test_nearest_is_what_sorting_all_distances_gives() -> None:
    mu = np.random.default_rng(0).normal(size=(500, 5)).astype(np.float32)
    exact = np.linalg.norm(mu.astype(np.float64) - mu[7], axis=1)
    assert made_of(mu.tolist()).nearest(mu[7], 13)[0].tolist() == np.argsort(exact, kind="stable")[:13].tolist()


def test_labels_beyond_a_byte_are_kept() -> None:
    labels = np.array([0, 255, 256, 999, 7])
    kept = arrays_of(five_latents(labels), "")["labels"]
    assert (kept.astype(np.int64) == labels).all()
