"""The runs of MNIST that ship have the originals of their test images without a download, not the training images."""

from __future__ import annotations

import pytest

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.inference.latents import originals
from explorer.inference.likelihood_kinds import pixel_entropy_nats
from explorer.runs.loaded_run import LoadedRun, load_run
from explorer.runs.run import Run

MNIST_RUNS = sorted(path.name for path in SHIPPED_RUNS.glob("mnist-*"))
FLOOR_NATS = 45.5  # docs/shipped-runs.md


def shipped(name: str) -> LoadedRun:
    return load_run(Run(SHIPPED_RUNS / name))


@pytest.mark.usefixtures("data_root")
@pytest.mark.parametrize("name", MNIST_RUNS)
def test_originals_are_the_test_images(name: str) -> None:
    images = originals(shipped(name))
    assert images is not None
    assert images.pixels.shape == (10_000, 1, 28, 28)
    assert originals(shipped(name), "train") is None


@pytest.mark.usefixtures("data_root")
def test_their_entropy_is_known_and_that_of_the_training_images_is_not() -> None:
    assert pixel_entropy_nats(shipped("mnist-2d")) == pytest.approx(FLOOR_NATS, abs=0.1)
    assert pixel_entropy_nats(shipped("mnist-2d"), "train") is None
