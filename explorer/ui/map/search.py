"""Search for images of the map by number, class or file name."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import _
from explorer.maps import find_images
from explorer.maps.fits import MapImages
from explorer.runs import LoadedRun
from explorer.ui.common import cached, state

SEARCH_KEY = "map-find"


def map_find(run: LoadedRun, shown: MapImages) -> None:
    """Draw it. One image found is marked, several are selected."""

    def wanted() -> NDArray[np.int64]:
        originals = cached.originals_of(run, shown)
        return find_images(st.session_state[SEARCH_KEY], shown, None if originals is None else originals.names())

    def find() -> None:
        found = wanted()
        if len(found) == 1:
            state.choose_map_point(run, shown.split, shown.number(found[0]))
            state.open_map_panel("image")
        elif len(found):
            state.select_on_map(run, shown.split, shown.numbers[found])
            state.open_map_panel("selection")
        state.move_map()

    text = st.text_input(
        _("Find"),
        key=SEARCH_KEY,
        placeholder=_("image number, class or file name"),
        on_change=find,
        icon=":material/search:",
        help=_("`1234` marks an image; `class 7` selects a class; anything else is looked for in file names."),
    )
    if text.strip() and not len(wanted()):
        st.caption(_("Nothing found among {n:,} {images}.").format(n=len(shown), images=shown.noun))
