"""The table of measures, each with its unit, estimator and interpretation.

To add one: a function from ``Bench`` to ``Measured`` in ``estimators.py``, an entry in ``MEASURES`` and a page in
``docs/measures``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from explorer.base import ExplorerError, too_few
from explorer.base.text import did_you_mean
from explorer.inference import likelihood_kind
from explorer.measures import estimators as measuring
from explorer.measures.estimators import NOT_FINITE, Bench, Measured, absent
from explorer.measures.feature_classifier import FEATURES
from explorer.measures.needs import NEEDS
from explorer.runs import LoadedRun

LEAST_FOR_SPREAD = 5  # images: the variance of fewer codes says nothing
LEAST_FOR_PRIOR = 50  # images: codes of fewer lie off the prior by chance, by 0.2 sigmas and more


@dataclass(frozen=True)
class MeasureSpec:
    """One entry of ``MEASURES``.

    Attributes
    ----------
    unit : "" for dimensionless measures.
    field : its name in JSON.
    estimator, reading : how it is computed, and how to interpret it.
    needs : keys of ``NEEDS``, the requirements without which it is absent.
    better : which of two values is better; "" for neither.
    cost : duration relative to the other measures.
    least : the number of images from which it is told at all.
    version : raised when the estimator changes; values stored by another are measured again.
    of_latents : follows from the run's latents where these are kept and the images are missing.
    at_floor : of a measure made of log p(x|z) what a perfect decoder has, from the floor in nats and the number of
        pixels (and channels) of an image; None for the others.
    """

    title: str
    unit: str
    field: str
    estimator: str
    reading: str
    measure: Callable[[Bench], Measured]
    needs: tuple[str, ...] = ()
    better: Literal["lower", "higher", ""] = ""
    cost: float = 1
    least: int = 1
    version: int = 1
    of_latents: bool = False
    at_floor: Callable[[float, int], float] | None = None

    def reading_of(self, run: LoadedRun) -> str:
        """How to interpret the measure of this run: where it is made of log p(x|z), also what that is of its model."""
        return self.reading if self.at_floor is None else f"{self.reading} {likelihood_kind(run).note}"


MEASURES: dict[str, MeasureSpec] = {
    "elbo": MeasureSpec(
        "ELBO", "nats", "elbo_nats", "beta = 1, one draw of z an image, mean over the images",
        "Reconstruction - KL; of a likelihood it is a lower bound of log p(x). Higher is better.",
        measuring.elbo, ("prior",), "higher", 5, of_latents=True, at_floor=lambda nats, _: -nats,
    ),
    "reconstruction": MeasureSpec(
        "Reconstruction", "nats", "reconstruction_nats", "log p(x|z) at one draw of z an image, mean over the images",
        "The ELBO's first part: how well the image is recovered from its code. Higher is better.",
        measuring.reconstruction, ("prior",), "higher", of_latents=True, at_floor=lambda nats, _: -nats,
    ),
    "kl": MeasureSpec(
        "KL", "nats", "kl_nats", "closed form, summed over dimensions, mean over the images",
        "The ELBO's second part: what the codes say about the images. Neither high nor low is better by itself; at 0 "
        "the posterior has collapsed.",
        measuring.kl, ("prior",), of_latents=True,
    ),
    "nll": MeasureSpec(
        "NLL", "nats", "nll_nats",
        "-ELBO of all images less the mean gap, on random images, between it and -log of the mean importance weight "
        "of K draws from q(z|x)",
        "Of a likelihood -log p(x), estimated from above; the gap to -ELBO is how loose that is. Lower is better.",
        measuring.nll, ("prior",), "lower", 60, version=3, at_floor=lambda nats, _: nats,
    ),
    "bits-per-dim": MeasureSpec(
        "Bits per dimension", "bits", "bits_per_dim", "-ELBO / (ln 2 x pixels x channels)",
        "What a pixel costs: comparable between image sizes. Lower is better.",
        measuring.bits_per_dim, ("prior",), "lower", of_latents=True,
        at_floor=lambda nats, pixels: nats / (math.log(2) * pixels),
    ),
    "floor": MeasureSpec(
        "Floor", "nats", "floor_nats", "binary entropy of the pixels, summed over an image, mean over the images",
        "What even a perfect decoder pays: no -ELBO, -reconstruction or distortion is less. The rest is the model's.",
        measuring.floor, ("floor",),
    ),
    "rate": MeasureSpec(
        "Rate", "bits", "rate_bits", "KL / ln 2, mean over the images",
        "How many bits the code of an image costs. A larger beta buys a lower rate with more distortion.",
        measuring.rate, ("prior",), of_latents=True,
    ),
    "distortion": MeasureSpec(
        "Distortion", "bits", "distortion_bits", "-log p(x|z) / ln 2 at one draw of z, mean over the images",
        "How many bits are left over once the code is known. Rate + distortion = -ELBO in bits.",
        measuring.distortion, ("prior",), of_latents=True, at_floor=lambda nats, _: nats / math.log(2),
    ),
    "active-units": MeasureSpec(
        "Active units", "dimensions", "active_units", "dimensions whose posterior mean has a variance above 0.01",
        "Dimensions that say something about the image (Burda et al. 2016). The others are noise to the decoder.",
        measuring.active_units, ("prior", "different images"), least=LEAST_FOR_SPREAD, of_latents=True,
    ),
    "kl-per-dim": MeasureSpec(
        "KL per dimension", "nats", "kl_per_dim", "closed form, mean over the images",
        "Which dimensions carry information; near 0 is a dimension that repeats the prior.",
        measuring.kl_per_dim, ("prior",), of_latents=True,
    ),
    "prior-distance": MeasureSpec(
        "Codes against the prior", "σ", "prior_distance_per_dim",
        "1-Wasserstein distance of 10,000 draws of the aggregate posterior to N(0, 1), by dimension",
        "How far codes must be moved, on average, to be spread as the prior is: 0.01 is chance. Where it is large, "
        "samples of the prior fall where no image lies.",
        measuring.prior_distance, ("prior", "different images"), "lower", least=LEAST_FOR_PRIOR, of_latents=True,
    ),
    "effect": MeasureSpec(
        "Effect per dimension", "grey levels", "effect_per_dim",
        "mean absolute change of a pixel, of 255, when a code moves up by one standard deviation of all codes along "
        "it; up to 500 images",
        "What a dimension does to the picture. One that carries KL and changes nothing is ignored by the decoder.",
        measuring.effect, least=LEAST_FOR_SPREAD,
    ),
    "mse": MeasureSpec(
        "MSE", "", "mse",
        "pixels in [0, 1]; reconstruction through the posterior mean, mean over pixels and images",
        "How far reconstructions are off. Lower is better; blur is cheap by this measure.",
        measuring.mse, (), "lower", of_latents=True,
    ),
    "psnr": MeasureSpec(
        "PSNR", "dB", "psnr", "10 log10(1 / MSE) of each reconstruction, mean over the images (torchmetrics)",
        "The same on a logarithmic scale, image by image. Higher is better; 20 dB is an error of a tenth of the scale.",
        measuring.psnr, (), "higher", 3,
    ),
    "ssim": MeasureSpec(
        "SSIM", "", "ssim", "Gaussian window of σ = 1.5 pixels, mean over the images (torchmetrics)",
        "Whether structure is kept: 1 is the same image (Wang et al. 2004). Higher is better.",
        measuring.ssim, (), "higher", 5,
    ),
    "knn-accuracy": MeasureSpec(
        "k-NN accuracy", "", "knn_accuracy",
        "majority of the 10 nearest of up to 20,000 training codes; codes are posterior means",
        "Whether near codes have the same class: the share that is named rightly. Chance is the "
        "share of the largest class. Higher is better.",
        measuring.knn_accuracy, ("training classes", "classes", "neighbours"), "higher", 5, version=2,
    ),
    "probe-accuracy": MeasureSpec(
        "Linear probe accuracy", "", "probe_accuracy",
        "logistic regression on up to 20,000 training codes; codes are posterior means",
        "Whether straight cuts through latent space part the classes: the share named rightly. Higher is better.",
        measuring.probe_accuracy, ("training classes", "classes"), "higher", 5, version=2,
    ),
    "class-accuracy": MeasureSpec(
        "Class accuracy", "", "class_accuracy",
        "the class that a class-conditional model takes an image for, untold: the first choice of q(y|x) (m2), or the "
        "class of the highest ELBO over 8 draws of z (cvae)",
        "The share of images that the model itself names rightly. 1 minus it is the test error of semi-supervised "
        "learning. Higher is better.",
        measuring.class_accuracy, ("classes of its own", "classes"), "higher", 12, version=2,
    ),
    "mig": MeasureSpec(
        "MIG", "", "mig",
        "mutual information gap of the posterior means, by histograms of 20 bins (more where a factor has more "
        "values) with Miller's correction; mean over the factors that vary",
        "Whether each known factor has a dimension to itself: 1 if so, 0 if none (Chen et al. 2018). Higher is better.",
        measuring.mig, ("factors", "different images"), "higher",
    ),
    "frechet": MeasureSpec(
        "Frechet distance, own classifier", "", "frechet_distance",
        "normal distributions fitted to 64 features of up to 5,000 images and as many decoded draws of the prior; the "
        "features are of a small classifier trained here on the training images: not FID",
        "Whether samples are like the images. Lower is better; comparable only between models of the same data.",
        measuring.frechet_distance, ("prior", "training classes"), "lower", 40, least=FEATURES + 1, version=2,
    ),
}  # fmt: skip


def check_names(names: Sequence[str]) -> Sequence[str]:
    """The names, where all are known."""
    if unknown := [name for name in names if name not in MEASURES]:
        hint = f"{did_you_mean(unknown[0], MEASURES)}Choose of: {', '.join(MEASURES)}."
        raise ExplorerError(f"There is no measure '{unknown[0]}'.", hint)
    return names


def lacking(spec: MeasureSpec, bench: Bench) -> str:
    """Why the measure cannot be taken of these images and this model; "" if it can."""
    reasons = (NEEDS[need](bench) for need in spec.needs)
    return next(filter(None, reasons), too_few(bench.n_images, spec.least))


def taken(spec: MeasureSpec, bench: Bench) -> Measured:
    """The measure, or the reason why it is absent; non-finite values (of a diverged model) are absent too."""
    if reason := lacking(spec, bench):
        return absent(reason)
    found = spec.measure(bench)
    if found.value is not None and not np.isfinite(np.append(found.value, found.stderr or 0.0)).all():
        return absent(NOT_FINITE)
    return found
