"""The verdict: whether the image is typical of the held-out split, and if not, where it differs."""

from __future__ import annotations

import streamlit as st

from explorer.image_lab.scores import DEFAULT_SCORE, SCORES, Misfit, ScoreQuantiles
from explorer.runs import LoadedRun
from explorer.ui.common import bernoulli_note, rank
from explorer.ui.image import cached_scores
from explorer.ui.image.subject import Subject

UNUSUAL, VERY_UNUSUAL = 95, 99  # percentiles above which an image is called so


def image_verdict(subject: Subject) -> None:
    """Draw the verdict; for a new model, once its held-out images have been scored."""
    run = subject.run
    score_quantiles = cached_scores.score_quantiles(run)
    name = verdict_score(score_quantiles)
    if name is None:
        st.caption(f"How usual this image is cannot be said here: it takes the images of {run.data.name}.")
        return
    value = cached_scores.scores(run, subject.pixels)[name][0]
    percent = float(score_quantiles.percentile(name, value))
    where = place(cached_scores.misfit(run, subject.pixels)) if percent > UNUSUAL else ""
    st.markdown(
        f"**{word(percent)}**: {rank(percent)} of held-out images{where}", help=verdict_help(run, name, score_quantiles)
    )


def verdict_score(score_quantiles: ScoreQuantiles) -> str | None:
    """The score that the verdict goes by: the default one, else the first that is calibrated; None where none is."""
    return next((name for name in [DEFAULT_SCORE, *SCORES] if name in score_quantiles.values), None)


def word(percent: float) -> str:
    """What to call an image at this percentile."""
    if percent <= UNUSUAL:
        return "Typical"
    return "Unusual" if percent <= VERY_UNUSUAL else "Very unusual"


def place(found: Misfit) -> str:
    """Where the model disagrees most, as the end of a sentence."""
    region, share = found.region
    if not region:
        return ". It differs all over"
    return f". It differs most {region} ({100 * share:.0f} % of the misfit)"


def verdict_help(run: LoadedRun, name: str, score_quantiles: ScoreQuantiles) -> str:
    """How the verdict comes about."""
    spec = SCORES[name]
    missing = "" if name == DEFAULT_SCORE else " The data set is not here, so that the usual score has no percentiles."
    return (
        f"By **{spec.title}**. {spec.help} Of {score_quantiles.n:,} held-out images that share are less surprising; "
        f"above {UNUSUAL} % an image is called unusual, above {VERY_UNUSUAL} % very unusual.{missing} "
        f"{bernoulli_note(run)}"
    )
