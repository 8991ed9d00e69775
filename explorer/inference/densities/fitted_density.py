"""A density with the frame in which it was fitted, and what it was fitted to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, too_few
from explorer.base.languages import _
from explorer.datasets import Split
from explorer.inference.densities.frame import Frame, frame_of
from explorer.inference.densities.registry import density_spec
from explorer.inference.densities.sample import Arrays, Density, Labels, Progress, Sample
from explorer.inference.latent_space import Z

LEAST_CODES = 50  # of fewer a tenth is too few to choose by
HELD_OUT_SHARE = 0.1
MOST_HELD_OUT = 2_000
LEAST_OF_A_CLASS = 20  # codes, without which no class has a density of its own
FACTS = ("name", "split", "n", "held_out_nats", "prior_nats")


@dataclass(frozen=True)
class Codes:
    """Posterior means [N, K] that a density is fitted to.

    Attributes
    ----------
    labels : their classes [N]; None of a model without a class condition.
    classes : how many classes a code is drawn for; 1 of a model without.
    split : of the data.
    has_prior : whether the model has one.
    """

    mu: NDArray[np.float32]
    labels: Labels | None
    classes: int
    split: Split
    has_prior: bool


@dataclass(frozen=True)
class FittedDensity:
    """One of ``DENSITIES``, fitted.

    Attributes
    ----------
    n : number of codes that it was fitted to; others were held out to choose by.
    split : of the data whose codes these are.
    held_out_nats, prior_nats : mean log density of the held-out codes, by it and by N(0, I), along ``frame``'s modelled
        directions, in nats a code.
    """

    name: str
    frame: Frame
    density: Density
    classes: int
    n: int
    split: Split
    held_out_nats: float
    prior_nats: float

    def draw(self, n: int, labels: Labels, temperature: float = 1.0, seed: int | None = None) -> Z:
        """``n`` codes z [n, K] of the classes ``labels`` [n].

        The temperature is the standard deviation of the normal noise that each draw is made of, as the prior's is.
        """
        rng, frame = np.random.default_rng(seed), self.frame
        inner = self.density.draw(self.own_labels(labels), temperature, rng)
        noise = temperature * rng.standard_normal((n, len(frame.sd) - frame.modelled))
        return frame.codes(inner, noise)

    def own_labels(self, labels: Labels) -> Labels:
        """The classes as the density knows them: all 0 where it is one for all."""
        return labels if self.classes > 1 else np.zeros_like(labels)

    def log_density(self, mu: NDArray[np.floating], labels: Labels) -> NDArray[np.float64]:
        """log density of codes [N, K] along the modelled directions, given their classes, nats in units of z: [N]."""
        found = self.density.log_density(self.frame.coordinates(mu), self.own_labels(labels))
        return found - self.frame.log_scale

    def arrays(self) -> Arrays:
        """What it is kept as."""
        facts: Arrays = {name: np.array(getattr(self, name)) for name in (*FACTS, "classes")}
        return {**facts, **self.frame.arrays(), **self.density.arrays()}

    @classmethod
    def restored(cls, arrays: Arrays) -> FittedDensity:
        """The inverse of ``arrays``. Raises KeyError, ValueError or RuntimeError for damaged ones."""
        name, split = str(arrays["name"]), str(arrays["split"])
        return cls(
            name,
            Frame.restored(arrays),
            density_spec(name).method().restored(arrays),
            int(arrays["classes"]),
            int(arrays["n"]),
            "train" if split == "train" else "test",
            float(arrays["held_out_nats"]),
            float(arrays["prior_nats"]),
        )


def fitted(name: str, codes: Codes, progress: Progress = lambda done: None) -> FittedDensity:
    """The density ``name`` of DENSITIES, fitted to codes.

    A tenth of these, at random, is held out: by its likelihood the number of components, the bandwidth, or the length
    of training is chosen.

    Raises ExplorerError where there are too few codes, where they are not finite, or all the same.
    """
    method = density_spec(name).method()
    if reason := too_few(len(codes.mu), LEAST_CODES):
        raise ExplorerError(reason, _("Draw from the prior."))
    if not np.isfinite(codes.mu).all():
        raise ExplorerError(_("The model's values are not finite."), _("Train with smaller steps."))
    frame = frame_of(codes.mu, codes.has_prior)
    train, held_out = parted(sample_of(codes, frame))
    density = method.fit(train, held_out, progress)
    held_out_nats = float(density.log_density(held_out.codes, held_out.labels).mean()) - frame.log_scale
    prior_nats = float(frame.prior_log_density(held_out.codes).mean())
    return FittedDensity(name, frame, density, train.classes, len(train), codes.split, held_out_nats, prior_nats)


def sample_of(codes: Codes, frame: Frame) -> Sample:
    """The codes in the frame, with their classes where each class has codes enough."""
    inner = frame.coordinates(codes.mu)
    if codes.labels is not None and codes.classes > 1:
        counts = np.bincount(codes.labels, minlength=codes.classes)
        if len(counts) == codes.classes and counts.min() >= LEAST_OF_A_CLASS:
            return Sample(inner, codes.labels, codes.classes)
    return Sample(inner, np.zeros(len(inner), np.int64))


def parted(sample: Sample) -> tuple[Sample, Sample]:
    """The codes to fit to and those held out, a tenth of each class."""
    order = np.random.default_rng(0).permutation(len(sample))
    by_class = order[np.argsort(sample.labels[order], kind="stable")]
    n = min(MOST_HELD_OUT, round(HELD_OUT_SHARE * len(sample)))
    held_out = np.zeros(len(sample), bool)
    held_out[by_class[((np.arange(n) + 0.5) * len(sample) / n).astype(np.int64)]] = True
    return sample.at(np.flatnonzero(~held_out)), sample.at(np.flatnonzero(held_out))
