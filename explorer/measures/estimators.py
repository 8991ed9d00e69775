"""The estimator of each measure: a function from ``Bench`` to ``Measured``. The table is in ``registry.py``."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import too_few
from explorer.datasets import Images, Split, stratified
from explorer.inference import decode_with, latents_of, model_of, originals
from explorer.inference.latent_space import prior_codes
from explorer.inference.likelihood import (
    ACTIVE_VARIANCE,
    PerImage,
    Progress,
    affordable,
    binary_entropy_nats,
    carried_over,
    class_hits,
    conditioned_batches,
    importance_estimates,
    per_image,
)
from explorer.measures.feature_classifier import Classifier, train_classifier
from explorer.measures.latent_metrics import (
    frechet,
    histogram_cells,
    knn_hits,
    mutual_information_gaps,
    prior_distances,
    probe_hits,
)
from explorer.runs import LoadedRun

if TYPE_CHECKING:
    import torch

    from models import VAE

MOST_TRAINING_CODES = 20_000  # that k-NN and probe learn from
MOST_PICTURES = 5_000  # real and generated ones of the Frechet distance
EFFECT_IMAGES = 500
NOT_FINITE = "The model's values are not finite."
LEAST_SIDE = 6  # of an image that SSIM's window of 11 pixels, mirrored at the edges, fits into


@dataclass(frozen=True)
class Measured:
    """The value of a measure, or the reason why it is absent.

    Attributes
    ----------
    value : a number, or one per latent dimension.
    n : number of images; of an importance-sampled estimate, those whose weights were drawn.
    stderr : standard error of the mean over the images; None if the value is no such mean, or that of one image.
    samples : K of an importance-sampled estimate, else 0.
    effective_samples : how many of the K draws carry the estimate, the 5 % quantile (below 20 images the least) and the
        median over the images.
    absent : why there is no value; "" if there is one.
    """

    value: float | tuple[float, ...] | None = None
    n: int = 0
    stderr: float | None = None
    samples: int = 0
    absent: str = ""
    effective_samples: tuple[float, float] | None = None

    @property
    def values(self) -> tuple[float, ...]:
        """The value as a tuple, empty if absent."""
        if self.value is None:
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)


def absent(reason: str) -> Measured:
    """An absent measure, with the reason."""
    return Measured(absent=reason)


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


def decoded_mean(model: VAE, x: torch.Tensor) -> torch.Tensor:
    """Images [N, C, H, W] through their posterior means, in [0, 1]."""
    return model.decode(model.encode(x).mu)


def codes_of(model: VAE, pixels: NDArray[np.uint8], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Posterior means [N, K] of uint8 [N, C, H, W] and their classes."""
    import torch

    with torch.inference_mode():
        return torch.cat(
            [conditioned.encode(x).mu.cpu() for conditioned, x in conditioned_batches(model, pixels, labels)]
        ).numpy()


def averaged(values: NDArray[np.generic], samples: int = 0) -> Measured:
    """The mean of one value per image, [N], with its standard error."""
    wide = values.astype(np.float64)
    with np.errstate(invalid="ignore"):  # an infinite value has no deviation from its mean
        stderr = float(wide.std(ddof=1)) / math.sqrt(len(wide)) if len(wide) > 1 else None
    return Measured(float(wide.mean()), len(wide), stderr, samples)


def share_of_hits(hits: NDArray[np.bool_]) -> Measured:
    """The share of hits [N], with half the width of its Wilson interval at one standard error (Wilson 1927).

    For many images that is the usual standard error; where all or none are hits it is not 0.
    """
    n, share = len(hits), float(hits.mean())
    return Measured(share, n, math.sqrt(share * (1 - share) / n + 1 / (4 * n**2)) / (1 + 1 / n))


def each_dimension(values: NDArray[np.generic], n: int) -> Measured:
    """A measure with one value per latent dimension."""
    return Measured(tuple(float(value) for value in values), n)


def elbo(bench: Bench) -> Measured:
    """ELBO at beta = 1, one z an image."""
    return averaged(bench.rows.elbo_nats)


def reconstruction(bench: Bench) -> Measured:
    """Its first part."""
    return averaged(bench.rows.reconstruction_nats)


def kl(bench: Bench) -> Measured:
    """Its second part, summed over dimensions."""
    return averaged(bench.rows.kl_nats.sum(1))


def rate(bench: Bench) -> Measured:
    """The KL in bits."""
    return averaged(bench.rows.kl_nats.sum(1) / math.log(2))


def distortion(bench: Bench) -> Measured:
    """-reconstruction in bits."""
    return averaged(-bench.rows.reconstruction_nats / math.log(2))


def bits_per_dim(bench: Bench) -> Measured:
    """-ELBO in bits, shared out over the pixels."""
    return averaged(-bench.rows.elbo_nats / (math.log(2) * math.prod(bench.run.data.shape)))


def floor(bench: Bench) -> Measured:
    """The binary entropy of the pixels: what a perfect Bernoulli decoder of grey ones pays."""
    return averaged(binary_entropy_nats(bench.images.pixels))


def nll(bench: Bench) -> Measured:
    """-log p(x), importance-sampled on as many random images as take reasonable time (``carried_over``)."""
    total = len(bench.images)
    n = affordable(bench.model, bench.samples, total)
    chosen = np.sort(np.random.default_rng(0).choice(total, n, replace=False))
    labels = None if bench.images.labels is None else bench.images.labels[chosen]
    pixels = bench.images.pixels[chosen]
    found = importance_estimates(bench.model, pixels, bench.samples, progress=bench.note, labels=labels)
    value, stderr = carried_over(found.log_likelihood, bench.rows.elbo_nats, chosen)
    low, median = np.quantile(found.effective_samples, (0.05 if n >= 20 else 0, 0.5))
    return Measured(value, n, stderr, bench.samples, effective_samples=(float(low), float(median)))


def active_units(bench: Bench) -> Measured:
    """Dimensions whose posterior mean varies."""
    variances = bench.rows.mu.var(0, dtype=np.float64)
    return Measured(int(np.count_nonzero(variances > ACTIVE_VARIANCE)), len(bench.rows.mu))


def kl_per_dim(bench: Bench) -> Measured:
    """The KL of each dimension."""
    return each_dimension(bench.rows.kl_nats.mean(0, dtype=np.float64), len(bench.rows.mu))


def prior_distance(bench: Bench) -> Measured:
    """Each dimension's aggregate posterior against the prior."""
    return each_dimension(prior_distances(bench.rows.mu, bench.rows.logvar), len(bench.rows.mu))


def effect(bench: Bench) -> Measured:
    """Mean absolute change of the image when a dimension moves by one standard deviation of its codes."""
    import torch

    rows = bench.rows
    spread = np.sqrt(rows.mu.var(0, dtype=np.float64) + np.exp(rows.logvar.astype(np.float64)).mean(0))  # [K]
    chosen = stratified(bench.images.labels, len(rows.mu), EFFECT_IMAGES)
    labels = None if bench.images.labels is None else bench.images.labels[chosen]
    with torch.inference_mode():
        ((model, x),) = conditioned_batches(bench.model, bench.images.pixels[chosen], labels)
        z = torch.from_numpy(rows.mu[chosen]).to(x.device)  # [N, K]
        still = model.decode(z)
        changes = [
            (model.decode(z + step) - still).abs().mean().item()
            for step in torch.diag(torch.from_numpy(spread).to(z))  # [K], one dimension moved
        ]
    return each_dimension(255 * np.array(changes), len(chosen))


def mse(bench: Bench) -> Measured:
    """Mean squared error per pixel."""
    return averaged(bench.rows.mse)


def psnr(bench: Bench) -> Measured:
    """Peak signal-to-noise ratio of each reconstruction, then the mean."""
    import torch
    from torchmetrics.functional.image import peak_signal_noise_ratio

    def of(decoded: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([peak_signal_noise_ratio(one, other, 1.0) for one, other in zip(decoded, x, strict=True)])

    return averaged(image_by_image(bench, of))


def ssim(bench: Bench) -> Measured:
    """Structural similarity of each reconstruction, then the mean."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    side = min(bench.images.shape[1:])
    if side < LEAST_SIDE:
        return absent(f"Images of {side} pixels are too small for its window.")

    def of(decoded: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        found = structural_similarity_index_measure(decoded, x, reduction="none", data_range=1.0)
        assert not isinstance(found, tuple)
        return found.reshape(len(x))

    return averaged(image_by_image(bench, of))


def image_by_image(bench: Bench, of: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> NDArray[np.float32]:
    """``of(reconstructions, images)``, [B, C, H, W] both, for every batch: one number per image, [N]."""
    import torch

    found = []
    with torch.inference_mode():
        for model, x in conditioned_batches(bench.model, bench.images.pixels, bench.images.labels):
            found.append(of(decoded_mean(model, x), x).cpu())
            bench.note(sum(map(len, found)) / len(bench.images))
    return torch.cat(found).numpy()


def knn_accuracy(bench: Bench) -> Measured:
    """Accuracy of k-NN on the codes."""
    assert bench.images.labels is not None
    return share_of_hits(knn_hits(bench.rows.mu, bench.images.labels, *bench.train_codes))


def probe_accuracy(bench: Bench) -> Measured:
    """Accuracy of a linear classifier on the codes."""
    assert bench.images.labels is not None
    return share_of_hits(probe_hits(bench.rows.mu, bench.images.labels, *bench.train_codes))


def class_accuracy(bench: Bench) -> Measured:
    """Accuracy of the model's own classification."""
    assert bench.images.labels is not None
    return share_of_hits(class_hits(bench.model, bench.images.pixels, bench.images.labels, bench.note))


def mig(bench: Bench) -> Measured:
    """The mutual information gap, averaged over the factors that vary."""
    factors = bench.images.factors
    assert factors is not None
    if (factors == factors[0]).all():
        return absent("None of the known factors varies over these images.")
    if reason := too_few(len(factors), histogram_cells(factors)):
        return absent(reason)
    gaps = mutual_information_gaps(bench.rows.mu, factors)
    return Measured(float(np.nanmean(gaps)), len(factors))


def frechet_distance(bench: Bench) -> Measured:
    """Frechet distance between decoded draws of the prior and real images in features of ``Bench.classifier``."""
    n = min(len(bench.images), MOST_PICTURES)
    real = bench.images.pixels[stratified(bench.images.labels, len(bench.images), n)]
    drawn = decode_with(bench.model, prior_codes(bench.run, n, seed=0))
    return Measured(frechet(bench.classifier.features(real), bench.classifier.features(drawn)), n)
