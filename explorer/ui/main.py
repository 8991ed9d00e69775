"""Page configuration and navigation, nothing else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.base import PROJECT
from explorer.ui.common import header

# url path: (file, title, Material icon, the sentence under the title)
PAGES = {
    "explore": ("Explore", "explore", "Every point is an image; close points look alike to the model."),
    "map": ("Map", "scatter_plot", "Where the model puts each image; neighbours look alike to it."),
    "image": ("Image", "image_search", "Bring an image and see what the model makes of it."),
    "diagnose": ("Diagnose", "troubleshoot", "Can this model be trusted? What it is worth, in numbers."),
    "compare": ("Compare", "compare", "Two to four models side by side: their measures, pictures, walks and maps."),
    "train": ("Train", "model_training", "Teach a new model, and watch it learn."),
}

HERE = Path(__file__).parent
st.set_page_config(page_title="Latent Explorer", page_icon=HERE / "icon.png", layout="wide")
st.html(HERE / "style.css")


def page_of(path: str, home: bool = False) -> st.Page:
    """The page at ``path``; the home page has the empty path, whatever its name."""
    title, icon, _ = PAGES[path]
    file = PROJECT / "pages" / f"{path}.py"
    return st.Page(file, title=title, icon=f":material/{icon}:", url_path="" if home else path, default=home)


def explore_by_name() -> None:
    """``/explore`` is a link that people type; the page itself lives at ``/``."""
    st.switch_page(pages[HOME], query_params=dict(st.query_params))


HOME = "explore"
pages = {path: page_of(path, home=path == HOME) for path in PAGES}
by_name = st.Page(explore_by_name, title=PAGES[HOME][0], url_path=HOME, visibility="hidden")
page = st.navigation([*pages.values(), by_name], position="top")
for path, shown in pages.items():
    if shown is page:
        header(PAGES[path][0], PAGES[path][2])
page.run()
