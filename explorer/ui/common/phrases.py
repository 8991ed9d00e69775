"""Phrases shared by several pages."""

from __future__ import annotations

from explorer.runs import LoadedRun

NO_ELBO = "An autoencoder's code is a point: it has no KL, no ELBO and no prior."


def rank(percent: float) -> str:
    """A percentile in words: '72nd percentile'; at the ends 'among the lowest 1 %'."""
    if percent < 1:
        return "among the lowest 1 %"
    if percent > 99:
        return "among the highest 1 %"
    whole = round(percent)
    ending = "th" if 10 < whole < 20 else {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th")
    return f"{whole}{ending} percentile"


def bernoulli_note(run: LoadedRun) -> str:
    """A note on the nats of a Bernoulli decoder on grey images; empty for other models."""
    model = run.model
    if model.options.get("likelihood") != "bernoulli":
        return ""
    return "With a Bernoulli decoder the reconstruction is a cross-entropy: on grey images no likelihood of the data."
