"""Whether a model can be trusted, in a sentence, from what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from explorer.base import significant
from explorer.measures.estimators import Measured

FAR = 0.2  # prior's sigmas; codes that far off, on average over the dimensions, leave holes that samples fall into
NEEDED = ("active-units", "kl-per-dim", "prior-distance")


@dataclass(frozen=True)
class Verdict:
    """What is the case, what to do about it, and whether nothing need be done."""

    sentence: str
    advice: str
    sound: bool


def verdict(found: Mapping[str, Measured]) -> Verdict | None:
    """Of a run's measures; None where those that it rests on were not taken.

    Collapse: dimensions whose posterior repeats the prior whatever the image (Bowman et al. 2016), told by their active
    units (Burda et al. 2016).
    """
    if any(name not in found for name in NEEDED):
        return None
    active, nats, away = (found[name] for name in NEEDED)
    if active.absent:
        return Verdict(
            "Trust its reconstructions, not its samples: this model has no prior and no likelihood.",
            "Between its codes may be holes that decode to nothing. Compare it with a vae of the same size.",
            sound=False,
        )
    dimensions, used = len(nats.values), round(sum(active.values))
    if used == 0:
        return Verdict(
            f"The posterior has collapsed: none of the {dimensions} dimensions says anything about the image.",
            "Train longer, or again with a lower beta, with free bits or with a KL warm-up.",
            sound=False,
        )
    carried = f"{significant(sum(nats.values))} nats"
    if (distance := float(np.mean(away.values))) > FAR:
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
        "Codes are spread as the prior is, so its samples lie among them.",
        sound=True,
    )
