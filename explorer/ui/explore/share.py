"""The model as one page to give away."""

from __future__ import annotations

import shlex

import streamlit as st

from explorer.base import command_name, settings
from explorer.base.languages import ENGLISH, N_, _, joined, speaking, translate_stored
from explorer.inference import load_with_model
from explorer.runs import LoadedRun
from explorer.ui.common import cached, download, errors_shown, plain
from explorer.ui.components.live import decoder_refusal

WHAT = N_(
    "One HTML file with the live decoder, samples and the map. It opens in any browser, on a phone too, without a "
    "server or a network."
)
CODES = N_(
    "The map, the points on the pad and the nearest image. The file then holds the code and the class of each test "
    "image; the decoder makes their reconstructions of these."
)
IMAGES = N_("They are shown on the map. Without them it shows what is decoded from their codes.")


def share_button(run: LoadedRun) -> None:
    """Draw the button that opens the dialog; none where weights do not leave the server (``EXPLORER_WEIGHTS``)."""
    if settings().shares_weights and st.button(_("Share"), icon=":material/share:", help=_(WHAT)):
        st.dialog(_("Share"))(share)(run)


@errors_shown()  # inside: a dialog reruns without the page around it
def share(run: LoadedRun) -> None:
    """What goes into the page, and the page."""
    st.write(_(WHAT))
    if refusal := decoder_refusal(run):
        st.warning(plain(joined(translate_stored(refusal.message), translate_stored(refusal.hint))))
        return
    known, here = cached.no_latents(run) is None, cached.images(run) is not None
    latents = st.checkbox(_("Codes of the test images"), known, disabled=not known, help=_(CODES))
    thumbnails = st.checkbox(_("The test images themselves, small"), disabled=not (latents and here), help=_(IMAGES))
    download(_("Download the page"), f"{run.name}.html", "text/html", lambda: page_html(run, latents, thumbnails))
    command = f"`{command_name()} export {shlex.quote(run.name)} --html FILE`"
    st.caption(_("{command} writes the same file.").format(command=command))


def page_html(run: LoadedRun, latents: bool, thumbnails: bool) -> bytes:
    """The page of the run as it is when the button is clicked, in English."""
    from explorer.exporting.page import page_of

    with speaking(ENGLISH):
        return page_of(*load_with_model(run.run), latents=latents, thumbnails=latents and thumbnails).html
