"""What runs have in common, and so what can be compared between them. Read from their JSON alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from explorer.base import significant
from explorer.datasets import stratified
from explorer.inference import Latents
from explorer.inference.latent_space import condition_of
from explorer.measures.estimators import Measured, absent, averaged
from explorer.measures.registry import MEASURES, MeasureSpec, kept_measures
from explorer.runs import DataFacts, LoadedRun

MOST = 4  # runs side by side
LIKELIHOOD_UNITS = ("nats", "bits")
Compared = TypeVar("Compared")
Basis = Callable[[LoadedRun], Hashable]  # runs of which it is equal can be compared


def data_of(run: LoadedRun) -> DataFacts:
    """What a run knows of its data."""
    return run.data


def same_images(run: LoadedRun) -> Hashable:
    """Equal for runs with the same test images."""
    return data_of(run).fingerprint_test


def same_pixels(run: LoadedRun) -> Hashable:
    """Equal for runs that were tested on the same pixels, which binarising changes."""
    return data_of(run).fingerprint_test, run.config.training.get("binarise", "none") != "none"


def same_nats(run: LoadedRun) -> Hashable:
    """Equal for runs whose log-likelihoods are of the same pixels, of the same kind, and of models told as much."""
    return same_pixels(run), kind_of(run), condition_of(run)


def kind_of(run: LoadedRun) -> str:
    """What the nats of a decoder are: Bernoulli's are of a probability, all others of a density on the [0, 1] scale."""
    return "probability" if run.model.options.get("likelihood") == "bernoulli" else "density"


def has_elbo(run: LoadedRun) -> bool:
    """Whether the run's model is variational: a plain autoencoder has no prior, no KL and no ELBO."""
    return run.model.variational


def groups(these: Sequence[Compared], basis: Callable[[Compared], Hashable]) -> list[list[Compared]]:
    """Runs, or what stands for them: those together that can be compared, in the order in which they come."""
    found: dict[Hashable, list[Compared]] = {}
    for one in these:
        found.setdefault(basis(one), []).append(one)
    return list(found.values())


def differences(runs: Sequence[LoadedRun]) -> list[str]:
    """A sentence for each thing that the runs do not have in common and that limits what can be compared."""
    data = {same_images(run): described(run) for run in runs}.values()
    found = []
    if len(data) > 1:
        found.append(
            f"The test images are not the same ({' and '.join(data)}): pictures and measures are compared only among "
            "runs that share them."
        )
    if len(groups(runs, same_pixels)) > len(data):
        found.append("Some runs were tested on binarised pixels, others on grey ones: their errors are not compared.")
    if len(groups(runs, lambda run: (same_pixels(run), kind_of(run)))) > len(groups(runs, same_pixels)):
        found.append(
            "Nats of a Bernoulli decoder are of a probability, those of the others of a density: -ELBO is compared "
            "only among runs of one kind."
        )
    if len({condition_of(run) for run in runs}) > 1:
        found += [told(run) for run in runs if condition_of(run)]
    return found + [without_elbo(run) for run in runs if not has_elbo(run)]


def told(run: LoadedRun) -> str:
    """Why the nats of a model that is told something are not those of one that is not."""
    what = {"class": "the class", "mask": "a part"}[condition_of(run)]
    return f"{run.name} is told {what} of each image, so its nats are of what is left: they are not compared."


def without_elbo(run: LoadedRun) -> str:
    """Why an autoencoder has no ELBO."""
    return f"{run.name} is a plain autoencoder: without a prior it has no KL and no ELBO."


def described(run: LoadedRun) -> str:
    """Its data set and the size of the images: 'mnist, 28 x 28'."""
    data = data_of(run)
    return f"{data.name}, {data.shape[1]} x {data.shape[2]}"


def best(values: Sequence[float | None], bases: Sequence[Hashable], better: str) -> list[bool]:
    """Which of the values are the better ones among those of the same basis.

    None is no value. What reads the same at three digits is equally good; where all are, none is better.
    """
    marked = [False] * len(values)
    for basis in set(bases):
        own = {
            i: float(significant(v).replace(",", ""))
            for i, v in enumerate(values)
            if bases[i] == basis and v is not None
        }
        if better == "" or len(set(own.values())) < 2:
            continue
        top = min(own.values()) if better == "lower" else max(own.values())
        for i, value in own.items():
            marked[i] = value == top
    return marked


def basis_of(spec: MeasureSpec) -> Basis:
    """Among which runs a measure can be compared: what is counted in nats or bits depends on the kind of likelihood."""
    return same_nats if spec.unit in LIKELIHOOD_UNITS else same_pixels


def at_hand(run: LoadedRun, latents: Latents) -> dict[str, Measured]:
    """What is known of a run without measuring it: what is kept of its test images, else what their latents tell."""
    return {**told_by(run, latents), **kept_measures(run)}


def told_by(run: LoadedRun, latents: Latents) -> dict[str, Measured]:
    """The measures that the latents of the test images are enough for."""
    values, shape = latents.values, data_of(run).shape
    found = {"mse": averaged(values.mse)}
    if has_elbo(run):
        found |= {
            "elbo": averaged(values.elbo_nats),
            "reconstruction": averaged(values.reconstruction_nats),
            "kl": averaged(values.kl_nats.sum(1)),
            "bits-per-dim": averaged(-values.elbo_nats / (math.log(2) * math.prod(shape))),
            "active-units": Measured(int(np.count_nonzero(latents.active())), len(latents)),
        }
        return found
    return found | {name: absent(without_elbo(run)) for name, spec in MEASURES.items() if "prior" in spec.needs}


def sample(labels: NDArray[np.int64] | None, total: int, count: int, seed: int) -> NDArray[np.int64]:
    """Numbers of ``count`` of ``total`` images, each class its share, class by class."""
    drawn = stratified(labels, total, count, seed)
    return drawn if labels is None else drawn[np.argsort(labels[drawn], kind="stable")]


def two_unlike(labels: NDArray[np.int64] | None, total: int, seed: int) -> NDArray[np.int64]:
    """Numbers of two images to walk between, of different classes where there are any."""
    rng = np.random.default_rng(seed)
    first = int(rng.integers(total))
    others = np.flatnonzero(np.arange(total) != first)
    if labels is not None and len(unlike := np.flatnonzero(labels != labels[first])):
        others = unlike
    return np.array([first, rng.choice(others)])
