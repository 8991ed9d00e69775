"""Uncertainty of an image: posterior draws, standard deviations of pixels, and a walk from the posterior mean."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import counted, significant
from explorer.image_lab.scores import POSTERIOR_DRAWS, Uncertainty
from explorer.images import from_unit
from explorer.inference import likelihood_kind
from explorer.runs import LoadedRun
from explorer.ui.common import NO_ELBO, Picture, cached, pictures, posterior, scale
from explorer.ui.common.figures import error_picture, magnitude_picture, signed_picture
from explorer.ui.components.live import Start, live_panel
from explorer.ui.image import cached_scores
from explorer.ui.image.save_posterior import save_posterior
from explorer.ui.image.subject import Subject

FEWEST, MOST, AT_FIRST, STEP = 4, 32, 8, 4
COLUMNS, MAPS = 8, 5  # side by side
Z_END = 3  # standard deviations at the ends of the scale
MAPS_HELP = (
    f"Over {POSTERIOR_DRAWS} draws of z from the posterior. **sd of the samples**: how much the decoded pictures "
    "differ, sqrt(var E[x|z]). **total sd**: of a new image of this posterior, with the noise of p(x|z), "
    "sqrt(E var[x|z] + var E[x|z]). **z-score**: (input - mean) / total sd, the sd at least one grey level of 255; "
    "red pixels are lighter than the model expects, blue ones darker. Levels are grey levels, 255 is white; the bands "
    "of a colour image are averaged."
)


COIN_HELP = (
    "This decoder is a Bernoulli and the pixels are grey: the noise of p(x|z), sqrt(p (1 - p)), is that of a pixel "
    "which is black or white, not of a grey one, so the total sd is too large and z-scores are too small."
)


def image_posterior(subject: Subject) -> None:
    """Draw the tab, pictures first."""
    run, result = subject.run, subject.result
    found, variational = cached_scores.uncertainty(run, subject.pixels), run.model.variational
    kind = likelihood_kind(run)
    if variational:
        samples(subject, found)
    else:
        st.caption(f"{NO_ELBO} It has no samples and no spread; the sd here is that of p(x|z) alone.")
    if not kind.is_known:
        st.caption(f"No total sd and no z-score: {kind.note}")
    st.markdown("**Pixel by pixel**", help=maps_help(subject))
    maps = maps_of(subject, found, variational)
    pictures(maps, MAPS, "large")
    posterior(result.mu, result.sigma, result.kl_per_dim, cached.latents_if_any(run).order())
    save_posterior(subject, found, maps)
    st.markdown("**Walk from here**", help="Begins at μ; the ellipses are one and two σ. It stays on this page.")
    live_panel(run, Start(f"image-{subject.key}", result.code, (result.mu, result.sigma) if variational else None))


def maps_help(subject: Subject) -> str:
    """What the maps are, and how far their sd can be trusted."""
    run, found = subject.run, cached_scores.calibration(subject.run)
    coin = f" {COIN_HELP}" if likelihood_kind(run).has_floor else ""
    if found is None:
        return f"{MAPS_HELP}{coin} The sd is not calibrated: the held-out images are not here."
    fit = (
        f"Over {counted(found.n, 'held-out image')} the root mean square of input - mean is "
        f"**{significant(found.ratio, 2)}** times that of the sd: 1 where the sd is right, less where it is too large."
    )
    return f"{MAPS_HELP}{coin} {fit}"


def black_or_white(run: LoadedRun) -> str:
    """What is said of an sd of p(x|z) that is no grey pixel's; "" where it is the pixel's own."""
    return ", black-or-white pixel" if likelihood_kind(run).has_floor else ""


def samples(subject: Subject, found: Uncertainty) -> None:
    """As many draws as are asked for."""
    count = st.columns([1, 2])[0].slider(
        "Samples", FEWEST, MOST, AT_FIRST, STEP, key=f"samples-{subject.key}",
        help="Draws of z from the posterior, each decoded. Where they differ, the model is not sure.",
    )  # fmt: skip
    shown = [
        Picture(picture, f"sample {i + 1}", f"sample {i + 1} of {subject.name}, decoded")
        for i, picture in enumerate(found.samples[:count])
    ]
    pictures(shown, COLUMNS, "thumbnails samples")


def maps_of(subject: Subject, found: Uncertainty, variational: bool) -> list[Picture]:
    """The maps as pictures, those that the model has: an autoencoder has fewer, and one of unknown likelihood."""
    name = subject.name
    found_sd = of_likelihood(subject, found, variational) if likelihood_kind(subject.run).is_known else []
    error = Picture(
        error_picture(subject.result.absolute_error), "absolute error", f"absolute error of {name}, from 0 to 255",
        scale("0", "255 levels"),
    )  # fmt: skip
    if not variational:
        return [error, *found_sd]
    mean = Picture(
        from_unit(found.mean), "mean of the samples", f"mean of {POSTERIOR_DRAWS} samples of {name}, decoded"
    )
    between = sd_picture(found.between_sd, "sd of the samples", name)
    return [mean, between, *found_sd[:1], error, *found_sd[1:]]


def of_likelihood(subject: Subject, found: Uncertainty, variational: bool) -> list[Picture]:
    """The maps of the sd of p(x|z): the total sd and the z-score."""
    name, coin = subject.name, black_or_white(subject.run)
    z_score = Picture(
        signed_picture(found.z_score.mean(0), Z_END), f"z-score, by the {'total ' if variational else ''}sd{coin}",
        f"z-score of each pixel of {name}, from -{Z_END} to {Z_END} standard deviations",
        scale(f"≤ -{Z_END}", f"≥ {Z_END} sd", "diverging"),
    )  # fmt: skip
    return [sd_picture(found.total_sd, f"{'total sd' if variational else 'sd of p(x|z)'}{coin}", name), z_score]


def sd_picture(values: NDArray[np.floating], title: str, name: str) -> Picture:
    """A map [C, H, W] on the [0, 1] scale, from 0 to its largest value."""
    flat = values.mean(0)
    top = float(flat.max())
    levels = significant(255 * top, 2)
    return Picture(
        magnitude_picture(flat, top), title, f"{title} of each pixel of {name}, from 0 to {levels} of 255 grey levels",
        scale("0", f"{levels} levels"),
    )  # fmt: skip
