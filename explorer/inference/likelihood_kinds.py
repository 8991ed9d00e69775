"""What the nats of a run's model are: of a probability, of a density, or of no likelihood of the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from explorer.base import ExplorerError
from explorer.base.languages import N_
from explorer.datasets import Split, dataset_spec
from explorer.images import Pixels
from explorer.inference.latents import originals
from explorer.inference.likelihood import binary_entropy_nats
from explorer.runs import LoadedRun

KEPT = 512  # entropies of data sets, by run


@dataclass(frozen=True)
class LikelihoodKind:
    """What -log p(x|z) of a model is, and therefore its ELBO, its distortion and its bits per dimension.

    Attributes
    ----------
    kind : "log-probability", "log-density", "cross-entropy" or "unknown".
    is_likelihood : whether ELBO and NLL are bounds of a likelihood of the data.
    note : a sentence for people, to follow one that names the figure.
    """

    kind: str
    is_likelihood: bool
    note: str

    @property
    def is_known(self) -> bool:
        """Whether there are nats at all."""
        return self.kind != UNKNOWN.kind

    @property
    def has_floor(self) -> bool:
        """Whether even a perfect decoder pays the binary entropy of the pixels."""
        return self.kind == CROSS_ENTROPY.kind


LOG_PROBABILITY = LikelihoodKind(
    N_("log-probability"),
    True,
    N_("With a Bernoulli decoder of black-and-white pixels this is a log-probability: a likelihood of the data."),
)
LOG_DENSITY = LikelihoodKind(
    N_("log-density"),
    True,
    N_(
        "With this decoder it is a log-density of pixels on the [0, 1] scale, a likelihood of the data that is not "
        "comparable with a probability (for pixels in 256 steps -ELBO is 5.55 nats or 8 bits a pixel and channel more)."
    ),
)
CROSS_ENTROPY = LikelihoodKind(
    N_("cross-entropy"),
    False,
    N_(
        "With a Bernoulli decoder of grey pixels this is a cross-entropy, not a likelihood of the data: even a perfect "
        "decoder pays the floor, the pixels' binary entropy. Compare it only with Bernoulli models of the same images."
    ),
)
UNKNOWN = LikelihoodKind(
    N_("unknown"),
    False,
    N_(
        "The decoder's likelihood is not known, so that there is no ELBO, no likelihood and nothing that is computed "
        "of them."
    ),
)
WITHOUT_PRIOR = N_("An autoencoder has no prior: this is of an image given its code, no likelihood of the data.")


def likelihood_kind(run: LoadedRun) -> LikelihoodKind:
    """What the nats of the run's model are; pixels are taken for grey where neither the run nor its images tell."""
    if run.model.likelihood == "unknown":
        return UNKNOWN
    found = LOG_DENSITY
    if run.model.likelihood == "bernoulli":
        found = LOG_PROBABILITY if pixel_entropy_nats(run) == 0 else CROSS_ENTROPY
    if run.model.variational or not found.is_likelihood:
        return found
    return replace(found, is_likelihood=False, note=WITHOUT_PRIOR)


def pixel_entropy_nats(run: LoadedRun, split: Split = "test") -> float | None:
    """Mean binary entropy of an image's pixels as the model is given them, nats; None where nothing tells.

    A training stores that of its test images; else the images are looked at, once.
    """
    if run.config.training.get("binarise", "none") != "none":
        return 0.0
    if split == "test" and run.data.entropy_nats is not None:
        return run.data.entropy_nats
    return _entropy_of_images(run, split, data_is_here(run, split))


def data_is_here(run: LoadedRun, split: Split) -> bool:
    """Whether a split of the run's data set can be read here; False for none, and for one that is not known here."""
    try:
        return dataset_spec(run.data.name, run.data.reading).here(split)
    except ExplorerError:
        return False


def image_floors_nats(run: LoadedRun, pixels: Pixels) -> list[float] | None:
    """What a perfect decoder pays for each image uint8 [N, C, H, W], nats: 0 for black and white; None of a density."""
    return binary_entropy_nats(pixels).tolist() if run.model.likelihood == "bernoulli" else None


@lru_cache(maxsize=KEPT)
def _entropy_of_images(run: LoadedRun, split: Split, present: bool) -> float | None:
    images = originals(run, split) if present else None
    return None if images is None else float(binary_entropy_nats(images.pixels).mean())
