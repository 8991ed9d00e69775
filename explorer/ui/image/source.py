"""Where an image comes from: a row of sources; what one needs opens below it.

To add a source: a file beside this one with a function that draws it, and one line in ``SOURCES``.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base.languages import N_, _, translate_stored
from explorer.images import MAX_BYTES, READABLE
from explorer.runs import LoadedRun
from explorer.ui.common import PickedImage, errors_shown, plain, show_error, state
from explorer.ui.components.paste import paste
from explorer.ui.image import uploads as brought
from explorer.ui.image.example import Example, example_of
from explorer.ui.image.gallery import gallery
from explorer.ui.image.image_link import read_link, write_link
from explorer.ui.image.source_camera import source_camera
from explorer.ui.image.source_drawing import source_drawing
from explorer.ui.image.source_examples import source_examples
from explorer.ui.image.source_test_images import source_test_images
from explorer.ui.image.source_upload import source_upload

SOURCE_KEY = "image-source"
BRING_HELP = N_(
    "{formats}, or a zip of them; at most {megabytes} MB a file. What you bring is used for this page only "
    "and not kept."
)
# The name in the control, and what draws it below the row.
SOURCES: dict[str, Callable[[LoadedRun], None]] = {
    N_("Camera"): source_camera,
    N_("Draw"): source_drawing,
    N_("Examples"): source_examples,
    N_("Test images"): source_test_images,
}


def image_source(run: LoadedRun) -> PickedImage | None:
    """Draw the sources and what the image is; returns it opened, at first an example, None where it cannot be read."""
    read_link(run)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="image-sources"):
        source_upload()
        paste("paste-image", brought.bring)
        source = st.segmented_control(
            _("Where the image comes from"),
            list(SOURCES),
            format_func=_,
            key=SOURCE_KEY,
            label_visibility="collapsed",
            persist_state="session",
        )
    if source is not None:
        with errors_shown(), st.container(key="image-source-open"):
            SOURCES[source](run)
    gallery()
    write_link(run)
    return named_image(run)


def named_image(run: LoadedRun) -> PickedImage | None:
    """Say which image the page is about, or why there is none; returns it."""
    picked = state.picked_image()
    bring_help = _(BRING_HELP).format(formats=READABLE, megabytes=MAX_BYTES // 2**20)
    if picked is None:
        example = example_of(run)
        st.markdown(example_sentence(example), help=bring_help)
        return example.picked
    if picked.error is None:
        st.markdown(f"**{plain(translate_stored(picked.name))}**", help=bring_help)
        return picked
    show_error(picked.error)
    return None


def example_sentence(example: Example) -> str:
    """What the page opens on, and how to bring an image of one's own."""
    text = _("**Example: {name}.** Upload, paste, photograph or draw your own above.")
    return text.format(name=plain(example.title))
