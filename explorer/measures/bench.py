"""A run with its images, and the intermediate results that its measures share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.datasets import Images, Split, stratified
from explorer.inference import decode_with, latents_of, model_of, originals
from explorer.inference.densities import draw_codes
from explorer.inference.likelihood import (
    ACTIVE_VARIANCE,
    ImportanceEstimates,
    PerImage,
    Progress,
    affordable,
    importance_estimates,
    per_image,
    posterior_draws,
    posterior_means,
    share_of,
)
from explorer.measures.dci import Dci, by_forest
from explorer.measures.feature_classifier import Classifier, trained_classifier
from explorer.measures.frechet import Features
from explorer.measures.known_factors import KnownFactors, factor_columns, known_factors
from explorer.runs import LoadedRun

if TYPE_CHECKING:
    from models import VAE

MOST_TRAINING_CODES = 20_000  # that k-NN and probe learn from
MOST_FOREST_CODES = 4_000  # that forests learn the factors from: a minute
MOST_PICTURES = 5_000  # of each kind that the Frechet distance compares
POINT_LOGVAR = -60.0
CLASSIFIERS = 5  # whose features it is averaged over: one more or less changes it by a tenth and more


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

    @property
    def device(self) -> str:
        """The kind of device that the model is on: "cpu" or "cuda"."""
        return next(self.model.parameters()).device.type

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
    def codes_alone(self) -> bool:
        """Whether the run is made of latents: nothing encodes or decodes others."""
        return not self.run.model.encodes

    @cached_property
    def known_factors(self) -> KnownFactors | None:
        """What is known of the images beside their pixels; None where nothing varies.

        Raises ExplorerError where a ``metadata.csv`` cannot be read.
        """
        return known_factors(factor_columns(self.images, self.run.data.name))

    @cached_property
    def dci(self) -> tuple[Dci, KnownFactors]:
        """Forests that predict the factors from the codes of random images, and the factors of these."""
        assert self.known_factors is not None
        factors = self.known_factors.at(stratified(None, len(self.known_factors), MOST_FOREST_CODES))
        return by_forest(self.rows.mu[factors.rows], factors, self.note), factors

    @property
    def active(self) -> NDArray[np.bool_]:
        """Active units [K]; of a model without a prior the dimensions that vary."""
        variances = self.rows.mu.var(0, dtype=np.float64)
        return variances > (ACTIVE_VARIANCE if self.run.model.variational else 0)

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """The classes of the images, or of the run's latents where these are missing: [N]."""
        return latents_of(self.run, self.split).labels if self.found is None else self.images.labels

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
        """Posterior and ELBO terms of each image: computed, or the run's own latents where that cannot be."""
        if self.found is None or self.codes_alone:
            return latents_of(self.run, self.split).values
        return per_image(self.model, self.images.pixels, progress=self.note, labels=self.images.labels)

    @cached_property
    def posteriors(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Means and log-variances [N, K] whose draws are of q(z): the posteriors.

        Where these are not diagonal, one draw of each, with a negligible variance.
        """
        if self.run.model.diagonal_posterior:
            return self.rows.mu, self.rows.logvar
        z = posterior_draws(self.model, self.images.pixels, self.images.labels)
        return z, np.full_like(z, POINT_LOGVAR)

    @cached_property
    def train_codes(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Posterior means [n, K] and classes [n] of training images, stratified by class."""
        assert self.train is not None
        assert self.train.labels is not None
        chosen = stratified(self.train.labels, len(self.train), MOST_TRAINING_CODES)
        labels = self.train.labels[chosen]
        return posterior_means(self.model, self.train.pixels[chosen], labels), labels

    @cached_property
    def importance(self) -> tuple[ImportanceEstimates, NDArray[np.int64]]:
        """Importance-sampled log p(x) of random images, as many as take reasonable time, and their numbers."""
        total = len(self.images)
        n = affordable(self.model, self.samples, total)
        chosen = np.sort(np.random.default_rng(0).choice(total, n, replace=False))
        labels = None if self.images.labels is None else self.images.labels[chosen]
        pixels = self.images.pixels[chosen]
        return importance_estimates(self.model, pixels, self.samples, progress=self.note, labels=labels), chosen

    @cached_property
    def compared(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of two random halves of the images, stratified, each at most ``MOST_PICTURES``."""
        return halves(self.images.labels, len(self.images), MOST_PICTURES)

    @cached_property
    def classifiers(self) -> list[Classifier]:
        """``CLASSIFIERS`` of fixed seeds, trained on the training images."""
        assert self.train is not None
        device, found = next(self.model.parameters()).device, []
        for seed in range(CLASSIFIERS):
            note = share_of(self.note, seed / CLASSIFIERS, 1 / CLASSIFIERS)
            found.append(trained_classifier(self.train, device, seed, note))
        return found

    @cached_property
    def half_features(self) -> list[tuple[Features, Features]]:
        """Features of the two halves of the images, by each classifier."""
        one, other = (self.images.pixels[half] for half in self.compared)
        return [(each.features(one), each.features(other)) for each in self.classifiers]

    def drawn_features(self, source: str) -> list[tuple[Features, Features]]:
        """Features of the first half of the images and of as many decoded draws from ``source``, by each classifier.

        Raises ExplorerError where the density that is drawn from cannot be fitted.
        """
        codes = draw_codes(self.run, source, len(self.compared[0]), seed=0)
        drawn = decode_with(self.model, codes)
        pairs = zip(self.classifiers, self.half_features, strict=True)
        return [(images, each.features(drawn)) for each, (images, _) in pairs]


def halves(labels: NDArray[np.int64] | None, total: int, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of two disjoint samples of equal size, at most ``most``, of ``total`` images, stratified by class."""
    n = min(total // 2, most)
    both = np.random.default_rng(0).permutation(stratified(labels, total, 2 * n))
    ordered = both if labels is None else both[np.argsort(labels[both], kind="stable")]
    return np.sort(ordered[::2]), np.sort(ordered[1::2])
