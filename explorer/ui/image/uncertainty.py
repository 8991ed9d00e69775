"""Uncertainty of an image: posterior draws, standard deviations of pixels, and a walk from the posterior mean."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import counted, significant
from explorer.base.languages import N_, _
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
MAP_ORDER = ("mean of the samples", "sd of the samples", "total sd", "absolute error", "sd of p(x|z)", "z-score")
Z_END = 3  # standard deviations at the ends of the scale
MAPS_HELP = N_(
    "Over {draws} draws of z from the posterior. **sd of the samples**: how much the decoded pictures "
    "differ, sqrt(var E[x|z]). **total sd**: of a new image of this posterior, with the noise of p(x|z), "
    "sqrt(E var[x|z] + var E[x|z]). **z-score**: (input - mean) / total sd, the sd at least one grey level of 255; "
    "red pixels are lighter than the model expects, blue ones darker. Levels are grey levels, 255 is white; the bands "
    "of a colour image are averaged."
)


COIN_HELP = N_(
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
        no_spread = _("It has no samples and no spread; the sd here is that of p(x|z) alone.")
        st.caption(f"{_(NO_ELBO)} {no_spread}")
    if not kind.is_known:
        st.caption(_("No total sd and no z-score: {reason}").format(reason=_(kind.note)))
    st.markdown(_("**Pixel by pixel**"), help=maps_help(subject))
    maps = maps_of(subject, found, variational)
    pictures(list(maps.values()), MAPS, "large")
    posterior(result.mu, result.sigma, result.kl_per_dim, cached.latents_if_any(run).order())
    save_posterior(subject, found, maps)
    walk_help = _("Begins at μ; the ellipses are one and two σ. It stays on this page.")
    st.markdown(_("**Walk from here**"), help=walk_help)
    live_panel(run, Start(f"image-{subject.key}", result.code, (result.mu, result.sigma) if variational else None))


def maps_help(subject: Subject) -> str:
    """What the maps are, and how far their sd can be trusted."""
    run, found = subject.run, cached_scores.calibration(subject.run)
    what = _(MAPS_HELP).format(draws=POSTERIOR_DRAWS)
    coin = f" {_(COIN_HELP)}" if likelihood_kind(run).has_floor else ""
    if found is None:
        fit = _("The sd is not calibrated: the held-out images are not here.")
    else:
        fit = _(
            "Over {images} the root mean square of input - mean is **{ratio}** times that of the sd: 1 where the sd is "
            "right, less where it is too large."
        ).format(images=counted(found.n, "held-out image"), ratio=significant(found.ratio, 2))
    return f"{what}{coin} {fit}"


def black_or_white(run: LoadedRun) -> str:
    """What is said of an sd of p(x|z) that is no grey pixel's; "" where it is the pixel's own."""
    return _(", black-or-white pixel") if likelihood_kind(run).has_floor else ""


def samples(subject: Subject, found: Uncertainty) -> None:
    """As many draws as are asked for."""
    count = st.columns([1, 2])[0].slider(
        _("Samples"), FEWEST, MOST, AT_FIRST, STEP, key=f"samples-{subject.key}",
        help=_("Draws of z from the posterior, each decoded. Where they differ, the model is not sure."),
    )  # fmt: skip
    title, alt = _("sample {number}"), _("sample {number} of {name}, decoded")
    shown = [
        Picture(picture, title.format(number=i), alt.format(number=i, name=subject.title))
        for i, picture in enumerate(found.samples[:count], 1)
    ]
    pictures(shown, COLUMNS, "thumbnails samples")


def maps_of(subject: Subject, found: Uncertainty, variational: bool) -> dict[str, Picture]:
    """The maps that the model has, by their English names; without a prior or a known likelihood they are fewer."""
    name = subject.title
    error = Picture(
        error_picture(subject.result.absolute_error), _("absolute error"),
        _("absolute error of {name}, from 0 to 255").format(name=name), scale("0", _("{n} levels").format(n=255)),
    )  # fmt: skip
    maps = {"absolute error": error}
    if variational:
        alt = _("mean of {n} samples of {name}, decoded").format(n=POSTERIOR_DRAWS, name=name)
        maps["mean of the samples"] = Picture(from_unit(found.mean), _("mean of the samples"), alt)
        maps["sd of the samples"] = sd_picture(found.between_sd, _("sd of the samples"), name)
    if likelihood_kind(subject.run).is_known:
        maps |= of_likelihood(subject, found, variational)
    return {key: maps[key] for key in MAP_ORDER if key in maps}


def of_likelihood(subject: Subject, found: Uncertainty, variational: bool) -> dict[str, Picture]:
    """The maps of the sd of p(x|z): the total sd and the z-score."""
    name, coin = subject.title, black_or_white(subject.run)
    by_sd = _("z-score, by the total sd{note}") if variational else _("z-score, by the sd{note}")
    alt = _("z-score of each pixel of {name}, from -{end} to {end} standard deviations")
    z_score = Picture(
        signed_picture(found.z_score.mean(0), Z_END), by_sd.format(note=coin), alt.format(name=name, end=Z_END),
        scale(f"≤ -{Z_END}", f"≥ {Z_END} sd", "diverging"),
    )  # fmt: skip
    sd = N_("total sd") if variational else N_("sd of p(x|z)")
    return {sd: sd_picture(found.total_sd, f"{_(sd)}{coin}", name), "z-score": z_score}


def sd_picture(values: NDArray[np.floating], title: str, name: str) -> Picture:
    """A map [C, H, W] on the [0, 1] scale, from 0 to its largest value."""
    flat = values.mean(0)
    top = float(flat.max())
    levels = significant(255 * top, 2)
    return Picture(
        magnitude_picture(flat, top), title,
        _("{title} of each pixel of {name}, from 0 to {levels} of 255 grey levels").format(
            title=title, name=name, levels=levels
        ),
        scale("0", _("{n} levels").format(n=levels)),
    )  # fmt: skip
