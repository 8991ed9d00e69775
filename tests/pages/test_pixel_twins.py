"""The ranking of twins by pixels on the Map page, without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.datasets.datasets import dataset_spec
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from explorer.ui.common import state
from tests.helpers import tiny_config
from tests.pages.page import checked, open_page, words

RANKINGS = "map-ranking-kl-error-elbo-label-twins-pixels"


@pytest.fixture(autouse=True)
def quiet(shipped_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No shipped runs, and no process for a better map."""
    monkeypatch.setattr("explorer.runs.tasks.process_task.spawn", lambda run, arguments: None)


@pytest.fixture
def leaky(data_root: Path) -> str:
    """40 training and 60 test digits; test image 7 equals training image 5, and 20 is brighter than test image 30."""
    digits = dataset_spec("digits").load("train", None)
    assert digits.labels is not None
    pixels, labels = digits.pixels[:100, 0].copy(), digits.labels[:100]
    pixels[47], pixels[60] = pixels[5], pixels[70] * 0.8
    data_root.mkdir(exist_ok=True)
    np.savez(data_root / "leaky.npz", x_train=pixels[:40], y_train=labels[:40], x_test=pixels[40:], y_test=labels[40:])
    return f"arrays:{data_root / 'leaky.npz'}"


def open_twins(marked: dict[tuple[str, str], int] | None = None) -> AppTest:
    """The page with the ranking chosen."""
    app = open_page("map", session={state.MAP_PANEL: "outliers", state.MAP_POINT: marked or {}})
    return checked(app.segmented_control(key=RANKINGS).set_value("pixels").run())


@pytest.mark.parametrize("binarise", ["none", "static"])
def test_twins_are_listed_with_the_split_of_the_twin(leaky: str, runs_root: Path, binarise: str) -> None:
    train_new(tiny_config(dataset=leaky, binarise=binarise), "leaky", lambda _: None, lambda: False)
    app = open_twins()
    table = app.dataframe[0].value
    assert list(table.columns) == ["image", "class", "twin", "twin's split", "distance"]
    assert table["image"].tolist() == [7, 20, 30]
    assert table["twin"].tolist() == [5, 30, 20]
    assert table["twin's split"].tolist() == ["train", "test", "test"]
    assert table["distance"].iloc[0] == 0
    assert 0 < table["distance"].iloc[1] < 0.08
    assert "1 exact duplicate in 1 group, 1 near-duplicate; 1 test image has a twin in the training split" in words(app)


def test_the_marked_image_is_shown_with_its_twin(leaky: str, runs_root: Path) -> None:
    run = train_new(tiny_config(dataset=leaky), "leaky", lambda _: None, lambda: False)
    text = words(open_twins({(run.name, "test"): 7}))
    assert "original of image 7" in text
    assert "twin: train 5, original" in text
    assert "The marked image has no twin." in words(open_twins({(run.name, "test"): 8}))


def test_none_is_a_sentence_and_more_are_looked_for_in_few(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.datasets.duplicates.finding.QUICK", 100)
    text = words(open_twins())
    assert "No exact duplicates. Near-duplicates are looked for in up to 10,000 images; these are 1,797." in text
    assert "None of the test images has a twin." in text


def test_twins_by_mu_say_what_chance_makes(trained: Run) -> None:
    app = open_page("map", session={state.MAP_PANEL: "outliers"})
    app = checked(app.segmented_control(key=RANKINGS).set_value("twins").run())
    assert any("about 0.7 %" in each.help for each in app.caption if each.help)
