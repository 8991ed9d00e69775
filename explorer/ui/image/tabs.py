"""What there is to know and to do about the image, behind tabs; only the open one is worked out.

To add one: a file beside this one with a function that draws it, and one line in ``TABS`` or ``FREE_TABS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer

from explorer.base.languages import N_, _, current_language
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

TAB = "tab"  # in the link
LINKED_TAB = "tab-link"  # what the link said when it was last read or written
Of = TypeVar("Of")


@dataclass(frozen=True)
class Tab(Generic[Of]):
    """What a tab is for, in a line, and what draws it."""

    purpose: str
    draw: Callable[[Of], None]


# By the name on the tab, which is also in the link.
TABS: dict[str, Tab[Subject]] = {
    N_("Surprise"): Tab(N_("How unusual the model finds this image, and which parts of it."), image_surprise),
    N_("Uncertainty"): Tab(
        N_("Other pictures that the model takes this image for, and how sure it is."), image_posterior
    ),
    N_("On the map"): Tab(N_("Where the image falls among the test images, and which are most like it."), image_place),
    N_("Repair"): Tab(N_("Hide a part and have the model fill it in, or add noise and have it removed."), image_repair),
    N_("Between"): Tab(N_("Turn this image into another step by step, or change one trait of it."), image_between),
    N_("Compress"): Tab(N_("How few bits the model needs to store this image, against JPEG and PNG."), image_compress),
}
# Those that need no image.
FREE_TABS: dict[str, Tab[LoadedRun]] = {
    N_("Batch"): Tab(N_("Put many images through at once, and take the results along as a table."), image_batch),
}


@st.fragment
@errors_shown()
def image_tabs(run: LoadedRun, subject: Subject | None) -> None:
    """Draw the tabs. Another tab, or a choice in one, runs this part of the page alone."""
    rerun_if_replaced(run)
    draws = {name: partial(about_image, tab, subject) for name, tab in TABS.items()}
    draws |= {name: partial(drawn, tab, run) for name, tab in FREE_TABS.items()}
    for place, draw in zip(drawn_tabs(list(draws)), draws.values(), strict=True):
        if place.open:
            with place, errors_shown():
                draw()


def drawn_tabs(names: list[str]) -> Sequence[TabContainer]:
    """Draw the row of tabs. The link has the open one's English name, whatever the language."""
    key, linked = f"tabs-{current_language()}", st.query_params.get(TAB)
    if key not in st.session_state or linked != st.session_state.get(LINKED_TAB):
        st.session_state[key] = _(linked if linked in names else names[0])
        st.session_state[LINKED_TAB] = linked
    return st.tabs([_(name) for name in names], key=key, on_change=partial(link_tab, key, names))


def link_tab(key: str, names: list[str]) -> None:
    """Have the link name the open tab; the first needs no name."""
    opened = next(name for name in names if _(name) == st.session_state[key])
    if opened == names[0]:
        st.query_params.pop(TAB, None)
    else:
        st.query_params[TAB] = opened
    st.session_state[LINKED_TAB] = st.query_params.get(TAB)


def drawn(tab: Tab[Of], of: Of) -> None:
    """A tab with the line that says what it is for."""
    st.caption(_(tab.purpose))
    tab.draw(of)


def about_image(tab: Tab[Subject], subject: Subject | None) -> None:
    """A tab that is about the image, once there is one."""
    if subject is None:
        st.caption(_("Bring an image first."))
    else:
        drawn(tab, subject)
