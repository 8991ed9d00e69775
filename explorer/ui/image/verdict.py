"""The verdict: whether the image is typical of the held-out split, and if not, where it differs."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import counted, significant, too_few
from explorer.base.languages import _
from explorer.base.text import percentage
from explorer.image_lab.scores import DEFAULT_SCORE, SCORES, Misfit, ScoreQuantiles
from explorer.inference import likelihood_kind
from explorer.inference.likelihood import LEAST_FOR_PERCENTILE, percentile
from explorer.measures import nats_note
from explorer.runs import LoadedRun
from explorer.ui.common import cached, plain, standing
from explorer.ui.image import cached_scores
from explorer.ui.image.subject import Subject

UNUSUAL, VERY_UNUSUAL = 95, 99  # percentiles above which an image is called so
LEAST_FOR_UNUSUAL = 20  # held-out images: one that is higher than all of fewer may be a common one


def image_verdict(subject: Subject) -> None:
    """Draw the verdict; for a new model, once its held-out images have been scored."""
    run = subject.run
    score_quantiles = cached_scores.score_quantiles(run)
    name = verdict_score(score_quantiles)
    if name is None:
        text = _("How usual this image is cannot be said here. {reason}")
        st.caption(text.format(reason=plain(why_unranked(run))))
        return
    held = score_quantiles.values[name]
    value = float(np.float32(cached_scores.scores(run, subject.pixels)[name][0]))  # the stored type: ties are exact
    percent = sure_percent(held, value)
    known = likelihood_kind(run).is_known
    where = place(cached_scores.misfit(run, subject.pixels)) if known and percent > UNUSUAL else ""
    st.markdown(
        f"**{verdict_words(held, percent)}**{_(': ')}{standing(held, value, 'held-out image')}{where}",
        help=verdict_help(run, name, score_quantiles),
    )


def why_unranked(run: LoadedRun) -> str:
    """Why there is nothing that an image's scores stand among."""
    return str(cached.no_latents(run) or _("It takes the images of {data}.").format(data=run.data.name))


def verdict_score(score_quantiles: ScoreQuantiles) -> str | None:
    """The score that the verdict goes by: the default one, else the first that is calibrated; None where none is."""
    return next((name for name in [DEFAULT_SCORE, *SCORES] if name in score_quantiles.values), None)


def sure_percent(held: NDArray[np.floating], value: float) -> float:
    """The percentile of a value among held-out ones [n]; of few, at most n / (n + 1), which n can vouch for."""
    if len(held) >= LEAST_FOR_PERCENTILE:
        return percentile(held, value)
    return 100 * int(np.count_nonzero(held < value)) / (len(held) + 1)


def verdict_words(held: NDArray[np.floating], percent: float) -> str:
    """What to call an image; that of too few held-out images has no name."""
    few = too_few(len(held), LEAST_FOR_UNUSUAL, "held-out image")
    return _("Not known whether it is unusual") if few else word(percent)


def word(percent: float) -> str:
    """What to call an image at this percentile."""
    if percent <= UNUSUAL:
        return _("Typical")
    return _("Unusual") if percent <= VERY_UNUSUAL else _("Very unusual")


def place(found: Misfit) -> str:
    """Where the model disagrees most, as the end of a sentence."""
    region, share = found.region
    if not region:
        return _(". It differs all over")
    return _(". It differs most {region} ({share} of the misfit)").format(region=region, share=percentage(share))


def verdict_help(run: LoadedRun, name: str, score_quantiles: ScoreQuantiles) -> str:
    """How the verdict comes about."""
    spec = SCORES[name]
    kind = likelihood_kind(run)
    no_data = _("The data set is not here, so that the usual score has no percentiles.")
    reason = no_data if kind.is_known else _(kind.note)
    missing = "" if name == DEFAULT_SCORE else f" {reason}"
    few = too_few(score_quantiles.n, LEAST_FOR_UNUSUAL, "held-out image")
    nats = nats_note(run) if spec.unit == "nats" else ""
    sampled = accuracy(score_quantiles, run.data.n_test)
    what = _(
        "By **{score}**. {meaning} Of {images} that share are less surprising; above {unusual} % an image is called "
        "unusual, above {very} % very unusual."
    ).format(
        score=_(spec.title), meaning=spec.help, images=counted(score_quantiles.n, "held-out image"),
        unusual=UNUSUAL, very=VERY_UNUSUAL,
    )  # fmt: skip
    return f"{what} {sampled}{few}{missing} {nats}"


def accuracy(score_quantiles: ScoreQuantiles, total: int) -> str:
    """How accurate percentiles are where only some of ``total`` held-out images were scored; "" where all were."""
    if score_quantiles.n >= total:
        return ""
    middle, top = (significant(score_quantiles.stderr(percent, total), 1) for percent in (50, UNUSUAL))
    return _(
        "They were drawn at random from {total:,}: a percentile has a standard error of {middle} points in the middle, "
        "{top} at the {unusual}th. "
    ).format(total=total, middle=middle, top=top, unusual=UNUSUAL)
