"""The Batch tab without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from explorer.image_lab.batch import reference_of
from explorer.image_lab.batch_io import CSV_COLUMNS, Uploads
from explorer.image_lab.batch_worker import BatchWork
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.ui.image import batch_state
from explorer.ui.image.batch import FORMER_WEIGHTS, frame_of
from explorer.ui.image.tabs import FREE_TABS, TABS
from tests.helpers import digit_picture, encoded, replace_weights, zipped
from tests.pages.page import open_page, words

pytestmark = pytest.mark.usefixtures("shipped_root")
FILES = {"one.png": encoded(digit_picture()), "two.png": encoded(digit_picture(size=90)), "three.png": b"no image"}


def brought(app: AppTest, content: dict[str, bytes]) -> tuple[AppTest, BatchWork]:
    """The page with a zip put through."""
    app.file_uploader[1].set_value([("all.zip", zipped(content), "application/zip")]).run()
    assert not app.exception
    work = next(iter(app.session_state[batch_state.BATCHES].values()))
    work.thread.join(60)
    app.run()
    assert not app.exception
    return app, work


def test_without_an_image_batch_is_there_and_the_others_ask_for_one(trained: Run) -> None:
    app = open_page("image", {"tab": "Batch", "image": "test-99999"})
    assert [tab.label for tab in app.tabs] == [*TABS, *FREE_TABS]
    assert len(app.file_uploader) == 2
    assert "Bring an image first." not in words(app)
    for tab in TABS:
        assert "Bring an image first." in words(open_page("image", {"tab": tab, "image": "test-99999"}))


def test_a_zip_becomes_a_table_with_the_refused_on_top(trained: Run) -> None:
    app, _ = brought(open_page("image", {"tab": "Batch"}), FILES)
    assert "**2 images**, 1 refused" in words(app)
    frame = app.dataframe[0].value
    assert list(frame["file"]) == ["three.png", "one.png", "two.png"]
    assert list(frame.index) == [2, 0, 1]
    assert "is not an image" in frame["error"].iloc[0]
    assert list(frame["error"].iloc[1:]) == ["", ""]
    assert frame["original"].iloc[1].startswith("data:image/png;base64,")
    assert not {"x", "y"} & set(frame), "the run keeps no map"
    assert set(frame) <= {*CSV_COLUMNS, "original", "decoded"}


def test_without_refused_ones_there_is_no_such_column(trained: Run) -> None:
    work = BatchWork(reference_of(load_run(trained), None), Uploads([("one.png", FILES["one.png"])]))
    work.thread.join(60)
    assert "error" not in frame_of(work)


def test_a_chosen_row_becomes_the_image_of_the_page(trained: Run) -> None:
    app, work = brought(open_page("image", {"tab": "Batch"}), FILES)
    app.session_state[f"batch-table-{work.number}"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    app.run()
    app.button(key="batch-bring").click().run()
    assert not app.exception
    assert "reconstruction of two.png" in "\n".join(str(part.proto.body) for part in app.get("html"))


def test_another_batch_takes_the_place_of_the_first(trained: Run) -> None:
    app, first = brought(open_page("image", {"tab": "Batch"}), FILES)
    app, second = brought(app, {"one.png": FILES["one.png"]})
    assert second.number != first.number
    assert first.cancelled.is_set()
    assert "**1 image**" in words(app)


def test_rows_of_former_weights_say_so(trained: Run) -> None:
    app, _ = brought(open_page("image", {"tab": "Batch"}), FILES)
    assert FORMER_WEIGHTS not in words(app)
    replace_weights(trained)
    app.run()
    assert not app.exception
    assert "**2 images**, 1 refused" in words(app)
    assert FORMER_WEIGHTS in words(app)
