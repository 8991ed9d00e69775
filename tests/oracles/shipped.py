"""The files of a shipped run, read by none of the product's readers of runs, and the images that it was measured on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

from explorer.datasets.datasets import DATASETS, Images, Split
from tests.oracles.networks import Array, Classes, Networks

PROJECT = Path(__file__).parents[2]
PRETRAINED = PROJECT / "models" / "pretrained"
DOCUMENTED = (PROJECT / "docs" / "shipped-runs.md").read_text()

Chosen = NDArray[np.int64] | slice


@dataclass(frozen=True)
class ShippedRun:
    """A shipped run by its name."""

    name: str

    @property
    def path(self) -> Path:
        """Its folder."""
        return PRETRAINED / self.name

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """config.json."""
        return json.loads((self.path / "config.json").read_text())

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of its model."""
        return self.config["model"]["options"]

    @property
    def variational(self) -> bool:
        """Whether it has a prior."""
        return self.config["model"]["name"] != "ae"

    @property
    def residual(self) -> bool:
        """Whether its networks are residual: exact arithmetic of many decoded images then takes minutes."""
        return self.options.get("architecture") == "resnet"

    @property
    def conditional(self) -> bool:
        """Whether it is class-conditional."""
        return "classes" in self.options

    @property
    def n_train(self) -> int:
        """The number of training images."""
        return self.config["data"]["n_train"]

    @cached_property
    def networks(self) -> Networks:
        """Its networks."""
        return Networks(load_file(self.path / "weights.safetensors"), self.options)

    @cached_property
    def measures(self) -> Mapping[str, Mapping[str, Any]]:
        """measures.json: value, n and stderr by the name of the measure."""
        return json.loads((self.path / "measures.json").read_text())["measures"]

    def figure(self, measure: str) -> Any:
        """The stored value of a measure."""
        return self.measures[measure]["value"]

    @cached_property
    def latents(self) -> Mapping[str, NDArray[Any]]:
        """latents/test.npz: mu, logvar, reconstruction_nats, mse of each test image."""
        return arrays(self.path / "latents" / "test.npz")

    @cached_property
    def quantiles(self) -> Mapping[str, NDArray[Any]]:
        """surprise.npz: the quantiles of the anomaly scores."""
        return arrays(self.path / "surprise.npz")

    def images(self, split: Split = "test") -> Images:
        """The images of a split."""
        return images_of(self.config["data"]["name"], split)

    def x(self, chosen: Chosen, split: Split = "test") -> Array:
        """Chosen images as rows of pixels in [0, 1], [n, P]."""
        pixels = self.images(split).pixels[chosen]
        return pixels.reshape(len(pixels), -1) / 255

    def labels(self, chosen: Chosen, split: Split = "test") -> Classes:
        """The classes of chosen images, [n]."""
        labels = self.images(split).labels
        assert labels is not None
        return labels[chosen]

    def classes(self, chosen: Chosen, split: Split = "test") -> Classes | None:
        """The classes on which the model is conditioned for chosen images, [n]; None if it takes none."""
        return self.labels(chosen, split) if self.conditional else None


def arrays(path: Path) -> Mapping[str, NDArray[Any]]:
    """The arrays of an npz, floats in float64."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name].astype(np.float64) if file[name].dtype == np.float32 else file[name] for name in file}


@cache
def images_of(dataset: str, split: Split) -> Images:
    """The images of a data set."""
    return DATASETS[dataset].load(split, None)


def shipped_runs(suits: Callable[[ShippedRun], bool] = lambda run: True) -> list[object]:
    """The shipped runs that ``suits`` accepts, as parameters of a test; those of MNIST need its files."""
    runs = [ShippedRun(path.name) for path in sorted(PRETRAINED.iterdir())]
    return [
        pytest.param(run, id=run.name, marks=[pytest.mark.mnist] * (run.config["data"]["name"] == "mnist"))
        for run in runs
        if suits(run)
    ]


def variational(run: ShippedRun) -> bool:
    """Whether it has a prior."""
    return run.variational
