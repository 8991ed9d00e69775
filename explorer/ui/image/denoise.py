"""Denoising: noise is added to the image, and the model's reconstruction of it compared with the original."""

from __future__ import annotations

import math
from pathlib import PurePath

import numpy as np
import streamlit as st

from explorer.base import significant
from explorer.base.languages import N_, _
from explorer.image_lab import psnr_db
from explorer.image_lab.inpainting import noisy
from explorer.images import grid
from explorer.ui.common import Picture, cached, download, pictures
from explorer.ui.image.inpaint_results import saved_png
from explorer.ui.image.subject import Subject

SIGMA = 0.3
DENOISE_HELP = N_(
    "Peak signal-to-noise ratio against the image without noise: 10 log10(1 / mean squared error), pixels in [0, 1]. "
    "Higher is nearer. The reconstruction is decoded from the posterior mean of the noisy image."
)
SIGMA_HELP = N_(
    "Standard deviation of the normal noise, pixels in [0, 1]; cut off at black and white. Always the same draw."
)


def repair_denoise(subject: Subject) -> None:
    """The slider, and the image without noise, with noise, and through the model."""
    left, right = st.columns([4, 7], gap="large")
    with left:
        sigma = st.slider(
            _("Noise σ"), 0.0, 1.0, SIGMA, 0.05, key="repair-sigma", persist_state="session", help=_(SIGMA_HELP)
        )
        seen = noisy(subject.pixels, sigma)
        decoded = cached.reconstruction(subject.run, seen).decoded
        before, after = psnr_db(np.stack([seen, decoded]), subject.pixels).tolist()
        st.markdown(denoise_verdict(before, after), help=_(DENOISE_HELP))
        strip = [subject.pixels, seen, decoded]
        name = f"{PurePath(subject.name).stem}-denoised.png"
        download(_("Save the strip"), name, "image/png", lambda: saved_png(grid(strip, len(strip), 1)))
    with right:
        shown = [
            Picture(subject.pixels, _("without noise"), _("{name} without noise").format(name=subject.title)),
            Picture(
                seen,
                _("with noise: {psnr}").format(psnr=decibels(before)),
                _("{name} with noise, PSNR {psnr}").format(name=subject.title, psnr=decibels(before)),
            ),
            Picture(
                decoded,
                _("decoded: {psnr}").format(psnr=decibels(after)),
                _("reconstruction from noise, PSNR {psnr}").format(psnr=decibels(after)),
            ),
        ]
        pictures(shown, len(shown), "large")


def decibels(value: float) -> str:
    """A ratio in words."""
    return _("no error") if math.isinf(value) else f"{significant(value)} dB"


def denoise_verdict(before: float, after: float) -> str:
    """Whether the reconstruction is nearer to the image than the noisy one is, and by how much."""
    if math.isinf(before):
        text = _("**No noise to take away.** The model's own error leaves a PSNR of {psnr}.")
        return text.format(psnr=decibels(after))
    gain = after - before
    text = (
        _("**{gain} better**: PSNR {before} with noise, {after} through the model.")
        if gain > 0
        else _(
            "**{gain} worse**: PSNR {before} with noise, {after} through the model. What it gets wrong costs more than "
            "this noise."
        )
    )
    return text.format(gain=decibels(abs(gain)), before=decibels(before), after=decibels(after))
