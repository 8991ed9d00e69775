"""What runs have in common, and so what can be compared between them. Read from their JSON alone."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.evaluation import Evaluation
from explorer.runs import DataFacts, Run
from explorer.sampling import stratified
from explorer.units import significant

MOST = 4  # runs side by side
Better = Literal["lower", "higher", ""]
Basis = Callable[[Run], Hashable]  # runs of which it is equal can be compared


@dataclass(frozen=True)
class Measure:
    """One row of the table of measures; ``better`` "" is neither, ``basis`` says among which runs."""

    title: str
    unit: str
    value: Callable[[Evaluation], float]
    better: Better
    basis: Basis
    help: str
    elbo: bool = False  # whether it is a part of the ELBO, which an autoencoder does not have


def data_of(run: Run) -> DataFacts:
    """What a run knows of its data."""
    return run.facts()[1]


def same_images(run: Run) -> Hashable:
    """Equal for runs with the same test images."""
    return data_of(run).fingerprint_test


def same_pixels(run: Run) -> Hashable:
    """Equal for runs that were tested on the same pixels, which binarising changes."""
    return data_of(run).fingerprint_test, run.config().training.get("binarise", "none") != "none"


def same_nats(run: Run) -> Hashable:
    """Equal for runs whose log-likelihoods are of the same pixels and of the same kind."""
    return same_pixels(run), kind_of(run)


def kind_of(run: Run) -> str:
    """What the nats of a decoder are: Bernoulli's are of a probability, all others of a density on the [0, 1] scale."""
    return "probability" if run.facts()[0].options.get("likelihood") == "bernoulli" else "density"


def has_elbo(run: Run) -> bool:
    """Whether the run's model is variational: a plain autoencoder has no prior, no KL and no ELBO."""
    from models import model_spec

    return model_spec(run.facts()[0].name).variational


def groups(runs: Sequence[Run], basis: Basis) -> list[list[Run]]:
    """The runs, those together that can be compared, in the order in which they come."""
    found: dict[Hashable, list[Run]] = {}
    for run in runs:
        found.setdefault(basis(run), []).append(run)
    return list(found.values())


def differences(runs: Sequence[Run]) -> list[str]:
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
    if len(groups(runs, same_nats)) > len(groups(runs, same_pixels)):
        found.append(
            "Nats of a Bernoulli decoder are of a probability, those of the others of a density: -ELBO is compared "
            "only among runs of one kind."
        )
    return found + [without_elbo(run) for run in runs if not has_elbo(run)]


def without_elbo(run: Run) -> str:
    """Why an autoencoder has no ELBO."""
    return f"{run.name} is a plain autoencoder: without a prior it has no KL and no ELBO."


def described(run: Run) -> str:
    """Its data set and the size of the images: 'mnist, 28 x 28'."""
    data = data_of(run)
    return f"{data.name}, {data.shape[1]} x {data.shape[2]}"


def best(values: Sequence[float | None], bases: Sequence[Hashable], better: Better) -> list[bool]:
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


MEASURES: dict[str, Measure] = {
    "elbo": Measure("-ELBO", "nats", lambda e: -e.elbo_nats, "lower", same_nats,
                    "-reconstruction + KL of each test image, z sampled, at beta = 1 whatever trained.", elbo=True),
    "reconstruction": Measure("-reconstruction", "nats", lambda e: -e.reconstruction_nats, "lower", same_nats,
                              "What decoding loses, by the decoder's likelihood, z sampled."),
    "kl": Measure("KL", "nats", lambda e: e.kl_nats, "", same_images,
                  "What z carries about an image; neither more nor less is better by itself.", elbo=True),
    "mse": Measure("MSE", "a pixel", lambda e: e.mse, "lower", same_pixels,
                   "Mean squared error of the reconstruction through μ, pixels in [0, 1]."),
    "active_units": Measure("Active units", "dimensions", lambda e: e.active_units, "", same_images,
                            "Dimensions along which μ varies over the test images by more than 0.01."),
}  # fmt: skip


def measure_of(measure: Measure, run: Run, evaluation: Evaluation) -> float | None:
    """A measure of a run; None where the run has no such thing."""
    return None if measure.elbo and not has_elbo(run) else measure.value(evaluation)


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
