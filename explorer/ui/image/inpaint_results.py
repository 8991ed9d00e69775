"""Completions of an image side by side, the visible pixels as they are, and files of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import PurePath

import streamlit as st

from explorer.base import significant
from explorer.base.languages import N_, _
from explorer.image_lab.inpainting import MIN_DISTANCE, Completion, Mask
from explorer.images import Pixels, grid, to_png
from explorer.inference import likelihood_kind
from explorer.inference.latent_space import class_name
from explorer.ui.common import Picture, download, pictures
from explorer.ui.image.subject import Subject

COMPLETION_COLUMNS = 5
MAX_COMPLETIONS_SHOWN = 10  # that are shown
COMPLETION_SIDE = 280  # pixels of a saved picture, at least
DIFFERENT_HELP = N_(
    "Two completions are **different** where they differ by a root mean square of {distance:g} or more over the "
    "masked part, on the scale from 0 to 1; of those that are not, the one of the lowest energy stands for all."
)
ENERGY_HELP = N_(
    "Latents z are optimised on the visible pixels and the prior. **Energy** E(z) = -log p(visible pixels | z) - log "
    "p(z), in nats: the lower, the better z goes with what is visible. A quarter of the latents seek the lowest "
    "energy; the others stay as near to the draw of the prior that they start from as the visible pixels allow, to "
    "show what else could stand there."
)
NO_PRIOR_HELP = N_(
    "Latents z are optimised on the visible pixels alone, from draws of where the model's codes lie. **Energy** E(z) = "
    "-log p(visible pixels | z), in nats: an autoencoder has no prior that says how probable a z is."
)
CLASSES_HELP = N_("Every class is tried.")
DRAWN_HELP = N_("""\
The model was trained to complete: given the visible pixels, each draw of z from the prior is one more way to fill the
masked part. The draws are independent and equally probable.
""")


def completions(subject: Subject, mask: Mask, found: Sequence[Completion]) -> None:
    """Draw the first of them, with what they are."""
    shown = found[:MAX_COMPLETIONS_SHOWN]
    drawn = found[0].energy_nats is None
    st.markdown(
        _("{title}, decoded inside the mask").format(title=completions_title(found)),
        help=_(DRAWN_HELP) if drawn else energy_help(subject),
    )
    place = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        raw = not drawn and st.toggle(
            _("Whole pictures as decoded"), key="repair-raw", help=_("Also the visible pixels as the model has them.")
        )
        save_completions(subject, mask, shown)
    with place:
        pictures([picture(subject, i, one, raw) for i, one in enumerate(shown, 1)], COMPLETION_COLUMNS)


def completions_title(found: Sequence[Completion]) -> str:
    """How many there are, and how many of them are shown."""
    if found[0].energy_nats is None:
        return _("**{n} draws**").format(n=len(found))
    text = (
        _("**{n} different** of {chains} latents, the {shown} of lowest energy shown")
        if len(found) > MAX_COMPLETIONS_SHOWN
        else _("**{n} different** of {chains} latents")
    )
    return text.format(n=len(found), chains=sum(one.chains for one in found), shown=MAX_COMPLETIONS_SHOWN)


def energy_help(subject: Subject) -> str:
    """What the energies are of this model's completions."""
    what = ENERGY_HELP if subject.run.model.variational else NO_PRIOR_HELP
    different = _(DIFFERENT_HELP).format(distance=MIN_DISTANCE)
    classes = "" if subject.result.label is None else _(CLASSES_HELP)
    return "\n\n".join(filter(None, (_(what), different, classes, _(likelihood_kind(subject.run).note))))


def picture(subject: Subject, number: int, one: Completion, raw: bool) -> Picture:
    """One completion with its energy."""
    if one.energy_nats is None:
        alt = _("draw {number}, decoded inside the mask").format(number=number)
        return Picture(one.picture, _("draw {number}").format(number=number), alt)
    assert one.decoded is not None
    caption = f"{significant(one.energy_nats)} nats"
    if one.label is not None:
        caption += " · " + _("class {name}").format(name=class_name(subject.run, one.label))
    alt = (
        _("completion {number}, decoded: {caption}, latents: {chains}")
        if raw
        else _("completion {number}, decoded inside the mask: {caption}, latents: {chains}")
    ).format(number=number, caption=caption, chains=one.chains)
    return Picture(one.decoded if raw else one.picture, caption, alt)


def save_completions(subject: Subject, mask: Mask, found: Sequence[Completion]) -> None:
    """Files of all of them in a strip, the masked image first, and of each."""
    name = PurePath(subject.name).stem
    strip = [subject.pixels * ~mask, *(one.picture for one in found)]
    with st.popover(_("Save"), icon=":material/download:"):
        download(
            _("All in a strip"),
            f"{name}-completions.png",
            "image/png",
            lambda: saved_png(grid(strip, len(strip), 1)),
        )
        for i, one in enumerate(found, 1):
            file = f"{name}-completion-{i}.png"
            download(_("Completion {number}").format(number=i), file, "image/png", partial(saved_png, one.picture))


def saved_png(pixels: Pixels) -> bytes:
    """PNG bytes, each pixel drawn as several where the picture is small."""
    return to_png(pixels, scale=max(1, COMPLETION_SIDE // pixels.shape[1]))
