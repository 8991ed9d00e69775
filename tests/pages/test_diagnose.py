"""The Diagnose page without a browser."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace

import pytest

from explorer.base.errors import ExplorerError
from explorer.base.files import write_json
from explorer.exporting.report.page import report_of
from explorer.inference.decoding import load_with_model
from explorer.measures.diagnosis import verdict
from explorer.measures.jobs import measure_task
from explorer.measures.registry import MEASURES
from explorer.measures.run_measures import MEASURES_SCHEMA, kept_measures, measured, measures_file
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.runs.tasks.process_task import TaskRecorder
from explorer.ui.common import cached
from explorer.ui.diagnose.download import as_json, report_html
from tests.pages.page import open_page
from tests.pages.page import words_and_messages as words

pytestmark = pytest.mark.usefixtures("shipped_root")


@pytest.fixture(autouse=True)
def _quick_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its features are of no interest here."""
    monkeypatch.setattr("explorer.measures.feature_classifier.training_steps", lambda *_: 5)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs whose measuring was asked for; none is measured."""
    asked: list[Run] = []
    monkeypatch.setattr("explorer.ui.diagnose.measure.start_measures", lambda run, all_seeds: asked.append(run))
    return asked


def test_an_unmeasured_model_has_one_button(trained: Run, started: list[Run]) -> None:
    app = open_page("diagnose")
    assert "Nothing is measured without being asked" in words(app)
    assert not app.get("plotly_chart")
    assert not started
    app.button(key="measure").click().run()
    assert not app.exception
    assert [run.name for run in started] == ["tiny"]


def test_a_measured_model_has_a_verdict_a_table_and_figures(trained: Run) -> None:
    found = measured(load_run(trained), samples=10)
    app = open_page("diagnose")
    text = words(app)
    judged = verdict(found)
    assert judged is not None
    assert judged.sentence in text
    assert judged.advice in text
    for name, one in found.items():
        assert f"**{MEASURES[name].title}**" in text
        assert isinstance(one.value, tuple) == (f">{MEASURES[name].title}</abbr>" not in text), name
    assert "2 dimensions" in text
    assert "The factors that made these images are not known." in text
    assert "K = 10" in text
    assert len(app.get("plotly_chart")) == 2
    assert [button.key for button in app.button if button.key == "measure"] == []


def test_test_figures_by_which_the_training_ended_are_called_flattered(trained: Run, started: list[Run]) -> None:
    config = trained.config()
    trained.write_config(replace(config, training={**config.training, "patience": 3}))
    measured(load_run(trained), ["mse"], 10)
    assert words(open_page("diagnose")).count("Patience looked at the test images") == 2  # on the model's card too


def test_some_measures_are_shown_and_the_rest_offered(trained: Run, started: list[Run]) -> None:
    measured(load_run(trained), ["mse"], 10)
    app = open_page("diagnose")
    assert ">MSE</abbr>" in words(app)
    assert app.button(key="measure").label == "Measure the rest"
    assert f"1 of {len(MEASURES)} measures are taken" in words(app)


def test_how_far_it_is_and_what_went_wrong(trained: Run, started: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    task = measure_task(load_run(trained))
    recorder = TaskRecorder(task)
    task.write(replace(recorder.progress, done=0.5, started=time.time() - 30, title="NLL"))
    app = open_page("diagnose")
    (bar,) = app.get("progress")
    assert bar.proto.text.startswith("Measuring NLL, ")
    assert bar.proto.text.endswith(" s left")
    assert not [button for button in app.button if button.key == "measure"]
    app.button(key="measure-stop").click().run()
    assert recorder.note(0.6)  # it hears that it shall end
    recorder.fail(ExplorerError("The disk is full.", "Make room."))
    app = open_page("diagnose")
    assert "The disk is full" in words(app)
    app.button(key="measure").click().run()
    assert len(started) == 1


def test_without_the_data_there_is_no_button(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    app = open_page("diagnose")
    assert "The test images of digits are not here" in words(app)
    assert not [button for button in app.button if button.key == "measure"]


def test_measures_of_other_weights_are_not_shown(trained: Run) -> None:
    measured(load_run(trained), ["mse"], 10)
    content = {
        "schema": MEASURES_SCHEMA,
        "weights": "other",
        "measures": {k: asdict(v) for k, v in kept_measures(load_run(trained)).items()},
    }
    write_json(trained.path / measures_file("test"), content)
    assert "MSE</abbr>" not in words(open_page("diagnose"))


def test_a_model_without_a_prior_says_so(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from models import MODELS

    monkeypatch.setitem(MODELS, "vae", replace(MODELS["vae"], variational=False))
    measured(load_run(trained), samples=10)
    app = open_page("diagnose")
    assert "Trust its reconstructions, not its samples" in words(app)
    assert "has no prior, so no KL" in words(app)
    assert len(app.get("plotly_chart")) == 1


def test_a_model_in_training_is_measured_later(trained: Run) -> None:
    trained.write_status(replace(trained.status(), state="queued"))
    app = open_page("diagnose")
    assert "measured when its training has ended" in words(app)


def test_the_file_holds_what_the_command_prints(trained: Run) -> None:
    found = measured(load_run(trained), ["elbo", "nll"], 10)
    content = json.loads(as_json(load_run(trained), found))
    assert content["elbo_nats"] == found["elbo"].value
    assert content["provenance"]["weights_sha256"] == load_run(trained).weights_sha256
    buttons = open_page("diagnose").get("download_button")
    assert [button.proto.label for button in buttons] == ["Measures as JSON", "Report as HTML"]


def test_the_report_is_that_of_the_command(trained: Run) -> None:
    run = load_run(trained)
    assert report_html(run) == report_of(*load_with_model(trained)).html
