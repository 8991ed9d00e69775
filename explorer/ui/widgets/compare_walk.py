"""The same walk through latent space, decoded by each run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.class_codes import codes
from explorer.comparison import has_elbo, two_unlike
from explorer.images import Pixels
from explorer.runs import Run
from explorer.ui import cached, state
from explorer.ui.widgets.compare_rows import Row, compare_rows
from explorer.ui.widgets.compare_runs import Side, side_by_side
from explorer.ui.widgets.message import errors_shown
from explorer.walks import line, prior_arc

STEPS = 12
IMAGES, PRIOR = "Between two images", "Between two draws of the prior"
HELP = (
    "**Between two images**: the straight line between their posterior means, in each model's own latent space. "
    "**Between two draws of the prior**: the same z for each model; every step is itself a draw of the prior. What a z "
    "means is each model's own affair: compare how much the pictures look like data, not which ones they are."
)


@st.fragment
@errors_shown()
def compare_walk(sides: Sequence[Side]) -> None:
    """Draw the choice of the walk, a button for another one, and the walk."""
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    with left:
        way = chosen_way() if one_size(sides) else IMAGES
        st.caption(sentence(sides, way), help=HELP)
    if right.button("Another walk", icon=":material/casino:", width="stretch"):
        state.next_compare_seed()
    if way == PRIOR:
        from_the_prior(sides)
        return
    for alike in side_by_side(sides):
        between_images(alike)


def chosen_way() -> str:
    """Draw the choice of the walk."""
    way = st.segmented_control(
        "Walk",
        [IMAGES, PRIOR],
        default=IMAGES,
        key="compare-walk",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return way or IMAGES


def one_size(sides: Sequence[Side]) -> bool:
    """Whether one z fits all the runs."""
    return len({latent_of(side.run) for side in sides}) == 1


def latent_of(run: Run) -> int:
    """How many numbers describe an image."""
    return int(run.facts()[0].options["latent"])


def sentence(sides: Sequence[Side], way: str) -> str:
    """What is seen, and what cannot be."""
    if way == PRIOR:
        without = [side.run.name for side in sides if not has_elbo(side.run)]
        note = f" {', '.join(without)} has no prior: these z lie where a VAE's would be." if without else ""
        return f"The same z for each model; every step is a draw of the prior.{note}"
    if one_size(sides):
        return "The straight line between the means of the same two images, in each model's latent space."
    sizes = ", ".join(f"{side.letter} {latent_of(side.run)}" for side in sides)
    return (
        f"The straight line between the means of the same two images. Latent sizes differ ({sizes}), "
        "so no z fits all of them."
    )


def from_the_prior(sides: Sequence[Side]) -> None:
    """The same z for all."""
    z = prior_arc(latent_of(sides[0].run), STEPS, state.compare_seed())
    first_class = np.zeros(STEPS, np.int64)
    compare_rows(
        [walked(side, codes(side.run, z, first_class)) for side in sides], [str(step + 1) for step in range(STEPS)]
    )


def between_images(sides: Sequence[Side]) -> None:
    """From one test image to another, the originals at the ends of the first row where they are here."""
    first = cached.latents(sides[0].run)
    ends = two_unlike(first.labels, len(first), state.compare_seed())
    images = cached.images(sides[0].run)
    rows = [] if images is None else [Row("<div>original</div>", at_the_ends(images.pixels[ends]), "original")]
    rows += [walked(side, line(*means(side.run, ends), STEPS)) for side in sides]
    compare_rows(rows, [f"{share:.0%}" for share in np.linspace(0, 1, STEPS)])


def means(run: Run, numbers: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The codes of two test images: their posterior means, and the class behind where the model wants it."""
    latents = cached.latents(run)
    start, end = codes(run, latents.mu[numbers], None if latents.labels is None else latents.labels[numbers])
    return start, end


def at_the_ends(pixels: Pixels) -> list[Pixels | None]:
    """Two pictures, [2, C, H, W], with empty places between them."""
    return [pixels[0], *([None] * (STEPS - 2)), pixels[1]]


def walked(side: Side, z: NDArray[np.float32]) -> Row:
    """One run's row."""
    return Row(side.heading(), list(cached.decoded(side.run, z)), f"{side.run.name}, decoded")
