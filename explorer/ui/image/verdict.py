"""One sentence under the pictures: is this image like those of the held-out split, and if not, where."""

from __future__ import annotations

import streamlit as st

from explorer.image_lab.scores import DEFAULT_SCORE, SCORES, Calibration, Misfit
from explorer.runs import LoadedRun
from explorer.ui.common import bernoulli_note, rank
from explorer.ui.image import cached_scores as cached_surprise
from explorer.ui.image.subject import Subject

UNUSUAL, VERY_UNUSUAL = 95, 99  # percentiles above which an image is called so


def image_verdict(subject: Subject) -> None:
    """Draw it; the first time for a model it waits for the held-out images to be judged."""
    run = subject.run
    calibration = cached_surprise.calibration(run)
    name = judge(calibration)
    if name is None:
        st.caption(f"How usual this image is cannot be said here: it takes the images of {run.data.name}.")
        return
    value = cached_surprise.scores(run, subject.pixels)[name][0]
    percent = float(calibration.percentile(name, value))
    where = place(cached_surprise.misfit(run, subject.pixels)) if percent > UNUSUAL else ""
    st.markdown(
        f"**{word(percent)}**: {rank(percent)} of held-out images{where}", help=explained(run, name, calibration)
    )


def judge(calibration: Calibration) -> str | None:
    """The score that the verdict goes by: the default one, else the first that is calibrated; None where none is."""
    return next((name for name in [DEFAULT_SCORE, *SCORES] if name in calibration.values), None)


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


def explained(run: LoadedRun, name: str, calibration: Calibration) -> str:
    """How the verdict comes about."""
    spec = SCORES[name]
    missing = "" if name == DEFAULT_SCORE else " The data set is not here, so that the usual score has no percentiles."
    return (
        f"By **{spec.title}**. {spec.help} Of {calibration.n:,} held-out images that share are less surprising; above "
        f"{UNUSUAL} % an image is called unusual, above {VERY_UNUSUAL} % very unusual.{missing} {bernoulli_note(run)}"
    )
