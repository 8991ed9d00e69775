"""The Diagnose page without a browser."""

from __future__ import annotations

import time
from dataclasses import asdict, replace

import pytest
from streamlit.testing.v1 import AppTest

from explorer.base.files import write_json
from explorer.base.settings import PROJECT
from explorer.measures import jobs as measure_jobs
from explorer.measures.diagnosis import verdict
from explorer.measures.jobs import MeasureProgress, write_progress
from explorer.measures.registry import MEASURES, MEASURES_SCHEMA, kept_measures, measured, measures_file
from explorer.runs.run import Run
from explorer.ui.common import cached

pytestmark = pytest.mark.usefixtures("shipped_root")


@pytest.fixture(autouse=True)
def _quick_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its features are of no interest here."""
    monkeypatch.setattr("explorer.measures.feature_classifier.CLASSIFIER_STEPS", 5)


def open_diagnose() -> AppTest:
    """The page, after it has run."""
    app = AppTest.from_file(PROJECT / "explorer" / "ui" / "main.py", default_timeout=60)
    app.switch_page(str(PROJECT / "pages" / "diagnose.py")).run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    """All that can be read on the page."""
    kinds = ("markdown", "caption", "html", "warning", "info")
    return "\n".join(str(getattr(part, "value", "")) for kind in kinds for part in app.get(kind))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs whose measuring was asked for; none is measured."""
    asked: list[Run] = []
    monkeypatch.setattr("explorer.ui.diagnose.measure.start_measures", asked.append)
    return asked


def test_an_unmeasured_model_has_one_button(trained: Run, started: list[Run]) -> None:
    app = open_diagnose()
    assert "Nothing is measured without being asked" in words(app)
    assert not app.get("plotly_chart")
    assert not started
    app.button(key="measure").click().run()
    assert not app.exception
    assert [run.name for run in started] == ["tiny"]


def test_a_measured_model_has_a_verdict_a_table_and_figures(trained: Run) -> None:
    found = measured(trained, samples=10)
    app = open_diagnose()
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


def test_some_measures_are_shown_and_the_rest_offered(trained: Run, started: list[Run]) -> None:
    measured(trained, ["mse"], 10)
    app = open_diagnose()
    assert ">MSE</abbr>" in words(app)
    assert app.button(key="measure").label == "Measure the rest"


def test_how_far_it_is_and_what_went_wrong(trained: Run, started: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = measure_jobs.Recorder(trained)
    write_progress(trained, replace(recorder.progress, done=0.5, started=time.time() - 30, title="NLL"))
    app = open_diagnose()
    (bar,) = app.get("progress")
    assert bar.proto.text.startswith("Measuring NLL, ")
    assert bar.proto.text.endswith(" s left")
    assert not [button for button in app.button if button.key == "measure"]
    failed = MeasureProgress(0.5, time.time(), recorder.progress.weights, error="The disk is full.", hint="Make room.")
    write_progress(trained, failed)
    app = open_diagnose()
    assert "The disk is full" in words(app)
    app.button(key="measure").click().run()
    assert len(started) == 1


def test_without_the_data_there_is_no_button(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    app = open_diagnose()
    assert "The test images of digits are not here" in words(app)
    assert not [button for button in app.button if button.key == "measure"]


def test_measures_of_other_weights_are_not_shown(trained: Run) -> None:
    measured(trained, ["mse"], 10)
    content = {
        "schema": MEASURES_SCHEMA,
        "weights": "other",
        "measures": {k: asdict(v) for k, v in kept_measures(trained).items()},
    }
    write_json(trained.path / measures_file("test"), content)
    assert "MSE</abbr>" not in words(open_diagnose())


def test_a_model_without_a_prior_says_so(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from models import MODELS

    monkeypatch.setitem(MODELS, "vae", replace(MODELS["vae"], variational=False))
    measured(trained, samples=10)
    app = open_diagnose()
    assert "Trust its reconstructions, not its samples" in words(app)
    assert "has no prior, so no KL" in words(app)
    assert len(app.get("plotly_chart")) == 1


def test_a_model_in_training_is_measured_later(trained: Run) -> None:
    trained.write_status(replace(trained.status(), state="queued"))
    app = open_diagnose()
    assert "measured when its training has ended" in words(app)
