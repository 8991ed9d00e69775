"""Page configuration and navigation, nothing else."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from explorer.base import PROJECT
from explorer.base.languages import N_, _
from explorer.ui.header import header
from explorer.ui.language import begin_language, language_switch
from explorer.ui.tour import tour_button, tour_card

# url path: (file, title, Material icon, the sentence under the title)
PAGES = {
    "explore": (N_("Explore"), "explore", N_("Every point is an image; close points look alike to the model.")),
    "map": (N_("Map"), "scatter_plot", N_("Where the model puts each image; neighbours look alike to it.")),
    "image": (N_("Image"), "image_search", N_("Bring an image and see what the model makes of it.")),
    "diagnose": (N_("Diagnose"), "troubleshoot", N_("Can this model be trusted? What it is worth, in numbers.")),
    "compare": (
        N_("Compare"),
        "compare",
        N_("Two to four models side by side: measures, pictures, walks, maps."),
    ),
    "models": (N_("Models"), "model_training", N_("Train a model, load one that you have, keep them in order.")),
}

HERE = Path(__file__).parent
begin_language()
st.set_page_config(page_title="Latent Explorer", page_icon=HERE / "icon.png", layout="wide")


def page_of(path: str, home: bool = False) -> st.Page:
    """The page at ``path``; the home page has the empty path, whatever its name."""
    title, icon, _sentence = PAGES[path]
    file = PROJECT / "pages" / f"{path}.py"
    return st.Page(file, title=_(title), icon=f":material/{icon}:", url_path="" if home else path, default=home)


def link_to(path: str, target: str) -> st.Page:
    """A hidden page at ``path`` that turns to the page ``target``; the query parameters are kept."""

    def turn() -> None:
        st.switch_page(pages[target], query_params=dict(st.query_params))

    return st.Page(turn, title=_(PAGES[target][0]), url_path=path, visibility="hidden")


def beside_sentence(path: str) -> None:
    """What stands beside the sentence under a page's title."""
    if path == HOME:
        tour_button()
    language_switch()


HOME = "explore"
pages = {path: page_of(path, home=path == HOME) for path in PAGES}
# ``/explore`` is a link that people type, though the page lives at ``/``; Models was called Train
links = [link_to(HOME, HOME), link_to("train", "models")]
page = st.navigation([*pages.values(), *links], position="top")
for path, shown in pages.items():
    if shown is page:
        header(_(PAGES[path][0]), _(PAGES[path][2]), partial(beside_sentence, path))
page.run()
tour_card(pages, page)
