"""A run with its images, and the intermediate results that its measures share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.datasets import Images, Split, stratified
from explorer.inference import latents_of, model_of, originals
from explorer.inference.likelihood import PerImage, Progress, conditioned_batches, per_image
from explorer.measures.feature_classifier import Classifier, train_classifier
from explorer.runs import LoadedRun

if TYPE_CHECKING:
    from models import VAE

MOST_TRAINING_CODES = 20_000  # that k-NN and probe learn from


@dataclass
class Bench:
    """A run with its images and the intermediate results that measures share, each computed on first use.

    ``note`` is called with the progress of the present measure, 0 to 1.
    """

    run: LoadedRun
    split: Split
    samples: int
    note: Progress = field(default=lambda done: None)

    @cached_property
    def model(self) -> VAE:
        """The run's warm model."""
        return model_of(self.run)

    @cached_property
    def found(self) -> Images | None:
        """The images of the split; None if they are missing."""
        return originals(self.run, self.split)

    @cached_property
    def images(self) -> Images:
        """The images of the split, for measures that need them (``MeasureSpec.of_latents``)."""
        assert self.found is not None
        return self.found

    @property
    def n_images(self) -> int:
        """The number of images, or of the run's latents where these are missing."""
        return len(self.rows.mu if self.found is None else self.images)

    @cached_property
    def train(self) -> Images | None:
        """The training images; None if they are missing."""
        return originals(self.run, "train")

    @cached_property
    def rows(self) -> PerImage:
        """Posterior and ELBO terms of each image: computed, or the run's own latents where the images are missing."""
        if self.found is None:
            return latents_of(self.run, self.split).values
        return per_image(self.model, self.images.pixels, progress=self.note, labels=self.images.labels)

    @cached_property
    def train_codes(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Posterior means [n, K] and classes [n] of training images, stratified by class."""
        assert self.train is not None
        assert self.train.labels is not None
        chosen = stratified(self.train.labels, len(self.train), MOST_TRAINING_CODES)
        labels = self.train.labels[chosen]
        return codes_of(self.model, self.train.pixels[chosen], labels), labels

    @cached_property
    def classifier(self) -> Classifier:
        """The feature classifier, trained on the training images."""
        assert self.train is not None
        return train_classifier(self.train, next(self.model.parameters()).device, progress=self.note)


def codes_of(model: VAE, pixels: NDArray[np.uint8], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Posterior means [N, K] of uint8 [N, C, H, W] and their classes."""
    import torch

    with torch.inference_mode():
        return torch.cat(
            [conditioned.encode(x).mu.cpu() for conditioned, x in conditioned_batches(model, pixels, labels)]
        ).numpy()
