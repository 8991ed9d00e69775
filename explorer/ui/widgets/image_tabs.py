"""What there is to know and to do about the image, behind tabs; only the open one is worked out.

To add one: a file beside this one with a function that draws it, and one line in ``TABS``.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.ui.widgets.image_between import image_between
from explorer.ui.widgets.image_place import image_place
from explorer.ui.widgets.image_posterior import image_posterior
from explorer.ui.widgets.image_subject import Subject
from explorer.ui.widgets.image_surprise import image_surprise
from explorer.ui.widgets.message import errors_shown

# The name on the tab, also in the link, and what draws it.
TABS: dict[str, Callable[[Subject], None]] = {
    "Surprise": image_surprise,
    "Uncertainty": image_posterior,
    "On the map": image_place,
    "Between": image_between,
}


@st.fragment
@errors_shown()
def image_tabs(subject: Subject) -> None:
    """Draw the tabs. Another tab, or a choice in one, runs this part of the page alone."""
    tabs = st.tabs(list(TABS), key="tab", on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab, errors_shown():
                draw(subject)
