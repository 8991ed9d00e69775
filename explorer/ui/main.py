"""Page configuration and navigation, nothing else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.base import PROJECT
from explorer.ui.header import header

# url path: (file, title, Material icon, the sentence under the title)
PAGES = {
    "explore": ("Explore", "explore", "Every point is an image; close points look alike to the model."),
    "map": ("Map", "scatter_plot", "Where the model puts each image; neighbours look alike to it."),
    "image": ("Image", "image_search", "Bring an image and see what the model makes of it."),
    "diagnose": ("Diagnose", "troubleshoot", "Can this model be trusted? What it is worth, in numbers."),
    "compare": ("Compare", "compare", "Two to four models side by side: their measures, pictures, walks and maps."),
    "models": ("Models", "model_training", "Train a model, load one that you have, keep them in order."),
}

HERE = Path(__file__).parent
st.set_page_config(page_title="Latent Explorer", page_icon=HERE / "icon.png", layout="wide")
st.html(HERE / "style.css")


def page_of(path: str, home: bool = False) -> st.Page:
    """The page at ``path``; the home page has the empty path, whatever its name."""
    title, icon, _ = PAGES[path]
    file = PROJECT / "pages" / f"{path}.py"
    return st.Page(file, title=title, icon=f":material/{icon}:", url_path="" if home else path, default=home)


def link_to(path: str, target: str) -> st.Page:
    """A hidden page at ``path`` that turns to the page ``target``; the query parameters are kept."""

    def turn() -> None:
        st.switch_page(pages[target], query_params=dict(st.query_params))

    return st.Page(turn, title=PAGES[target][0], url_path=path, visibility="hidden")


HOME = "explore"
pages = {path: page_of(path, home=path == HOME) for path in PAGES}
# ``/explore`` is a link that people type, though the page lives at ``/``; Models was called Train
links = [link_to(HOME, HOME), link_to("train", "models")]
page = st.navigation([*pages.values(), *links], position="top")
for path, shown in pages.items():
    if shown is page:
        header(PAGES[path][0], PAGES[path][2])
page.run()
