"""Where an image on the Image page comes from, and the link that names it, without a browser."""

from __future__ import annotations

import base64
import shutil
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.base.files import json_bytes, read_json
from explorer.base.runtime_settings import PROJECT
from explorer.datasets.datasets import load_digits
from explorer.runs.run import Run
from explorer.ui.common import cached, state
from explorer.ui.components.paste import component as paste
from explorer.ui.image import source as image_source
from explorer.ui.image import source_test_images
from explorer.ui.image import uploads as brought
from explorer.ui.image.source import SOURCES
from tests.helpers import digit_picture, encoded, photo, zipped
from tests.pages.page import open_page, reconstructed, words

pytestmark = pytest.mark.usefixtures("shipped_root", "trained")

GOOD = encoded(digit_picture())


def upload(app: AppTest, **files: bytes) -> AppTest:
    """The page after files were dropped on it together."""
    app.file_uploader[0].set_value([(f"{name}.png", content, "image/png") for name, content in files.items()]).run()
    assert not app.exception
    return app


def choose(app: AppTest, source: str) -> AppTest:
    """The page with another source chosen."""
    app.session_state[image_source.SOURCE_KEY] = source
    app.run()
    assert not app.exception
    return app


def opened_by_link(value: str) -> AppTest:
    """The page of a visitor who follows a link."""
    return open_page("image", {"image": value})


def link(app: AppTest) -> Any:
    """What the link says of the image."""
    return app.query_params.get("image")


def buttons(app: AppTest, kind: str) -> list[str]:
    """Keys of the small pictures of one kind."""
    return [str(button.key) for button in app.button if str(button.key).startswith(f"{kind}-")]


def test_several_files_can_be_chosen_from_and_refused_ones_are_named() -> None:
    app = upload(open_page("image"), first=GOOD, words=b"words", second=encoded(photo()))
    assert "reconstruction of first.png" in words(app)
    assert buttons(app, "brought") == ["brought-0", "brought-1"]
    assert app.expander[0].label == "1 refused"
    assert "words.png is not an image" in app.expander[0].markdown[0].value
    app.button(key="brought-1").click().run()
    assert "reconstruction of second.png" in words(app)
    assert buttons(app, "brought") == ["brought-0", "brought-1"], "nothing is lost"


def test_a_zip_is_several_files() -> None:
    content = zipped({"a/1.png": GOOD, "../2.png": GOOD, "__MACOSX/1.png": b"x", "in.zip": zipped({"3.png": GOOD})})
    app = upload(open_page("image"), mine=content)
    assert "reconstruction of a/1.png" in words(app)
    assert buttons(app, "brought") == ["brought-0", "brought-1"]
    assert "archive in an archive" in app.expander[0].markdown[0].value


@pytest.mark.parametrize("content", [zipped({"1.png": b"x", "2.png": b""}), zipped({"1.png": GOOD})[:-20]])
def test_nothing_but_refused_files_is_a_sentence(content: bytes) -> None:
    app = upload(upload(open_page("image"), good=GOOD), bad=content)
    assert not reconstructed(app)
    assert "None of these files could be read" in app.warning[0].value
    assert app.expander[0].label.endswith("refused")
    assert reconstructed(upload(app, good=GOOD))
    assert not [part for part in app.expander if "refused" in part.label], "they are no matter any more"


def test_more_files_than_are_kept_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brought, "MAX_SEVERAL", 2)
    app = upload(open_page("image"), mine=zipped({f"{i}.png": GOOD for i in range(5)}))
    assert len(buttons(app, "brought")) == 2
    assert "3 more files are not shown" in words(app)


def test_a_test_image_is_picked_and_stands_in_the_link() -> None:
    app = choose(open_page("image"), "Test images")
    assert len(buttons(app, "test")) >= source_test_images.IMAGES_OFFERED
    app.button(key="test-3").click().run()
    assert "reconstruction of test image 3" in words(app)
    assert link(app) == "test-3"
    original = load_digits("test", None).pixels[3]
    picked = app.session_state[state.PICKED]
    assert (np.asarray(picked.image) == original[0]).all()


def test_test_images_are_found_by_class_number_and_chance() -> None:
    app = choose(open_page("image"), "Test images")
    labels = load_digits("test", None).labels
    assert labels is not None
    app.selectbox(key="test-class-tiny").set_value("7").run()
    shown = [int(key.removeprefix("test-")) for key in buttons(app, "test") if key != "test-others"]
    assert set(labels[shown]) == {7}
    app.button(key="test-others").click().run()
    others = [int(key.removeprefix("test-")) for key in buttons(app, "test") if key != "test-others"]
    assert others != shown
    assert set(labels[others]) == {7}
    app.number_input[0].set_value(11).run()
    assert "reconstruction of test image 11" in words(app)


def test_without_the_data_nothing_is_passed_off_as_an_original(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "images", lambda run, split="test": None)
    app = choose(open_page("image"), "Test images")
    assert "test images of digits are not on this machine" in app.warning[0].value
    assert not [key for key in buttons(app, "test") if key != "test-others"]
    app = opened_by_link("test-3")
    assert not reconstructed(app)
    assert "not on this machine" in app.warning[0].value


@pytest.mark.parametrize(("value", "name"), [("test-3", "test image 3"), ("example-paper-3", "paper-3.jpg")])
def test_a_link_restores_the_image(value: str, name: str) -> None:
    app = opened_by_link(value)
    assert f"reconstruction of {name}" in words(app)
    assert link(app) == value


@pytest.mark.parametrize(
    "value", ["test-99999", "test--1", "example-none", "../../etc/passwd", "", "test-3\n", "x" * 999]
)
def test_a_bad_link_is_a_sentence(value: str) -> None:
    app = opened_by_link(value)
    assert not reconstructed(app)
    assert len(app.warning) == 1
    assert "There is no test image" in app.warning[0].value or "names no image" in app.warning[0].value
    assert link(app) is None


def test_a_private_upload_leaves_the_link() -> None:
    app = choose(open_page("image"), "Examples")
    app.button(key="example-paper-3").click().run()
    assert link(app) == "example-paper-3"
    upload(app, mine=GOOD)
    assert link(app) is None
    assert "reconstruction of mine.png" in words(app)


def test_the_link_follows_the_image_back_to_the_page() -> None:
    app = opened_by_link("test-3")
    app.switch_page(str(PROJECT / "pages" / "map.py")).run()
    app.query_params.clear()
    app.switch_page(str(PROJECT / "pages" / "image.py")).run()
    assert "reconstruction of test image 3" in words(app)
    assert link(app) == "test-3"


def test_a_test_image_is_not_named_in_the_link_of_a_run_of_other_data(trained: Run, runs_root: Any) -> None:
    other = shutil.copytree(trained.path, runs_root / "zother") / "config.json"
    config = read_json(other)
    config["data"]["fingerprint_test"] = "other"
    other.write_bytes(json_bytes(config))
    app = opened_by_link("test-3")
    app.selectbox(key=state.MODEL).set_value("zother").run()
    assert not app.exception
    assert "reconstruction of test image 3" in words(app)
    assert link(app) is None


def test_a_pasted_file_is_an_upload() -> None:
    told = {"files": [{"name": "shot.png", "content": base64.b64encode(GOOD).decode()}]}
    assert paste.files_of(told) == [("shot.png", GOOD)]


@pytest.mark.parametrize(
    "told",
    [None, 3, {}, {"files": 3}, {"files": [3]}, {"files": [{"content": "#"}]}, {"files": [{"name": "x"}]}],
)
def test_what_is_no_paste_is_left_out(told: Any) -> None:
    assert paste.files_of(told) == []


def test_a_pasted_blob_without_a_name_gets_one() -> None:
    assert paste.files_of({"files": [{"content": ""}]}) == [(paste.NAME, b"")]


@pytest.mark.parametrize("source", SOURCES)
def test_the_image_stays_whatever_source_is_chosen(source: str) -> None:
    app = opened_by_link("test-3")
    assert "reconstruction of test image 3" in words(choose(app, source))
