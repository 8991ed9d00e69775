"""What the nats of a run are: over all likelihoods, with and without binarisation, for grey and for binary data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.datasets.datasets import dataset_spec
from explorer.inference import likelihood_kinds
from explorer.inference.likelihood.entropy import binary_entropy_nats
from explorer.inference.likelihood_kinds import (
    CROSS_ENTROPY,
    LOG_DENSITY,
    LOG_PROBABILITY,
    LikelihoodKind,
    pixel_entropy_nats,
)
from explorer.inference.likelihood_kinds import likelihood_kind as kind_of
from explorer.runs.loaded_run import LoadedRun, load_run
from explorer.runs.records import DataFacts, ModelFacts, RunConfig, Status
from explorer.runs.run import Run, find_run
from explorer.training.train_run import train_new
from models import LIKELIHOODS
from tests.helpers import tiny_config, write_mnist_like


def run_of(
    likelihood: str = "bernoulli",
    binarise: str = "none",
    entropy_nats: float | None = None,
    dataset: str = "mnist",
    variational: bool = True,
) -> LoadedRun:
    """A run whose JSON says this of itself; its images are nowhere."""
    data = DataFacts(dataset, (1, 28, 28), (), 30, 10, True, "train", "test", entropy_nats=entropy_nats)
    model = ModelFacts("vae", {"likelihood": likelihood}, variational)
    config = RunConfig({"binarise": binarise}, model, data)
    return LoadedRun(Run(Path("nowhere")), config, Status("finished"), model, data)


def expected(likelihood: str, binarise: str, entropy_nats: float | None) -> LikelihoodKind:
    """By the definition: a Bernoulli is a likelihood of black-and-white pixels only."""
    if likelihood != "bernoulli":
        return LOG_DENSITY
    return LOG_PROBABILITY if binarise != "none" or entropy_nats == 0 else CROSS_ENTROPY


@pytest.mark.parametrize("entropy_nats", [None, 0.0, 45.5])
@pytest.mark.parametrize("binarise", ["none", "static", "dynamic"])
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_every_likelihood_binarisation_and_data(
    likelihood: str, binarise: str, entropy_nats: float | None, data_root: Path
) -> None:
    found = kind_of(run_of(likelihood, binarise, entropy_nats))
    assert found == expected(likelihood, binarise, entropy_nats)
    assert found.has_floor == (not found.is_likelihood) == ("not a likelihood" in found.note)


def test_an_autoencoder_has_no_likelihood_of_the_data() -> None:
    for likelihood in LIKELIHOODS:
        found = kind_of(run_of(likelihood, "static", variational=False))
        assert not found.is_likelihood
        assert not found.has_floor
        assert "no prior" in found.note
    assert kind_of(run_of(entropy_nats=3.0, variational=False)) == CROSS_ENTROPY


def test_a_training_stores_the_entropy_of_its_test_images(trained: Run) -> None:
    stored = trained.config().data
    assert stored is not None
    pixels = dataset_spec("digits").load("test", None).pixels
    assert stored.entropy_nats == pytest.approx(binary_entropy_nats(pixels).mean())
    assert kind_of(load_run(trained)) == CROSS_ENTROPY


@pytest.mark.parametrize(("dataset", "kind"), [("digits", CROSS_ENTROPY), ("shapes", LOG_PROBABILITY)])
def test_of_a_run_that_stores_none_the_images_tell(dataset: str, kind: LikelihoodKind) -> None:
    images = dataset_spec(dataset).load("test", None)
    plain = run_of(dataset=dataset)
    data = replace(plain.data, shape=images.shape, fingerprint_test=images.fingerprint())
    run = replace(plain, data=data)
    assert kind_of(run) == kind
    assert pixel_entropy_nats(run) == pytest.approx(binary_entropy_nats(images.pixels).mean())


def test_missing_images_are_taken_for_grey_until_they_are_there(data_root: Path) -> None:
    run = run_of()
    assert pixel_entropy_nats(run) is None
    assert kind_of(run) == CROSS_ENTROPY
    write_mnist_like(data_root, "MNIST")
    found = replace(
        run, data=replace(run.data, fingerprint_test=dataset_spec("mnist").load("test", None).fingerprint())
    )
    assert pixel_entropy_nats(run) is None  # these are not its images
    assert pixel_entropy_nats(found) == pytest.approx(784 / 2, rel=0.05)  # of uniform noise: 1/2 nat a pixel


def test_of_a_data_set_that_is_not_known_here_pixels_are_taken_for_grey() -> None:
    assert pixel_entropy_nats(run_of(dataset="elsewhere")) is None
    assert kind_of(run_of(dataset="elsewhere")) == CROSS_ENTROPY


def test_images_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[LoadedRun] = []
    monkeypatch.setattr(likelihood_kinds, "originals", lambda run, split: looks.append(run))
    run = run_of(dataset="digits")
    assert kind_of(run) == kind_of(run) == CROSS_ENTROPY
    assert looks == [run]


def test_a_folder_of_black_and_white_images_is_binary(runs_root: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for i in range(12):
        Image.fromarray(rng.integers(0, 2, (16, 16), np.uint8) * 255).save(tmp_path / f"{i}.png")
    run = train_new(tiny_config(dataset=f"folder:{tmp_path}"), "ink", lambda _: None, lambda: False)
    assert pixel_entropy_nats(load_run(run)) == 0
    assert kind_of(load_run(run)) == LOG_PROBABILITY


def test_of_the_shipped_runs_only_the_shapes_have_a_likelihood() -> None:
    assert kind_of(load_run(find_run("shapes-tcvae-10d"))) == LOG_PROBABILITY
    assert kind_of(load_run(find_run("mnist-2d"))) == CROSS_ENTROPY
