"""Pages in Chinese, without a browser: no English sentence is left, and links stay the same in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.base.languages import _, speaking
from explorer.runs.run import Run
from explorer.ui.image.tabs import FREE_TABS, TABS
from tests.pages.page import checked, open_page

CHINESE = {"language": "zh_CN"}
SENTENCE = re.compile(r"[A-Za-z]{2,}( [a-z]{2,}){3}")  # four English words in a row
NO_TEXT = re.compile(r"`[^`]*`|<[^>]*>")  # code, and the tags of HTML; what they say is looked at beside them
ATTRIBUTE = re.compile(r'(?:title|alt)="([^"]*)"')


KINDS = (
    "markdown", "caption", "html", "metric", "button", "selectbox", "button_group", "checkbox", "slider", "text_input",
    "number_input", "expander", "header", "title", "warning", "info",
)  # fmt: skip


def texts(app: AppTest) -> list[str]:
    """What can be read of the page: values, labels, helps, placeholders, options."""
    found: list[str] = []
    for element in (one for kind in KINDS for one in app.get(kind)):
        fields = [getattr(element.proto, name, "") for name in ("body", "label", "help", "placeholder")]
        found += [field for field in fields if isinstance(field, str)]
        found += [option for option in getattr(element, "options", ()) if isinstance(option, str)]
    return found


def english(app: AppTest) -> list[str]:
    """The English sentences on the page."""
    parts = [part for text in texts(app) for part in (NO_TEXT.sub("", text), *ATTRIBUTE.findall(text))]
    return sorted({part for part in parts if SENTENCE.search(part)})


@pytest.mark.parametrize("model", ["digits-2d", "shapes-tcvae-10d", "mnist-ae-2d", "mnist-cvae-8d"])
@pytest.mark.parametrize("page", ["", "map", "diagnose"])
def test_a_page_has_no_english_sentence(page: str, model: str) -> None:
    app = open_page(page, {"model": model}, CHINESE)
    assert len(texts(app)) > 10
    assert english(app) == []


def test_english_would_be_seen() -> None:
    assert len(english(open_page("map", {"model": "digits-2d"}))) > 3


@pytest.mark.parametrize(
    "session",
    [{}, {"map-panel": "outliers", "map-method": "pca"}, {"map-panel": "selection"}, {"map-panel": "groups"}],
)
def test_what_stands_beside_the_map_has_none(session: Mapping[str, Any]) -> None:
    assert english(open_page("map", {"model": "digits-2d"}, {**CHINESE, **session})) == []


@pytest.mark.parametrize("view", ["Images", "Walk", "Maps", "Curves"])
def test_a_link_to_a_comparison_is_the_same_in_every_language(view: str) -> None:
    app = open_page("compare", {"model": "digits-2d", "with": ["mnist-ae-2d"], "view": view}, CHINESE)
    assert app.segmented_control(key="view").value == view
    assert app.query_params.get("view", "Images") == view
    assert english(app) == []


def test_another_choice_is_put_into_the_link_by_its_value(trained: Run) -> None:
    app = open_page("compare", {"model": "tiny", "with": ["digits-2d"]}, CHINESE)
    chosen = app.segmented_control(key="view")
    assert chosen.options == ["图像", "漫游", "地图", "曲线"]
    with speaking("zh_CN"):  # the test sends the label that a browser would
        checked(chosen.set_value("Walk").run())
    assert app.query_params["view"] == "Walk"
    app.session_state["language"] = "en"
    checked(app.run())
    assert app.segmented_control(key="view").value == "Walk", "another language changes no choice"
    checked(app.segmented_control(key="view").set_value("Images").run())
    assert "view" not in app.query_params


def test_a_link_of_an_earlier_version_still_leads_to_the_training_images(trained: Run) -> None:
    app = open_page("map", {"model": "tiny", "split": "Train"}, CHINESE)
    assert app.session_state["split"] == "train"
    assert app.query_params["split"] == "train"


@pytest.mark.parametrize("tab", ["Surprise", "Uncertainty", "On the map", "Repair", "Between", "Compress", "Batch"])
def test_a_link_to_a_tab_of_the_image_page_is_the_same_in_every_language(tab: str) -> None:
    app = open_page("image", {"model": "digits-2d", "tab": tab}, CHINESE)
    assert english(app) == []
    with speaking("zh_CN"):
        purpose = _(TABS[tab].purpose if tab in TABS else FREE_TABS[tab].purpose)
    assert purpose in texts(app)


@pytest.mark.parametrize("part", ["Train", "Data", "Load a model"])
def test_the_models_page_has_no_english_sentence(part: str) -> None:
    app = open_page("models", {"model": "digits-2d", "part": part}, CHINESE)
    assert len(texts(app)) > 10
    assert english(app) == []
