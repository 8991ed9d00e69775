"""What there is to know and to do about the image, behind tabs; only the open one is worked out.

To add one: a file beside this one with a function that draws it, and one line in ``TABS`` or ``FREE_TABS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

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

Of = TypeVar("Of")


@dataclass(frozen=True)
class Tab(Generic[Of]):
    """What a tab is for, in a line, and what draws it."""

    purpose: str
    draw: Callable[[Of], None]


# By the name on the tab, which is also in the link.
TABS: dict[str, Tab[Subject]] = {
    "Surprise": Tab("How unusual the model finds this image, and which parts of it.", image_surprise),
    "Uncertainty": Tab("Other pictures that the model takes this image for, and how sure it is.", image_posterior),
    "On the map": Tab("Where the image falls among the test images, and which are most like it.", image_place),
    "Repair": Tab("Hide a part and have the model fill it in, or add noise and have it removed.", image_repair),
    "Between": Tab("Turn this image into another step by step, or change one trait of it.", image_between),
    "Compress": Tab("How few bits the model needs to store this image, against JPEG and PNG.", image_compress),
}
# Those that need no image.
FREE_TABS: dict[str, Tab[LoadedRun]] = {
    "Batch": Tab("Put many images through at once, and take the results along as a table.", image_batch),
}


@st.fragment
@errors_shown()
def image_tabs(run: LoadedRun, subject: Subject | None) -> None:
    """Draw the tabs. Another tab, or a choice in one, runs this part of the page alone."""
    rerun_if_replaced(run)
    draws = {name: partial(about_image, tab, subject) for name, tab in TABS.items()}
    draws |= {name: partial(drawn, tab, run) for name, tab in FREE_TABS.items()}
    places = st.tabs(list(draws), key="tab", on_change="rerun", bind="query-params")
    for place, draw in zip(places, draws.values(), strict=True):
        if place.open:
            with place, errors_shown():
                draw()


def drawn(tab: Tab[Of], of: Of) -> None:
    """A tab with the line that says what it is for."""
    st.caption(tab.purpose)
    tab.draw(of)


def about_image(tab: Tab[Subject], subject: Subject | None) -> None:
    """A tab that is about the image, once there is one."""
    if subject is None:
        st.caption("Bring an image first.")
    else:
        drawn(tab, subject)
