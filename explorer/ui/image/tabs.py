"""What there is to know and to do about the image, behind tabs; only the open one is worked out.

To add one: a file beside this one with a function that draws it, and one line in ``TABS`` or ``FREE_TABS``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from explorer.runs import LoadedRun
from explorer.ui.common import errors_shown, rerun_if_replaced
from explorer.ui.image.batch import image_batch
from explorer.ui.image.between import image_between
from explorer.ui.image.compress import image_compress
from explorer.ui.image.on_map import image_place
from explorer.ui.image.repair import image_repair
from explorer.ui.image.subject import Subject
from explorer.ui.image.surprise import image_surprise
from explorer.ui.image.uncertainty import image_posterior

# The name on the tab, also in the link, and what draws it.
TABS: dict[str, Callable[[Subject], None]] = {
    "Surprise": image_surprise,
    "Uncertainty": image_posterior,
    "On the map": image_place,
    "Repair": image_repair,
    "Between": image_between,
    "Compress": image_compress,
}


# Those that need no image.
FREE_TABS: dict[str, Callable[[LoadedRun], None]] = {
    "Batch": image_batch,
}


@st.fragment
@errors_shown()
def image_tabs(run: LoadedRun, subject: Subject | None) -> None:
    """Draw the tabs. Another tab, or a choice in one, runs this part of the page alone."""
    rerun_if_replaced(run)
    draws = {name: partial(about_image, draw, subject) for name, draw in TABS.items()}
    draws |= {name: partial(draw, run) for name, draw in FREE_TABS.items()}
    tabs = st.tabs(list(draws), key="tab", on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, draws.values(), strict=True):
        if tab.open:
            with tab, errors_shown():
                draw()


def about_image(draw: Callable[[Subject], None], subject: Subject | None) -> None:
    """A tab that is about the image, once there is one."""
    if subject is None:
        st.caption("Bring an image first.")
    else:
        draw(subject)
