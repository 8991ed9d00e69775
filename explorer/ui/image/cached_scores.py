"""Anomaly scores and uncertainty of images, cached as in ``cached.py``."""

from __future__ import annotations

import streamlit as st

from explorer.image_lab.scores import Misfit, ScoreQuantiles, Scores, Uncertainty, score_names
from explorer.images import Pixels
from explorer.inference import Latents
from explorer.runs import Run
from explorer.ui.common import Work, computing_quantiles, latents, version, watched


def score_quantiles(run: Run) -> ScoreQuantiles:
    """Score quantiles of the run, with progress while they are computed. Raises as ``score_quantiles_of``."""
    of = (str(run.path), version(run), run)
    try:
        return watched(_score_quantiles(*of))
    except Exception:
        _score_quantiles.clear(*of)  # so that the next call tries again
        raise


@st.cache_resource(max_entries=16, ttl=3600, show_spinner=False)  # after an hour missing images may have come
def _score_quantiles(path: str, weights: str, _run: Run) -> Work[ScoreQuantiles]:
    return computing_quantiles(_run)


def scores(run: Run, pixels: Pixels) -> Scores:
    """Every score of one image, [C, H, W]: [1] each."""
    return _scores(str(run.path), version(run), pixels.tobytes(), run, pixels, latents(run))


@st.cache_resource(max_entries=64, show_spinner=False)
def _scores(path: str, weights: str, content: bytes, _run: Run, _pixels: Pixels, _latents: Latents) -> Scores:
    from explorer.image_lab.scores import scores
    from explorer.inference import model_of

    return scores(model_of(_run), _pixels[None], score_names(_run), _latents.mu, _run.facts()[0].variational)


def misfit(run: Run, pixels: Pixels) -> Misfit:
    """Where the model disagrees with one image, [C, H, W]."""
    return _misfit(str(run.path), version(run), pixels.tobytes(), run, pixels)


@st.cache_resource(max_entries=64, show_spinner=False)
def _misfit(path: str, weights: str, content: bytes, _run: Run, _pixels: Pixels) -> Misfit:
    from explorer.image_lab.scores import misfit
    from explorer.inference import model_of

    return misfit(model_of(_run), _pixels)


def uncertainty(run: Run, pixels: Pixels) -> Uncertainty:
    """Draws from one image's posterior, [C, H, W], and what they leave open."""
    return _uncertainty(str(run.path), version(run), pixels.tobytes(), run, pixels)


@st.cache_resource(max_entries=32, show_spinner=False)
def _uncertainty(path: str, weights: str, content: bytes, _run: Run, _pixels: Pixels) -> Uncertainty:
    from explorer.image_lab.scores import uncertainty
    from explorer.inference import model_of

    return uncertainty(model_of(_run), _pixels)
