"""The same walk through latent space, decoded by each run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import N_, _, joined
from explorer.images import Pixels
from explorer.inference import lack_of
from explorer.inference.latent_space import class_count, class_name, codes, latent_size, line, prior_arc
from explorer.measures import two_unlike
from explorer.runs import LoadedRun
from explorer.ui.common import cached, errors_shown, plain, rerun_if_replaced, state
from explorer.ui.compare.images import codes_at
from explorer.ui.compare.rows import Row, compare_rows
from explorer.ui.compare.runs import Side, able, images_lack, side_by_side

WALK_STEPS = 12
IMAGES, PRIOR = N_("Between two images"), N_("Between two draws of the prior")
WALK_HELP = N_(
    "**Between two images**: the straight line between their posterior means, in each model's own latent space. "
    "**Between two draws of the prior**: the same z for each model; every step is itself a draw of N(0, I). A z "
    "means something else to each model: compare how much the pictures look like data, not which ones they are."
)


@st.fragment
@errors_shown()
def compare_walk(sides: Sequence[Side]) -> None:
    """Draw the choice of the walk, a button for another one, and the walk."""
    rerun_if_replaced(*(side.run for side in sides))
    sides = able(sides, lambda run: lack_of(run, "decoder"))
    if not sides:
        return
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    with left:
        way = walk_choice() if one_size(sides) else IMAGES
        st.caption(walk_sentence(sides, way), help=_(WALK_HELP))
    if right.button(_("Another walk"), icon=":material/casino:", width="stretch"):
        state.next_compare_seed()
    if way == PRIOR:
        from_the_prior(sides)
        return
    for alike in side_by_side(able(sides, images_lack)):
        between_images(alike)


def walk_choice() -> str:
    """Draw the choice of the walk."""
    way = st.segmented_control(
        _("Walk"),
        [IMAGES, PRIOR],
        format_func=_,
        default=IMAGES,
        key="compare-walk",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return way or IMAGES


def one_size(sides: Sequence[Side]) -> bool:
    """Whether one z fits all the runs."""
    return len({latent_size(side.run) for side in sides}) == 1


def walk_sentence(sides: Sequence[Side], way: str) -> str:
    """A sentence on what the walk shows and on its limits."""
    if way == PRIOR:
        without = [side.run.name for side in sides if not side.run.model.normal_prior]
        notes = [_("The same z for each model; every step is a draw of the prior.")]
        if without:
            text = _("{runs} has no prior N(0, I): these z are no draws of its own.")
            notes.append(text.format(runs=", ".join(without)))
        notes += [in_class(side.run) for side in sides if class_count(side.run)]
        return joined(*notes)
    if one_size(sides):
        return _("The straight line between the means of the same two images, in each model's latent space.")
    sizes = ", ".join(f"{side.letter} {latent_size(side.run)}" for side in sides)
    text = _(
        "The straight line between the means of the same two images. Latent sizes differ ({sizes}), so no z fits all "
        "of them."
    )
    return text.format(sizes=sizes)


def in_class(run: LoadedRun) -> str:
    """The class on which a class-conditional model is conditioned on this walk."""
    text = _("{run} draws class {name}.")
    return plain(text.format(run=run.name, name=class_name(run, int(one_class(run)[0]))))


def from_the_prior(sides: Sequence[Side]) -> None:
    """The same z for all."""
    z = prior_arc(latent_size(sides[0].run), WALK_STEPS, state.compare_seed())
    rows = [walked(side, codes(side.run, z, one_class(side.run))) for side in sides]
    compare_rows(rows, [str(step + 1) for step in range(WALK_STEPS)])


def one_class(run: LoadedRun) -> NDArray[np.int64]:
    """The class in which a class-conditional model walks, another one in another walk: [STEPS]."""
    return np.full(WALK_STEPS, state.compare_seed() % max(1, class_count(run)))


def between_images(sides: Sequence[Side]) -> None:
    """From one test image to another, the originals at the ends of the first row where they are here."""
    first = cached.latents(sides[0].run)
    ends = two_unlike(first.labels, len(first), state.compare_seed())
    images = cached.images(sides[0].run)
    rows = (
        [] if images is None else [Row(f"<div>{_('original')}</div>", at_the_ends(images.pixels[ends]), _("original"))]
    )
    rows += [walked(side, walk_codes(side.run, ends)) for side in sides]
    compare_rows(rows, [f"{share:.0%}" for share in np.linspace(0, 1, WALK_STEPS)])


def walk_codes(run: LoadedRun, ends: NDArray[np.int64]) -> NDArray[np.float32]:
    """Codes from one test image to another; a class-conditional model goes from class to class too."""
    start, end = codes_at(run, ends)
    return line(start, end, WALK_STEPS)


def at_the_ends(pixels: Pixels) -> list[Pixels | None]:
    """Two pictures, [2, C, H, W], with empty places between them."""
    return [pixels[0], *([None] * (WALK_STEPS - 2)), pixels[1]]


def walked(side: Side, z: NDArray[np.float32]) -> Row:
    """One run's row."""
    return Row(side.heading(), list(cached.decoded(side.run, z)), _("{run}, decoded").format(run=side.run.name))
