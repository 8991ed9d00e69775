"""Saving of an image's results: pictures as PNG, posterior and scores as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import streamlit as st

from explorer.base.languages import N_, _
from explorer.image_lab.scores import Uncertainty, posterior_record
from explorer.images import Pixels, grid, to_png
from explorer.ui.common import Picture, download
from explorer.ui.image import cached_scores
from explorer.ui.image.subject import Subject

POSTERIOR_SIDE = 512  # pixels that a saved picture has at least, each of the model's a square


def save_posterior(subject: Subject, found: Uncertainty, maps: Mapping[str, Picture]) -> None:
    """Draw a choice of picture with its button, and the button of the JSON."""
    result, stem = subject.result, Path(subject.name).stem
    offered = {
        N_("input"): result.original,
        N_("reconstruction"): result.decoded,
        N_("samples"): grid(found.samples, columns=8),
        **{name: picture.pixels for name, picture in maps.items()},
    }
    choice, png, record = st.columns([2, 1, 1], vertical_alignment="bottom")
    picture = choice.selectbox(_("Picture to save"), list(offered), key=f"save-{subject.key}", format_func=_)
    with png:
        make = partial(enlarged_png, offered[picture])
        download(_("Picture as PNG"), f"{stem}-{picture.replace(' ', '-')}.png", "image/png", make)
    with record:
        make_json = partial(posterior_json, subject)
        download(_("Posterior as JSON"), f"{stem}-posterior.json", "application/json", make_json)


def enlarged_png(pixels: Pixels) -> bytes:
    """A PNG that is not tiny."""
    return to_png(pixels, scale=max(1, -(-POSTERIOR_SIDE // max(pixels.shape[1:]))))


def posterior_json(subject: Subject) -> bytes:
    """The posterior and the scores of the image."""
    run = subject.run
    scored, score_quantiles = cached_scores.scores(run, subject.pixels), cached_scores.score_quantiles(run)
    record = posterior_record(run, subject.name, subject.result, scored, score_quantiles)
    return json.dumps(record, indent=2, ensure_ascii=False).encode()
