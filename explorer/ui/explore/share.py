"""The model as one page to give away."""

from __future__ import annotations

import shlex

import streamlit as st

from explorer.base import command_name, settings
from explorer.inference import load_with_model
from explorer.runs import LoadedRun
from explorer.ui.common import cached, download, errors_shown, plain
from explorer.ui.components.live import decoder_refusal

WHAT = (
    "One HTML file with the live decoder, samples and the map. It opens in any browser, on a phone too, without a "
    "server or a network."
)
CODES = (
    "The map, the points on the pad and the nearest image. The file then holds the code and the class of each test "
    "image; the decoder makes their reconstructions of these."
)
IMAGES = "They are shown on the map. Without them it shows what is decoded from their codes."


def share_button(run: LoadedRun) -> None:
    """Draw the button that opens the dialog; none where weights do not leave the server (``EXPLORER_WEIGHTS``)."""
    if settings().shares_weights and st.button("Share", icon=":material/share:", help=WHAT):
        share(run)


@st.dialog("Share")
@errors_shown()  # inside: a dialog reruns without the page around it
def share(run: LoadedRun) -> None:
    """What goes into the page, and the page."""
    st.write(WHAT)
    if refusal := decoder_refusal(run):
        st.warning(plain(f"{refusal}"))
        return
    known, here = cached.no_latents(run) is None, cached.images(run) is not None
    latents = st.checkbox("Codes of the test images", known, disabled=not known, help=CODES)
    thumbnails = st.checkbox("The test images themselves, small", disabled=not (latents and here), help=IMAGES)
    download("Download the page", f"{run.name}.html", "text/html", lambda: page_html(run, latents, thumbnails))
    st.caption(f"`{command_name()} export {shlex.quote(run.name)} --html FILE` writes the same file.")


def page_html(run: LoadedRun, latents: bool, thumbnails: bool) -> bytes:
    """The page of the run as it is when the button is clicked."""
    from explorer.exporting.page import page_of

    return page_of(*load_with_model(run.run), latents=latents, thumbnails=latents and thumbnails).html
