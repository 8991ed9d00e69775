"""The samples of the Explore page: where they are drawn from, and a density that is fitted meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.inference.densities.jobs import density_task
from explorer.inference.densities.kept import density_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.imported_runs import imported_run
from tests.pages.page import checked, open_page, words

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root")


@pytest.fixture(autouse=True)
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would be started in a process of its own."""
    started: list[list[str]] = []
    monkeypatch.setattr("explorer.runs.tasks.process_task.spawn", lambda run, arguments: started.append(arguments))
    return started


def draw_from(app: AppTest, source: str) -> AppTest:
    """The page after the choice."""
    return checked(app.segmented_control(key="sample-source").set_value(source).run())


def sheet(app: AppTest) -> Any:
    """The grid of samples."""
    return app.get("image")[-1].proto.imgs[0]


def test_a_kept_density_is_drawn_from_at_once_and_the_prior_comes_first(trained: Run, spawned: list[list[str]]) -> None:
    density_of(load_run(trained), "gmm")
    app = open_page()
    assert app.segmented_control(key="sample-source").value == "prior"
    prior = sheet(app)
    assert prior.caption == "64 decoded draws of z from the prior, temperature 1"
    app = draw_from(app, "gmm")
    assert sheet(app).url != prior.url
    assert sheet(app).caption == "64 decoded draws of z from a Gaussian mixture fitted to codes, temperature 1"
    assert "Fitted after the training to the codes of 1,293 training images." in words(app)
    again = sheet(app).url
    next(button for button in app.button if button.label == "Draw again").click().run()
    assert sheet(app).url != again
    assert not spawned
    assert sheet(draw_from(app, "prior")).caption == prior.caption


def test_another_density_is_fitted_in_a_process_and_can_be_stopped(trained: Run, spawned: list[list[str]]) -> None:
    app = draw_from(open_page(), "flow")
    assert spawned == [["sample", str(trained.path), "--from", "flow"]]
    assert "Fitting: Normalising flow, starting" in [bar.proto.text for bar in app.get("progress")]
    captions = [image.proto.imgs[0].caption for image in app.get("image")]
    assert not [caption for caption in captions if "decoded draws" in caption]
    app.button(key="fit-stop").click().run()
    checked(app.run())
    assert density_task(load_run(trained), "flow").stop_path.exists()
    assert app.segmented_control(key="sample-source").value == "prior"
    assert "from the prior" in sheet(app).caption
    assert len(spawned) == 1


def test_a_run_without_codes_draws_from_the_prior_alone_and_says_why(runs_root: object) -> None:
    imported_run("bare")
    app = open_page()
    control = app.segmented_control(key="sample-source")
    assert control.disabled
    assert "came without images" in control.help
    assert "from the prior" in sheet(app).caption
