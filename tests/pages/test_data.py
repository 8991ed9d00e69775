"""Data on the Models page without a browser: images are brought, looked at, trained on, and deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from explorer.datasets.uploads import uploads_root
from tests.helpers import encoded, photo, zipped
from tests.pages.page import checked, open_page, words

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")
DATA = {"part": "Data"}


def button(app: AppTest, label: str) -> Button:
    """The button of this label."""
    return next(each for each in app.button if each.label == label)


def pets() -> bytes:
    """A zip of photographs of three classes, with one file that is no image."""
    files = {f"{name}/{i}.png": encoded(photo(i, size=(24, 24))) for name in ("cat", "dog", "owl") for i in range(4)}
    return zipped({**files, "cat/notes.txt": b"hello"})


def brought(content: bytes, name: str = "pets.zip", called: str = "") -> AppTest:
    """The page after a file was dropped, named and added."""
    app = open_page("models", DATA)
    app = checked(app.file_uploader[0].set_value([(name, content, "application/octet-stream")]).run())
    if called:
        app = checked(next(each for each in app.text_input if each.label == "Name").set_value(called).run())
    return checked(button(app, "Add").click().run(timeout=60))


def test_nothing_yet() -> None:
    app = open_page("models", DATA)
    assert "No images were brought yet." in words(app)
    assert button(app, "Add").disabled


def test_brought_seen_trained_on_and_deleted(data_root: Path) -> None:
    app = brought(pets())
    text = words(app).replace("\\", "")
    assert "12 images, 3 classes" in text
    assert "Left out, not an image: cat/notes.txt." in text
    assert "- 8 exact duplicates in 4 groups, 0 near-duplicates" in text
    samples = [each.proto.body for each in app.get("html") if "sample 1" in each.proto.body]
    assert len(samples) == 1
    assert 'alt="sample 2, dog"' in samples[0]
    assert button(app, "Add").disabled, "the form is empty again"
    app = checked(button(app, "Train on it").click().run(timeout=60))
    assert app.segmented_control("part").value == "Train"
    assert app.selectbox("train-dataset").value == f"folder:{data_root}/uploads/pets"
    app = checked(app.segmented_control("part").set_value("Data").run())
    app = checked(button(app, "Delete for good").click().run())
    assert "No images were brought yet." in words(app)
    assert list(uploads_root().iterdir()) == []


def test_a_name_of_ones_own_and_one_that_is_taken() -> None:
    assert "my-pets" in words(brought(pets(), called="my-pets")).replace("\\", "")
    app = brought(pets(), called="my-pets")
    assert "There is already a data set 'my-pets'." in app.warning[0].value.replace("\\", "")


def test_what_is_no_data_set() -> None:
    app = brought(b"PK\x03\x04 and no more", "broken.zip")
    assert "broken.zip is no zip, or damaged or cut off." in app.warning[0].value.replace("\\", "")
    assert not uploads_root().exists() or list(uploads_root().iterdir()) == []


def test_none_where_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_UPLOADS", "off")
    app = open_page("models", DATA)
    assert not app.get("file_uploader")
    assert "Data" not in app.segmented_control("part").options
