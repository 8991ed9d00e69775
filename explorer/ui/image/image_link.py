"""The Image page's image in its link: ``?image=test-123``, ``?image=example-paper-3``; a private upload has none."""

from __future__ import annotations

import re

import streamlit as st
from PIL import Image

from explorer.base import ExplorerError, Refusal
from explorer.base.languages import _
from explorer.images import readable_name, to_picture
from explorer.inference import lack_of, require
from explorer.runs import LoadedRun
from explorer.ui.common import cached, state
from explorer.ui.image.shipped_examples import example_files, pick_example, shipped_examples

IMAGE_PARAMETER = "image"
LINKED_IMAGE = "image-link"  # what the link said when it was last read or written
TEST = re.compile(r"test-(\d{1,9})")


def read_link(run: LoadedRun) -> None:
    """Pick what the link names, unless that is picked already, or the reason why it cannot be."""
    wanted = st.query_params.get(IMAGE_PARAMETER)
    if wanted is None or wanted == st.session_state.get(LINKED_IMAGE):
        return
    pick_named(run, wanted)
    st.session_state[LINKED_IMAGE] = wanted


def write_link(run: LoadedRun) -> None:
    """Have the link name the picked image, where another visitor of this run's would find the same."""
    picked = state.picked_image()
    named = None
    if picked is not None and picked.data in ("", run.data.fingerprint_test):
        named = picked.link
    if named is None:
        st.query_params.pop(IMAGE_PARAMETER, None)
    elif st.query_params.get(IMAGE_PARAMETER) != named:
        st.query_params[IMAGE_PARAMETER] = named
    st.session_state[LINKED_IMAGE] = named


def pick_named(run: LoadedRun, wanted: str) -> None:
    """Pick a test image or an example by its name in a link, or the reason why there is none."""
    if found := TEST.fullmatch(wanted):
        pick_test_image(run, int(found[1]))
        return
    examples = {f"example-{path.stem}": path for path in example_files()}
    if wanted in examples:
        pick_example(examples[wanted])
        return
    message = _("The link names no image that is known here: {name}.").format(name=readable_name(wanted))
    known = ["test-0", "test-1", "...", *(f"example-{path.stem}" for path in shipped_examples(run))]
    state.pick_image(wanted, Refusal(message, _("It may be {names}.").format(names=", ".join(known))))


def pick_test_image(run: LoadedRun, number: int) -> None:
    """Pick an image of the run's test split by its number, or the reason why there is none."""
    name = f"test image {number}"
    try:
        state.pick_image(name, test_image(run, number), f"test-{number}", run.data.fingerprint_test)
    except ExplorerError as error:
        state.pick_image(name, error.refusal)


def test_image(run: LoadedRun, number: int) -> Image.Image:
    """The picture. Raises ExplorerError where there is no such number, or the data is not here."""
    require(run, "images")
    facts = run.data
    if not 0 <= number < facts.n_test:
        raise ExplorerError(
            _("There is no test image {number:,} of {data}.").format(number=number, data=facts.name),
            _("They are numbered 0 to {last:,}.").format(last=facts.n_test - 1),
        )
    images = cached.images(run)
    if images is None:
        raise not_here(run)
    return to_picture(images.pixels[number])


def not_here(run: LoadedRun) -> ExplorerError:
    """The sentence for originals that the run came without, or that this machine does not have."""
    return lack_of(run, "images") or ExplorerError(
        _("The test images of {data} are not on this machine.").format(data=run.data.name),
        _("The run's decoded pictures would not be originals, so that there is nothing to pick from."),
    )
