"""Where an image comes from: an upload, or one click on an example."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

import streamlit as st

from explorer.images import MAX_BYTES, READABLE
from explorer.ui import state
from explorer.ui.widgets.message import show_error

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


def image_source() -> state.PickedImage | None:
    """Draw the uploader and the examples; returns the opened image, None where there is none (yet)."""
    key = f"upload-{state.picks()}"  # a new key empties the uploader once its file is taken over

    def take() -> None:
        """The upload becomes the visitor's image, whatever it turns out to be."""
        file = st.session_state[key]
        if file is not None:
            state.pick_image(file.name, file.getvalue())

    st.file_uploader(
        "Your image",
        key=key,
        on_change=take,
        help=f"{READABLE}, at most {MAX_BYTES // 2**20} MB. It is used for this page only and not kept.",
    )
    picked = state.picked_image()
    if picked is not None and picked.error is not None:
        show_error(picked.error)
        picked = None
    examples()
    return picked


def examples() -> None:
    """The pictures that ship, one button each."""
    st.caption("or one of these:")
    with st.container(horizontal=True, gap="small", key="examples"):
        for path in example_files():
            st.button(
                f"![{path.stem}]({data_uri(path)})",
                key=f"example-{path.stem}",
                on_click=lambda path=path: state.pick_image(path.name, path.read_bytes()),
                help=path.name,
            )


@cache
def example_files() -> tuple[Path, ...]:
    """The example pictures, by name."""
    return tuple(sorted(path for path in EXAMPLES.iterdir() if path.suffix in TYPES))


@cache
def data_uri(path: Path) -> str:
    """A picture's bytes as an address."""
    return f"data:{TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
