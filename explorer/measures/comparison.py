"""What can be compared between runs: data, likelihood and conditioning that they share. Read from their JSON alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from explorer.base import significant, too_few
from explorer.base.languages import _, translate_stored
from explorer.datasets import stratified
from explorer.inference import Latents, likelihood_kind
from explorer.inference.latent_space import condition_of
from explorer.measures.measured_value import Measured, absent, averaged
from explorer.measures.registry import MEASURES, MeasureSpec
from explorer.measures.run_measures import kept_measures
from explorer.runs import DataFacts, LoadedRun

MAX_RUNS = 4  # runs side by side
DIFFERENCE = 2  # standard errors of a difference by which values differ
LIKELIHOOD_UNITS = ("nats", "bits")
Compared = TypeVar("Compared")
Basis = Callable[[LoadedRun], Hashable]  # runs of equal basis can be compared


def data_of(run: LoadedRun) -> DataFacts:
    """The run's data facts."""
    return run.data


def same_images(run: LoadedRun) -> Hashable:
    """Equal for runs with the same test images."""
    return data_of(run).fingerprint_test or run.key  # without images they are those of no other run


def same_pixels(run: LoadedRun) -> Hashable:
    """Equal for runs tested on the same pixels; binarisation changes them."""
    return same_images(run), run.config.training.get("binarise", "none") != "none"


def same_nats(run: LoadedRun) -> Hashable:
    """Equal for runs whose log-likelihoods have the same pixels, kind of likelihood and conditioning."""
    return same_pixels(run), kind_of(run), condition_of(run)


def kind_of(run: LoadedRun) -> str:
    """The kind of a decoder's likelihood: probabilities, densities on the [0, 1] scale, or none but a cross-entropy."""
    return likelihood_kind(run).kind


def has_prior(run: LoadedRun) -> bool:
    """Whether the run's model is variational; an autoencoder has no prior, KL or ELBO."""
    return run.model.variational


def groups(these: Sequence[Compared], basis: Callable[[Compared], Hashable]) -> list[list[Compared]]:
    """Group ``these`` by equal basis, keeping their order."""
    found: dict[Hashable, list[Compared]] = {}
    for one in these:
        found.setdefault(basis(one), []).append(one)
    return list(found.values())


def differences(runs: Sequence[LoadedRun]) -> list[str]:
    """A sentence for each difference between the runs that limits what can be compared."""
    data = {same_images(run): described(run) for run in runs}.values()
    found = []
    if len(data) > 1:
        text = _(
            "The test images are not the same ({data}): pictures and measures are compared only among runs that share "
            "them."
        )
        found.append(text.format(data=_(" and ").join(data)))
    if len(groups(runs, same_pixels)) > len(data):
        found.append(
            _("Some runs were tested on binarised pixels, others on grey ones: their errors are not compared.")
        )
    if len(groups(runs, lambda run: (same_pixels(run), kind_of(run)))) > len(groups(runs, same_pixels)):
        text = _("Nats are of different kinds ({kinds}): -ELBO is compared only among runs of one kind.")
        found.append(text.format(kinds=", ".join(dict.fromkeys(_(kind_of(run)) for run in runs))))
    if len({condition_of(run) for run in runs}) > 1:
        found += [conditioning_note(run) for run in runs if condition_of(run)]
    found += [f"{run.name}: {translate_stored(run.config.test_caveat)}" for run in runs if run.config.test_caveat]
    return found + [without_elbo(run) for run in runs if not has_prior(run)]


def conditioning_note(run: LoadedRun) -> str:
    """Why the nats of a conditional model are not comparable with those of other models."""
    text = {
        "class": _("{run} is given the class of each image, so its nats are of what is left: they are not compared."),
        "mask": _("{run} is given a part of each image, so its nats are of what is left: they are not compared."),
    }[condition_of(run)]
    return text.format(run=run.name)


def without_elbo(run: LoadedRun) -> str:
    """Why an autoencoder has no ELBO."""
    return _("{run} is a plain autoencoder: without a prior it has no KL and no ELBO.").format(run=run.name)


def described(run: LoadedRun) -> str:
    """The data set and the size of its images: 'mnist, 28 x 28'."""
    data = data_of(run)
    return f"{data.name}, {data.shape[1]} x {data.shape[2]}" if data.name else _("those of {run}").format(run=run.name)


def best(these: Sequence[Measured], bases: Sequence[Hashable], better: str) -> list[bool]:
    """Which values are the best among those of the same basis: [len(these)].

    Those that differ from the best value by no more than ``DIFFERENCE`` standard errors of the difference are as good;
    if all of a basis are, none is marked. The errors are taken as independent: on the same images the difference is
    known better. Absent values and those of each dimension are left out.
    """
    marked = [False] * len(these)
    for basis in set(bases):
        own = {i: one for i, one in enumerate(these) if bases[i] == basis and len(one.values) == 1}
        if better == "" or len(own) < 2:
            continue
        top = min(own.values(), key=lambda one: one.values[0] if better == "lower" else -one.values[0])
        as_good = [i for i, one in own.items() if not differ(one, top)]
        for i in as_good if len(as_good) < len(own) else ():
            marked[i] = True
    return marked


def differ(one: Measured, other: Measured) -> bool:
    """Whether two single values differ by more than chance, and to three digits."""
    value, compared = one.values[0], other.values[0]
    error = math.hypot(*one.errors, *other.errors)
    return abs(value - compared) > DIFFERENCE * error and significant(value) != significant(compared)


def basis_of(spec: MeasureSpec) -> Basis:
    """The basis on which runs can be compared by a measure: nats and bits also depend on the kind of likelihood."""
    return same_nats if spec.unit in LIKELIHOOD_UNITS else same_pixels


def known_measures(run: LoadedRun, latents: Latents) -> dict[str, Measured]:
    """Measures of a run's test images available without measuring: stored ones, else those that follow from latents."""
    return {**measures_from_latents(run, latents), **kept_measures(run)}


def measures_from_latents(run: LoadedRun, latents: Latents) -> dict[str, Measured]:
    """The measures that follow from the latents of the test images; none from those of no images."""
    if not len(latents):
        return {}
    values = latents.values
    found = {"mse": averaged(values.mse)} if latents.has_error else {}
    if not has_prior(run):
        return found | absent_for("prior", without_elbo(run))
    found |= {"kl": averaged(values.kl_nats.sum(1)), "active-units": active_units_of(latents)}
    if not latents.has_nats:
        return found | absent_for("likelihood", _(likelihood_kind(run).note))
    return found | {
        "elbo": averaged(values.elbo_nats),
        "reconstruction": averaged(values.reconstruction_nats),
        "bits-per-dim": averaged(-values.elbo_nats / (math.log(2) * math.prod(data_of(run).shape))),
    }


def absent_for(need: str, reason: str) -> dict[str, Measured]:
    """The measures that have this need, absent for a reason."""
    return {name: absent(reason) for name, spec in MEASURES.items() if need in spec.needs}


def active_units_of(latents: Latents) -> Measured:
    """The number of active units, where there are images enough to tell."""
    if reason := too_few(len(latents), MEASURES["active-units"].least):
        return absent(reason)
    return Measured(int(np.count_nonzero(latents.active())), len(latents))


def stratified_numbers(labels: NDArray[np.int64] | None, total: int, count: int, seed: int) -> NDArray[np.int64]:
    """Numbers of a stratified sample of ``count`` of ``total`` images, ordered by class."""
    drawn = stratified(labels, total, count, seed)
    return drawn if labels is None else drawn[np.argsort(labels[drawn], kind="stable")]


def two_unlike(labels: NDArray[np.int64] | None, total: int, seed: int) -> NDArray[np.int64]:
    """Numbers of two random images, of different classes if possible."""
    rng = np.random.default_rng(seed)
    first = int(rng.integers(total))
    others = np.flatnonzero(np.arange(total) != first)
    if labels is not None and len(unlike := np.flatnonzero(labels != labels[first])):
        others = unlike
    return np.array([first, rng.choice(others)])
