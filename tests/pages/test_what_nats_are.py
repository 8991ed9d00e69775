"""What nats are, on every page where they stand: of a Bernoulli on grey pixels, and on binarised ones."""

from __future__ import annotations

import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.measures.run_measures import measured
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from explorer.ui.common import state
from explorer.ui.image.batch import batch_columns
from tests.helpers import digit_picture, encoded, tiny_config
from tests.pages.page import open_page, upload

pytestmark = pytest.mark.usefixtures("shipped_root")
GREY = "With a Bernoulli decoder of grey pixels this is a cross-entropy, not a likelihood of the data"
BINARY = "With a Bernoulli decoder of black-and-white pixels this is a log-probability: a likelihood of the data"
FLOOR = "Floor of the test images: 13.7 nats an image."
# The page, its tab or panel, what comes before the note, and then what is said of grey and of binarised pixels.
PLACES: list[tuple[str, dict[str, Any], str, str]] = [
    ("explore", {}, r"nats \(test\), a cross-entropy, floor 13\.7", r"nats \(test\), a log-probability\b(?!, floor)"),
    ("explore", {}, "A black-or-white pixel varies by", "A pixel varies by"),
    ("diagnose", {}, r"A perfect decoder: -13\.7", "these nats are a log-probability"),
    ("diagnose", {}, rf"Higher is better\. {GREY}", rf"Higher is better\. {BINARY}"),
    ("diagnose", {}, rf":material/info: {GREY}.*{FLOOR}", f":material/info: {BINARY}"),
    ("map", {}, f"Of the ELBO: {GREY}", f"Of the ELBO: {BINARY}"),
    ("map", {"panel": "image"}, rf"z sampled once\. {GREY}", rf"z sampled once\. {BINARY}"),
    ("models", {"run": "tiny"}, rf"by more than 0\.01\. {GREY}", rf"by more than 0\.01\. {BINARY}"),
    ("image", {"tab": "Surprise"}, rf"very unusual\.\s+{GREY}", rf"very unusual\.\s+{BINARY}"),
    ("image", {"tab": "Surprise"}, f'help: "{GREY}', f'help: "{BINARY}'),
    ("image", {"tab": "Uncertainty"}, "total sd, black-or-white pixel", "total sd of each pixel"),
    ("image", {"tab": "Uncertainty"}, "by the total sd, black-or-white pixel", r"by the total sd\b(?!, black)"),
    ("image", {"tab": "Uncertainty"}, r"too small\. Over 100 held-out .* is \*\*0\.", r"averaged\. Over 100 held-out"),
]  # fmt: skip


@pytest.fixture(scope="module")
def binarised(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """As ``trained``, on binarised pixels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_RUNS", str(tmp_path_factory.mktemp("binarised")))
        return train_new(tiny_config(epochs=2, binarise="static"), "tiny", lambda _: None, lambda: False)


def shown(page: str, link: dict[str, Any]) -> str:
    """All that a page was given to show, the help of every element included."""
    run = "tiny"
    session = {state.MAP_PANEL: link["panel"], state.MAP_POINT: {(run, "test"): 3}} if "panel" in link else {}
    app = open_page(page, {key: value for key, value in link.items() if key != "panel"}, session)
    if page == "image":
        app = upload(app, "one.png", encoded(digit_picture()))
    return everything(app)


def everything(app: AppTest) -> str:
    """The elements of a page as the browser gets them."""
    return "\n".join(str(part.proto) for part in app.main)


def test_pages_of_a_model_of_grey_pixels_say_that_nats_are_no_likelihood(trained: Run) -> None:
    measured(load_run(trained), ["elbo", "distortion", "bits-per-dim", "floor"], 5)
    texts = {(page, str(link)): shown(page, link) for page, link, *_ in PLACES}
    for page, link, grey, binary in PLACES:
        assert re.search(grey, texts[page, str(link)], re.IGNORECASE), (page, link, grey)
        assert not re.search(binary, texts[page, str(link)]), (page, link, binary)
    assert batch_columns(load_run(trained))["elbo_nats"]["help"].startswith(GREY)


def test_pages_of_a_model_of_binarised_pixels_do_not(binarised: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.base.runtime_settings import settings

    monkeypatch.setenv("EXPLORER_RUNS", str(binarised.path.parent))
    settings.cache_clear()
    measured(load_run(binarised), ["elbo", "distortion", "bits-per-dim", "floor"], 5)
    texts = {(page, str(link)): shown(page, link) for page, link, *_ in PLACES}
    for page, link, _, binary in PLACES:
        assert re.search(binary, texts[page, str(link)]), (page, link, binary)
        assert GREY not in texts[page, str(link)], (page, link)
        assert "A perfect decoder:" not in texts[page, str(link)], (page, link)
        assert "black-or-white pixel" not in texts[page, str(link)], (page, link)
    assert batch_columns(load_run(binarised))["elbo_nats"]["help"].startswith(BINARY)
