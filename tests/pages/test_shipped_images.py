"""A newcomer with nothing downloaded sees the originals of MNIST's test images on the pages of the runs that ship."""

from __future__ import annotations

import pytest

from explorer.ui.common import state
from tests.pages.page import open_page, words

pytestmark = pytest.mark.usefixtures("data_root", "runs_root")
RUN = "mnist-2d"


def test_the_map_shows_originals() -> None:
    text = words(open_page("map", {"model": RUN}, session={state.MAP_POINT: {(RUN, "test"): 17}}))
    assert "original of image 17" in text
    assert "**12 nearest test images** · originals" in text
    assert "not here" not in text


def test_the_image_page_offers_test_images() -> None:
    text = words(open_page("image", {"model": RUN, "image": "test-5"}))
    assert "is not on this machine" not in text
    assert "reconstruction of test image 5" in text
