from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.datasets.datasets import DATASETS, dataset_spec, load_digits
from explorer.datasets.mnist_files import IDX_FILES
from explorer.datasets.uploads.brought import bring
from explorer.training import presets
from explorer.training.config import TrainConfig
from explorer.training.train_run import new_run, train_new
from models import MODELS
from tests.helpers import encoded, photo, tiny_config, write_folder, write_mnist_like, zipped


def test_the_known_data_sets_are_on_offer_without_a_data_root(data_root: Path) -> None:
    assert presets.offers() == ["digits", "mnist", "fashion-mnist", "kmnist", "shapes", "emoji", "dsprites"]


def test_image_folders_in_the_data_root_are_on_offer(data_root: Path) -> None:
    write_folder(data_root / "flat", ["a.png", "b.JPG"])
    write_folder(data_root / "split", ["train/cat/a.png", "test/cat/b.png"])
    (data_root / "MNIST" / "raw").mkdir(parents=True)
    (data_root / "MNIST" / "raw" / "train-images-idx3-ubyte").write_bytes(b"")
    write_folder(data_root / "deep", ["a/b/c/d/e.png"])
    (data_root / "loose.png").write_bytes(b"")
    folders = [name for name in presets.offers() if name.startswith("folder:")]
    assert folders == [f"folder:{data_root}/flat", f"folder:{data_root}/split"]


def test_array_files_in_the_data_root_are_on_offer_once(data_root: Path, tmp_path: Path) -> None:
    data_root.mkdir()
    images = np.zeros((30, 6, 6, 3), np.uint8)
    np.savez(data_root / "a.npz", images=images, labels=np.arange(30) % 2)
    for name in ("x_test.npy", "x_train.npy", "y_train.npy", "notes.txt", "labels.npy"):
        (data_root / name).write_bytes(b"unread")
    offered = [name for name in presets.offers() if name.startswith("arrays:")]
    assert offered == [f"arrays:{data_root}/a.npz", f"arrays:{data_root}/x_test.npy"]
    assert presets.dataset_title(offered[0]) == "Arrays a.npz"
    assert presets.dataset_note(offered[0]) == "30 images of 6 x 6 in 2 classes; a tenth is drawn to test."
    assert presets.images_to_train(offered[0]) == 27
    assert presets.counted(offered[0]) == (30, 2)
    assert presets.channels_ahead(offered[0]) == 3
    assert "damaged or cut off" in presets.dataset_note(offered[1])
    assert presets.images_to_train(offered[1]) == 1
    presets.startable(TrainConfig(dataset=offered[0], model="cvae", latent=2, batch_size=30))
    with pytest.raises(ExplorerError, match="only 30"):
        presets.startable(TrainConfig(dataset=offered[0], latent=2, batch_size=31))


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_an_array_file_outside_the_data_root_is_not_on_offer(data_root: Path, tmp_path: Path) -> None:
    data_root.mkdir()
    np.savez(tmp_path / "a.npz", images=np.zeros((3, 6, 6)))
    (data_root / "a.npz").symlink_to(tmp_path / "a.npz")
    assert not [name for name in presets.offers() if name.startswith("arrays:")]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_out_of_the_data_root_is_not_on_offer(data_root: Path, tmp_path: Path) -> None:
    write_folder(tmp_path / "private", ["a.png", "b.png"])
    data_root.mkdir()
    (data_root / "inside").symlink_to(tmp_path / "private")
    assert not [name for name in presets.offers() if name.startswith("folder:")]


def test_titles_and_notes(data_root: Path) -> None:
    write_folder(data_root / "cats", ["a.png", "b.png"])
    folder = f"folder:{data_root}/cats"
    assert presets.dataset_title(folder) == "Folder cats"
    assert str(data_root) not in presets.dataset_note(folder)
    assert "download" not in presets.dataset_note("digits")
    assert "will be downloaded" in presets.dataset_note("mnist")
    write_mnist_like(data_root, "MNIST")
    assert "download" not in presets.dataset_note("mnist")


@pytest.mark.parametrize(
    ("text", "sizes"), [("", None), ("  ", None), ("400", (400,)), ("512, 256", (512, 256)), ("512,256,", (512, 256))]
)
def test_hidden_sizes(text: str, sizes: tuple[int, ...] | None) -> None:
    assert presets.hidden_sizes(text) == sizes


@pytest.mark.parametrize("text", ["a,b", "512;256", "0", "-4", "512256"])
def test_hidden_sizes_that_cannot_be(text: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        presets.hidden_sizes(text)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"latent": 65}, "between 1 and 64"),
        ({"lr": 0.0}, "learning rate"),
        ({"likelihood": "poisson"}, "no likelihood"),
        ({"model": "gan"}, "no model"),
        ({"model": "conv-vae", "side": 6}, "8 to 256 pixels a side"),
        ({"batch_size": 1438}, "only 1,437"),
        ({"dataset": "cifar"}, "no data set"),
    ],
)
def test_what_cannot_be_trained_is_known_before(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ExplorerError, match=sentence):
        presets.startable(tiny_config(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"batch_size": 1437},
        {"model": "conv-vae", "latent": 64},
        {"latent": 64},
        {"dataset": "mnist", "latent": 784, "batch_size": 60_000},
    ],
)
def test_what_can_be_trained_passes(data_root: Path, changes: dict[str, Any]) -> None:
    presets.startable(tiny_config(**changes))
    assert not data_root.exists()


def test_a_folder_may_be_in_colour_and_is_counted(data_root: Path) -> None:
    name = f"folder:{write_folder(data_root / 'cats', ['a.png', 'b.png'])}"
    presets.startable(TrainConfig(dataset=name, latent=3 * 32 * 32, batch_size=2))
    with pytest.raises(ExplorerError, match="only 2"):
        presets.startable(TrainConfig(dataset=name, batch_size=3))


def test_the_second_half_of_a_double_click(runs_root: Path) -> None:
    config = tiny_config(hidden=(16, 8))
    run = new_run(config)
    assert presets.just_started(run.name, config)
    assert not presets.just_started(run.name, tiny_config(hidden=(16, 9)))
    assert not presets.just_started(None, config)
    assert not presets.just_started("gone", config)


def test_a_training_that_has_begun_is_recognised_too(runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets, "DOUBLE_CLICK_S", 1000.0)  # here it is trained to its end in between
    config = tiny_config(patience=2)  # its number of validation images is decided when it begins
    run = train_new(config, None, lambda _: None, lambda: False)
    assert presets.just_started(run.name, config)
    assert not presets.just_started(run.name, replace(config, validation=7))


def test_the_same_training_may_be_started_again_later(runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.training.train_run.now", lambda: "2020-01-01T00:00:00+00:00")
    run = new_run(tiny_config())
    assert not presets.just_started(run.name, tiny_config())


@pytest.mark.parametrize("dataset", ["digits", "mnist"])
@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("preset", list(presets.PRESETS))
def test_every_preset_can_be_trained(data_root: Path, preset: str, model: str, dataset: str) -> None:
    settings = presets.preset_settings(preset, dataset, model, presets.images_to_train(dataset), 2)
    presets.startable(TrainConfig(dataset=dataset, model=model, **settings))


def test_presets_train_longer_and_longer_but_small_sets_not_for_ever() -> None:
    for n in (10, 1_437, 60_000, 10**7):
        epochs = [presets.preset_settings(preset, "mnist", "vae", n, 2)["epochs"] for preset in presets.PRESETS]
        assert 1 <= epochs[0] <= epochs[1] <= epochs[2] <= 300


def test_the_preset_that_was_measured() -> None:
    best = presets.preset_settings("best", "mnist", "vae", 60_000, 2)
    assert (best["epochs"], best["hidden"], best["weight_decay"]) == (70, (512, 256, 256, 128), 0.1)
    assert (best["activation"], best["schedule"]) == ("silu", "cosine")
    assert presets.preset_settings("good", "mnist", "vae", 60_000, 2)["epochs"] == 20


def test_more_dimensions_take_wider_networks_a_higher_rate_and_no_decay() -> None:
    few, many = (presets.preset_settings("good", "mnist", "vae", 60_000, latent) for latent in (3, 4))
    assert (few["hidden"], few["weight_decay"], few["lr"]) == ((512, 256, 256, 128), 0.1, 1e-3)
    assert (many["hidden"], many["weight_decay"], many["lr"]) == ((512, 256), 0.0, 2e-3)


def test_images_are_counted_without_reading_them(data_root: Path) -> None:
    assert presets.images_to_train("digits") == len(load_digits("train", None))
    assert presets.images_to_train("mnist") == 60_000
    assert presets.images_to_train(f"folder:{write_folder(data_root / 'cats', ['a.png', 'b.png'])}") == 2
    assert presets.images_to_train(f"folder:{data_root}/gone") == 1


@pytest.mark.parametrize("dataset", ["digits", "mnist", "shapes", "emoji", "folder"])
def test_images_and_classes_are_counted_without_being_loaded(
    dataset: str, data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mnist_like(data_root, "MNIST", n_train=30)
    loads: list[Any] = []
    if dataset == "folder":
        dataset = f"folder:{write_folder(data_root / 'cats', ['a/1.png', 'a/2.png', 'b/1.png'])}"
        expected = (3, 2)
    else:
        train = dataset_spec(dataset).load("train", None)
        expected = (len(train), len(train.classes))
        monkeypatch.setitem(DATASETS, dataset, replace(DATASETS[dataset], load=cast(Any, loads.append)))
    monkeypatch.setattr("explorer.datasets.image_folder.read_folder", loads.append)
    assert presets.counted(dataset) == expected
    assert presets.classes_ahead(dataset) == (("a", "b") if "folder" in dataset else train.classes)
    assert not loads


@pytest.mark.parametrize("content", [b"", b"no idx file"])
def test_a_damaged_file_is_counted_as_the_whole_one(content: bytes, data_root: Path) -> None:
    write_mnist_like(data_root, "MNIST")
    (data_root / "MNIST" / "raw" / IDX_FILES[0]).write_bytes(content)
    assert presets.counted("mnist") == (60_000, 10)


def test_sets_that_were_brought_are_offered_by_their_names(data_root: Path) -> None:
    content = io.BytesIO(zipped({f"{i}.png": encoded(photo(i)) for i in range(3)}))
    dataset = bring([("pets.zip", content)], "pets").dataset
    assert presets.offers()[-1] == dataset == f"folder:{data_root}/uploads/pets"
    assert presets.dataset_title(dataset) == "pets"
