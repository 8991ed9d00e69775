"""What is true of the z where the hand has let go: how usual it is, the nearest image, how much a pixel varies."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import N_, _, joined
from explorer.inference import Latents, decode, likelihood_kind, model_of
from explorer.inference.latent_space import codes, latent_size, prior_of
from explorer.runs import LoadedRun
from explorer.ui.common import NO_ELBO, Picture, cached, pictures, plain

FARTHER_HELP = N_(
    "Near 0 % z is unusual: hardly a draw of the prior lies so far from the middle. Near 100 % it is closer to the "
    "middle than nearly all draws are. Here |z| = {norm:.2f}, and log p(z), the density of the standard normal at z, "
    "is {density:.1f} nats."
)
LESS_PROBABLE_HELP = N_(
    "Near 0 % z is unusual: hardly a draw of the learned prior has so low a density. Here log p(z), the density of the "
    "prior at z, is {density:.1f} nats."
)
NEAREST_HELP = N_(
    "Euclidean distance from z to the nearest posterior mean of the test split, in units of z (the prior's standard "
    "deviation). Far from every image, the decoder makes things up."
)
SPREAD_HELP = N_(
    "Standard deviation of a pixel under p(x|z), averaged over the picture, as a share of the range "
    "from black to white."
)
COIN_HELP = N_(
    "The decoder is a Bernoulli and the images are grey: it is sqrt(p (1 - p)) of a pixel that is black or white, more "
    "than a grey pixel of this mean varies."
)


Near = tuple[int, float] | None  # the nearest test image and its distance from z


def nearest_image(run: LoadedRun, latents: Latents, z: NDArray[np.float32]) -> Near:
    """The test image whose posterior mean is nearest to ``z``; None where there are no latents."""
    if cached.no_latents(run):
        return None
    (nearest,), (distance,) = latents.nearest(z[: latent_size(run)], 1)
    return int(nearest), float(distance)


def near_words(latents: Latents, near: Near) -> str:
    """What lies near z, for those who hear the page; "" where that is not known."""
    if near is None:
        return ""
    name = latents.class_name(near[0])
    if name is None:
        return _("nearest test image {distance:.2f} away").format(distance=near[1])
    return _("nearest test image of class {name} {distance:.2f} away").format(name=name, distance=near[1])


def numbers(run: LoadedRun, latents: Latents, z: NDArray[np.float32], near: Near) -> None:
    """Draw them."""
    style = z[: latent_size(run)]  # without the class
    columns = st.columns(3)
    with columns[0]:
        farther_number(run, style)
    with columns[1]:
        nearest_number(run, latents, near)
    with columns[2]:
        spread_number(run, z)


def farther_number(run: LoadedRun, style: NDArray[np.float32]) -> None:
    """How many draws of the prior lie farther out than z [K]; of a learned one how many are less probable."""
    if not run.model.variational:
        st.metric(_("Draws of the prior farther out"), _("no prior"), help=_(NO_ELBO))
        return
    prior, norm = prior_of(run), float(np.linalg.norm(style.astype(np.float64)))
    share = prior.share_less_probable(style)
    text = f"{share:.0%}" if 0.01 <= share <= 0.99 else (_("under 1%") if share < 0.5 else _("over 99%"))
    label = _("Draws of the prior farther out") if prior.is_normal else _("Draws of the prior less probable")
    about = _(FARTHER_HELP) if prior.is_normal else _(LESS_PROBABLE_HELP)
    st.metric(label, text, help=about.format(norm=norm, density=prior.log_density(style)))


def nearest_number(run: LoadedRun, latents: Latents, near: Near) -> None:
    """The nearest image and how far it is from z, or why that is not known."""
    if near is None:
        st.caption(_("No nearest image: {reason}").format(reason=plain(str(cached.no_latents(run)))))
        return
    nearest, distance = near
    name = latents.class_name(nearest)
    left, right = st.columns([1, 3], vertical_alignment="center")
    with left:
        nearest_picture(run, latents, nearest)
    label = _("Nearest test image") if name is None else _("Nearest test image (class {name})").format(name=name)
    right.metric(label, _("{distance:.2f} away").format(distance=distance), help=_(NEAREST_HELP))


def nearest_picture(run: LoadedRun, latents: Latents, number: int) -> None:
    """The test image ``number``; where it is not here, what is decoded from its posterior mean."""
    images = cached.images(run)
    if images is not None:
        shown, kind = images.pixels[number], _("original")
    elif run.model.decodes:
        labels = None if latents.labels is None else latents.labels[number : number + 1]
        shown, kind = decode(run, codes(run, latents.mu[number : number + 1], labels))[0], _("decoded")
    else:
        return
    alt = _("{kind}, nearest test image").format(kind=kind)
    pictures([Picture(shown, kind, alt)], 1, "thumbnails")


def spread_number(run: LoadedRun, z: NDArray[np.float32]) -> None:
    """How much a pixel varies at the code ``z``, or why that is not known."""
    kind = likelihood_kind(run)
    if not kind.is_known:
        st.caption(_("No spread of a pixel: {reason}").format(reason=_(kind.note)))
        return
    coin = kind.has_floor
    st.metric(
        _("A black-or-white pixel varies by") if coin else _("A pixel varies by"),
        f"± {pixel_spread(run, z):.1%}",
        help=joined(_(SPREAD_HELP), _(COIN_HELP)) if coin else _(SPREAD_HELP),
    )


def pixel_spread(run: LoadedRun, z: NDArray[np.float32]) -> float:
    """Mean over pixels of the standard deviation of p(x|z), on the [0, 1] scale."""
    import torch

    model = model_of(run)
    with torch.inference_mode():
        code = torch.from_numpy(np.asarray(z, np.float32)[None]).to(next(model.parameters()).device)
        return float(model.likelihood.std(model.decode_params(code)).mean())
