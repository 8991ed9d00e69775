"""Diagnosis of a model from its measures: posterior collapse, mismatch with the prior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from explorer.base import significant
from explorer.inference import read_latents
from explorer.measures.bench import Bench
from explorer.measures.measured import NOT_FINITE, Measured
from explorer.measures.registry import MEASURES, taken
from explorer.runs import LoadedRun

FAR = 0.2  # prior's sigmas; mean distance of the aggregate posterior from which samples of the prior leave the data
LEAST_EFFECTIVE_SAMPLES = 10  # of an estimate of log p(x) that is more than a bound
NEEDED = ("active-units", "kl-per-dim", "prior-distance")


@dataclass(frozen=True)
class Verdict:
    """The diagnosis in a sentence, advice, and whether the model is sound; None where that cannot be known."""

    sentence: str
    advice: str
    sound: bool | None


def verdict(found: Mapping[str, Measured]) -> Verdict | None:
    """The verdict from a run's measures; None if one of ``NEEDED`` is missing.

    Posterior collapse (Bowman et al. 2016), dimensions whose posterior equals the prior for every image, is detected by
    the number of active units (Burda et al. 2016).
    """
    if any(name not in found for name in NEEDED):
        return None
    active, nats, away = (found[name] for name in NEEDED)
    if nats.absent == NOT_FINITE:
        return Verdict(
            "Its training has diverged: its values are not finite.", "Train with smaller steps.", sound=False
        )
    if nats.absent:
        return Verdict(
            "Trust its reconstructions, not its samples: this model has no prior and no likelihood.",
            "Between its codes may be holes that decode to nothing. Compare it with a vae of the same size.",
            sound=False,
        )
    if active.absent:
        return Verdict(
            f"Whether the posterior has collapsed cannot be said. {active.absent}",
            "Measure it on more images that differ from one another.",
            sound=None,
        )
    dimensions, used = len(nats.values), round(sum(active.values))
    if used == 0:
        return Verdict(
            f"The posterior has collapsed: none of the {dimensions} dimensions says anything about the image.",
            "Train longer, or again with a lower beta, with free bits or with a KL warm-up.",
            sound=False,
        )
    carried = f"{significant(sum(nats.values))} nats"
    if away.values and (distance := float(np.mean(away.values))) > FAR:
        return Verdict(
            f"Do not trust its samples: codes lie {significant(distance, 2)} σ off the prior on average.",
            "Samples of the prior may fall between the codes. Train longer or with a larger beta.",
            sound=False,
        )
    if used < dimensions:
        return Verdict(
            f"Partly collapsed: {used} of {dimensions} dimensions carry {carried}, the others repeat the prior.",
            "That is harmless where the reconstructions are good enough: a smaller latent size does the same. To use "
            "them, lower beta, add free bits, or warm the KL up.",
            sound=True,
        )
    return Verdict(
        f"No collapse: all {dimensions} dimensions say something about the image, {carried} together.",
        f"Whether its samples lie among the codes is open. {away.absent}"
        if away.absent
        else "Codes are spread as the prior is, so its samples lie among them.",
        sound=True,
    )


def shortcoming(run: LoadedRun) -> Verdict | None:
    """The verdict from the latents that a training leaves in its run; None where it would find nothing amiss.

    None also without such latents, and for a model without a prior. Nothing is encoded.
    """
    latents = read_latents(run, "test")
    if latents is None or not run.model.variational:
        return None
    bench = Bench(run, "test", samples=1)
    bench.found, bench.rows = None, latents.values
    judged = verdict({name: taken(MEASURES[name], bench) for name in NEEDED})
    return None if judged is None or (judged.sound and latents.active().all()) else judged


def caution(one: Measured) -> str:
    """What to keep in mind of a value; "" if nothing."""
    if one.effective_samples is None or one.effective_samples[0] >= LEAST_EFFECTIVE_SAMPLES:
        return ""
    low, median = (significant(count, 2) for count in one.effective_samples)
    fewest = f"{low} or fewer that of one in 20" if one.n >= 20 else f"{low} that of the worst"
    return f"An upper bound: of {one.samples:,} draws {median} carry the estimate of the median image, {fewest}."
