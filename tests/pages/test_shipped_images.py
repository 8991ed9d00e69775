"""A newcomer with nothing downloaded sees the originals of MNIST's test images on the pages of the runs that ship."""

from __future__ import annotations

import pytest

from explorer.ui.common import state
from explorer.ui.image.source import SOURCE_KEY
from tests.pages.page import open_page, words

pytestmark = pytest.mark.usefixtures("data_root", "runs_root")
RUN = "mnist-2d"


def test_the_map_shows_originals() -> None:
    text = words(open_page("map", {"model": RUN}, session={state.MAP_POINT: {(RUN, "test"): 17}}))
    assert "original of image 17" in text
    assert "**12 nearest test images** · originals" in text
    assert "not here" not in text


def test_the_image_page_opens_on_an_image_of_the_run_that_is_chosen() -> None:
    app = open_page("image", {"model": RUN}, session={SOURCE_KEY: "Examples"})
    assert "**Example: test image 0 of MNIST.**" in words(app)
    assert [button.key for button in app.button if str(button.key).startswith("example-paper")]
    app.selectbox(key=state.MODEL).set_value("emoji-32d").run()
    assert "**Example: test image 0 of Emoji 64 x 64.**" in words(app)
    offered = [str(button.key) for button in app.button if str(button.key).startswith("example-")]
    assert len(offered) == 9, "an emoji of each group, and no digits"
    assert all(key.startswith("example-test-") for key in offered)


def test_the_image_page_offers_test_images() -> None:
    text = words(open_page("image", {"model": RUN, "image": "test-5"}))
    assert "is not on this machine" not in text
    assert "reconstruction of test image 5" in text
