"""Every page with runs that lack images, encoder, likelihood or prior: no exception, and a sentence that says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.datasets.datasets import dataset_spec
from explorer.measures.run_measures import measured
from explorer.runs.loaded_run import load_run
from explorer.runs.records import DataFacts
from explorer.runs.run import Run
from explorer.ui.common import state
from tests.imported_runs import SHAPE, decoder_alone, imported_run, latents_run
from tests.pages.page import live_payload, open_page, shown_map, words_and_messages

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")

WITHOUT_IMAGES = "came without images"
UNKNOWN = "likelihood is not known"
TABS = ("Surprise", "Uncertainty", "On the map", "Repair", "Between", "Compress", "Batch")


@pytest.fixture(autouse=True)
def _no_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started for a map."""
    monkeypatch.setattr("explorer.runs.tasks.process_task.spawn", lambda run, arguments: None)


@pytest.fixture(scope="module")
def digits() -> DataFacts:
    """The digits, as a run records them."""
    train, test = (dataset_spec("digits").load(split, None) for split in ("train", "test"))
    prints = train.fingerprint(), test.fingerprint()
    return DataFacts("digits", SHAPE, test.classes, len(train), len(test), True, *prints)


def said(app: AppTest) -> str:
    """What stands on the page, without the marks that keep names from being read as Markdown."""
    return words_and_messages(app).replace("\\", "")


def with_example(tab: str) -> AppTest:
    """The Image page on its example, with one of its tabs open."""
    return open_page("image", {"tab": tab})


def test_without_images_the_prior_can_be_explored() -> None:
    imported_run("bare")
    app = open_page("explore")
    header, blobs = live_payload(app)
    assert [dim["index"] for dim in header["dims"]] == [0, 1, 2]
    assert all(dim["active"] for dim in header["dims"])
    assert header["limit"] == 3
    assert (header["view"]["x"], header["view"]["y"], header["view"]["scale"]) == (0, 1, "quantile")
    assert blobs["points"] == b""
    assert "No nearest image: bare came without images." in said(app)
    assert "64 decoded draws" in app.get("image")[-1].proto.imgs[0].caption
    assert "- data: none" in said(app)


def test_without_images_the_sliders_of_many_dimensions_are_its_own() -> None:
    imported_run("wide", latent=40)
    app = open_page("explore")
    header, _ = live_payload(app)
    assert (header["directions"], header["view"]["basis"], len(header["dims"])) == (None, "dimensions", 40)
    assert "The sliders are z's own dimensions, 32 at first" in said(app)


@pytest.mark.parametrize("page", ["map", "diagnose"])
def test_without_images_a_page_says_what_to_do(page: str) -> None:
    imported_run("bare")
    app = open_page(page)
    (warning,) = app.warning
    sentence = warning.value.replace("\\", "")
    assert "bare came without images" in sentence
    assert "Load it again on the Models page with a data set, or import it with --data" in sentence


@pytest.mark.parametrize("tab", TABS)
def test_without_images_an_upload_goes_through_and_each_tab_says_what_it_lacks(tab: str) -> None:
    imported_run("bare")
    text = said(with_example(tab))
    assert "decoded from its mean" in text
    assert "How usual this image is cannot be said here. bare came without images." in text
    if tab == "Surprise":
        assert "**Example: a draw of the prior, decoded.**" in text
        assert "Corrected for simplicity" in text
        assert "Distance to the nearest" not in text
    if tab == "Uncertainty":
        assert "z-score" in text
    if tab in ("On the map", "Between", "Compress", "Batch"):
        assert text.count(WITHOUT_IMAGES) >= 2


def test_a_link_to_a_test_image_of_a_run_without_images_is_a_sentence() -> None:
    imported_run("bare")
    assert WITHOUT_IMAGES in said(open_page("image", {"image": "test-5"}))


@pytest.fixture
def elsewhere(digits: DataFacts, runs_root: Path) -> Run:
    """A run that names a data set that is not here, and has no latents of it yet."""
    return imported_run("elsewhere", replace(digits, name="mnist"))


@pytest.mark.usefixtures("elsewhere")
def test_a_run_whose_data_is_elsewhere_is_explored_as_one_without_images() -> None:
    app = open_page("explore")
    header, blobs = live_payload(app)
    assert [dim["index"] for dim in header["dims"]] == [0, 1, 2]
    assert blobs["points"] == b""
    assert "No nearest image: The data set mnist is not here" in said(app)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("tab", TABS)
def test_a_run_whose_data_is_elsewhere_takes_uploads(tab: str) -> None:
    text = said(with_example(tab))
    assert "**Example: mnist-2.png.**" in text
    assert "decoded from its mean" in text
    assert "How usual this image is cannot be said here. The data set mnist is not here" in text
    if tab in ("Surprise", "On the map", "Compress", "Batch"):
        assert text.count("is not here") >= 2


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("page", ["map", "diagnose"])
def test_a_page_of_a_run_whose_data_is_elsewhere_says_to_put_it_back(page: str) -> None:
    (warning,) = open_page(page).warning
    assert "Put the data back" in warning.value


@pytest.mark.parametrize("view", ["Images", "Walk", "Maps", "Curves"])
def test_runs_without_images_are_compared_as_far_as_that_goes(view: str, trained: Run) -> None:
    imported_run("bare")
    imported_run("other")
    app = open_page("compare", session={"compared": ["other", "tiny"], "view": view, "model": "bare"})
    assert "those of bare" in said(app)
    if view != "Curves":
        assert "A bare is not shown here. bare came without images." in said(app)


@pytest.mark.parametrize("page", ["explore", "map", "diagnose", "compare", "models"])
def test_of_an_unknown_likelihood_nothing_is_shown(page: str, digits: DataFacts) -> None:
    imported_run("untold", digits, likelihood="unknown")
    imported_run("twin", digits, likelihood="unknown")
    app = open_page(page)
    assert "nan" not in said(app).lower()
    assert "A pixel varies by" not in [metric.label for metric in app.metric]
    if page == "explore":
        assert f"No spread of a pixel: The decoder's {UNKNOWN}" in said(app)
    if page == "map":
        colours = next(box for box in app.selectbox if box.label == "Colour by").options
        assert "KL" in colours
        assert "reconstruction error" in colours
        assert "ELBO" not in colours
    if page == "compare":
        assert UNKNOWN in said(app)


@pytest.mark.parametrize("tab", TABS)
def test_an_image_under_an_unknown_likelihood(tab: str, digits: DataFacts) -> None:
    imported_run("untold", digits, likelihood="unknown")
    text = said(with_example(tab))
    assert "nan" not in text.lower().replace("nance", "")
    assert "decoded from its mean" in text
    if tab == "Surprise":
        assert "Mean squared error" in text
        assert "KL" in text
        for title in ("Corrected for simplicity", "-reconstruction", "**-ELBO**"):
            assert title not in text
    if tab == "Uncertainty":
        assert "sd of the samples" in text
        assert "No total sd and no z-score" in text
    if tab in ("Surprise", "Uncertainty", "Repair"):
        assert UNKNOWN in text


@pytest.mark.parametrize("page", ["image", "map", "diagnose"])
def test_without_an_encoder_a_page_says_so(page: str, digits: DataFacts) -> None:
    decoder_alone("half", digits)
    assert "half has no encoder" in said(open_page(page))


@pytest.mark.parametrize("with_data", [False, True])
def test_a_decoder_alone_can_be_explored(digits: DataFacts, with_data: bool) -> None:
    decoder_alone("half", digits if with_data else None)
    app = open_page("explore")
    assert live_payload(app)[0]["limit"] == 3
    assert "No nearest image" in said(app)


def test_a_decoder_alone_is_compared_by_its_walks_from_the_prior(digits: DataFacts) -> None:
    decoder_alone("half", digits)
    decoder_alone("other", digits)
    walk = {"compare-walk": "Between two draws of the prior"}
    app = open_page("compare", session={"view": "Walk", **walk})
    assert "half, decoded" in said(app) or "half" in said(app)
    assert "has no encoder" not in said(open_page("compare", session={"view": "Curves"}))
    assert "half has no encoder" in said(open_page("compare", session={"view": "Images"}))


def test_a_model_without_a_spread_has_no_prior(digits: DataFacts, runs_root: Path) -> None:
    run = imported_run("points", digits, likelihood="unknown")
    config = run.config()
    assert config.model is not None
    run.write_config(replace(config, model=replace(config.model, variational=False)))
    app = open_page("explore")
    assert {metric.label: metric.value for metric in app.metric}["Draws of the prior farther out"] == "no prior"
    open_page("diagnose")


@pytest.mark.parametrize("page", ["explore", "image", "map", "diagnose", "compare", "models"])
@pytest.mark.parametrize(("images", "logvar"), [(True, True), (False, False)])
def test_latents_alone_on_every_page(page: str, images: bool, logvar: bool) -> None:
    latents_run("codes", images, logvar)
    imported_run("bare")
    app = open_page(page, session={"model": "codes"})
    assert "nan" not in said(app).lower()
    if page in ("explore", "image"):
        assert "codes has no decoder" in said(app) or "codes has no encoder" in said(app)
    if page == "diagnose":
        assert any(button.label == "Measure this model" for button in app.button)
    if page == "compare":
        assert "codes is not shown here" in said(app)


@pytest.mark.parametrize("panel", ["image", "selection", "outliers", "groups"])
@pytest.mark.parametrize("images", [True, False])
def test_the_map_of_latents_alone(panel: str, images: bool) -> None:
    run = latents_run("codes", images)
    there = {(run.name, "test"): 17}, {(run.name, "test"): np.arange(30)}
    marks = {state.MAP_POINT: there[0], state.MAP_SELECTION: there[1], state.MAP_PANEL: panel, state.MODEL: "codes"}
    app = open_page("map", session=marks)
    data = shown_map(app)
    assert data["points"]["n"] == 120
    assert data["sheets"]["source"] == ("original" if images else "")
    assert (data["sheets"]["count"] > 0) == images
    colours = next(box for box in app.selectbox if box.label == "Colour by").options
    assert {"class", "KL", "clusters (k-means)", "z0"} <= set(colours)
    assert not {"ELBO", "reconstruction error"} & set(colours)
    if panel == "image":
        assert "class left" in said(app) or "class right" in said(app)
        assert "decoded from μ" not in said(app)
    if not images and panel in ("image", "selection"):
        assert "The images themselves are not here" in said(app)


def test_the_measures_of_latents_alone_are_shown() -> None:
    run = load_run(latents_run("codes"))
    measured(run, ["kl", "elbo", "active-units", "kl-per-dim", "prior-distance", "mse", "knn-accuracy"])
    app = open_page("diagnose", session={state.MODEL: "codes"})
    assert "off the prior" in said(app)
    assert "codes has no decoder" in said(app)
    assert "likelihood is not known" in said(app)
