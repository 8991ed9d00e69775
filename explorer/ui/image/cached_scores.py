"""Anomaly scores and uncertainty of images, cached as in ``cached.py``."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import _
from explorer.datasets import Images
from explorer.image_lab.scores import SCORES, Calibration, Misfit, ScoreQuantiles, Scores, Uncertainty, score_names
from explorer.images import Pixels
from explorer.inference import Latents, likelihood_kind
from explorer.runs import LoadedRun
from explorer.runs.tasks import ThreadTask
from explorer.ui.common import BY_WEIGHTS, awaited, cached, computing_quantiles


def score_quantiles(run: LoadedRun) -> ScoreQuantiles:
    """Score quantiles of the run, with progress while they are computed. Raises as ``score_quantiles_of``."""
    return awaited(_score_quantiles, run)


# after an hour missing images may have come
@st.cache_resource(max_entries=16, ttl=3600, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _score_quantiles(run: LoadedRun) -> ThreadTask[ScoreQuantiles]:
    return computing_quantiles(run)


def scores(run: LoadedRun, pixels: Pixels) -> Scores:
    """Every score of one image, [C, H, W], that can be computed here: [1] each."""
    latents = cached.latents_if_any(run)
    names = tuple(name for name in score_names(run) if len(latents) or not SCORES[name].needs_codes)
    return _scores(run, pixels.tobytes(), names, pixels, latents, cached.images(run))


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _scores(
    run: LoadedRun,
    content: bytes,
    names: tuple[str, ...],
    _pixels: Pixels,
    _latents: Latents,
    _images: Images | None,
) -> Scores:
    from explorer.image_lab.scores import HeldOutCodes, scores
    from explorer.inference import model_of

    pixels = None if _images is None else _images.pixels
    held_out = HeldOutCodes(_latents.mu, pixels) if len(_latents) else None
    return scores(model_of(run), _pixels[None], names, held_out, run.model.variational)


def misfit(run: LoadedRun, pixels: Pixels) -> Misfit:
    """Where the model disagrees with one image, [C, H, W]."""
    return _misfit(run, pixels.tobytes(), pixels)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _misfit(run: LoadedRun, content: bytes, _pixels: Pixels) -> Misfit:
    from explorer.image_lab.scores import misfit
    from explorer.inference import model_of

    return misfit(model_of(run), _pixels)


def uncertainty(run: LoadedRun, pixels: Pixels) -> Uncertainty:
    """Draws from one image's posterior, [C, H, W], and what they leave open."""
    return _uncertainty(run, pixels.tobytes(), pixels)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _uncertainty(run: LoadedRun, content: bytes, _pixels: Pixels) -> Uncertainty:
    from explorer.image_lab.scores import uncertainty
    from explorer.inference import model_of

    return uncertainty(model_of(run), _pixels)


def calibration(run: LoadedRun) -> Calibration | None:
    """How well the sd of pixels fits held-out images; None where these are not here, or there is no sd."""
    found = cached.images(run) if likelihood_kind(run).is_known else None
    if found is None:
        return None
    with st.spinner(_("Calibrating the sd on held-out images")):
        return _calibration(run, found)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _calibration(run: LoadedRun, _images: Images) -> Calibration:
    from explorer.image_lab.scores import calibration
    from explorer.inference import model_of

    return calibration(model_of(run), _images.pixels)
