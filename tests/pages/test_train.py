"""The Train page without a browser; no training process is started."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer import jobs
from explorer.lab import alive, new_run, stop_requested, training_config
from explorer.runs import Run, Status, list_runs
from explorer.settings import PROJECT
from explorer.training import TrainConfig
from tests.helpers import tiny_config, write_folder

Open = Callable[..., AppTest]


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the runs whose process would have been started."""
    names: list[str] = []
    monkeypatch.setattr(jobs, "spawn", lambda run, _: names.append(run.name))
    return names


@pytest.fixture
def open_train(data_root: Path, runs_root: Path, shipped_root: Path, spawned: list[str]) -> Open:
    """Opens the page; keyword arguments are the link's."""

    def opened(chosen: dict[str, Any] | None = None, **link: str) -> AppTest:
        at = AppTest.from_file(str(PROJECT / "explorer" / "ui" / "main.py"), default_timeout=60)
        at.switch_page(str(PROJECT / "pages" / "train.py"))
        for key, value in link.items():
            at.query_params[key] = value
        for key, value in (chosen or {}).items():
            at.session_state[key] = value
        return checked(at.run())

    return opened


def checked(at: AppTest) -> AppTest:
    """The same, after making sure that no exception is on the page."""
    assert not at.exception, at.exception[0].message
    return at


def button(at: AppTest, label: str) -> Any:
    """The button of this label."""
    return next(each for each in at.button if each.label == label)


def labels(at: AppTest) -> list[str]:
    """What the buttons say."""
    return [each.label for each in at.button]


def sentences(at: AppTest) -> str:
    """What went wrong, as shown, without Markdown's escapes."""
    return "\n".join(each.value for each in at.warning).replace("\\", "")


def progress(at: AppTest) -> str:
    """The text over the progress bar."""
    (bar,) = at.get("progress")
    return str(bar.proto.text).replace("\\", "")


def pictures(at: AppTest) -> str:
    """The HTML of the reconstructions."""
    bodies: list[str] = [each.proto.body for each in at.get("html")]
    return next(body for body in bodies if 'class="frames"' in body)


def running(run: Run, **changes: Any) -> Run:
    """A run in training, by this very process."""
    run.write_status(replace(alive(Status("running", stage="training", device="CPU")), **changes))
    return run


def test_at_first_there_is_only_the_form(open_train: Open) -> None:
    at = open_train()
    assert at.title[0].value == "Train"
    assert labels(at) == ["Start"]
    assert not at.get("progress")
    assert not at.warning


def test_start_with_the_defaults(open_train: Open, spawned: list[str]) -> None:
    at = open_train()
    checked(button(at, "Start").click().run())
    (run,) = list_runs()
    assert spawned == [run.name]
    assert training_config(run) == TrainConfig(dataset="digits")
    assert at.query_params["run"] == run.name
    assert progress(at) == "Waiting to start"
    assert "Stop" in labels(at)


def test_every_knob_arrives(open_train: Open, data_root: Path) -> None:
    folder = f"folder:{write_folder(data_root / 'cats', ['a.png', 'b.png', 'c.png'])}"
    wanted = TrainConfig(
        dataset=folder, model="conv-vae", latent=7, hidden=(64, 32), activation="silu", likelihood="gaussian",
        sigma=0.2, beta=4.0, samples=2, epochs=3, batch_size=2, lr=0.01, schedule="cosine",
        weight_decay=0.01, seed=5, side=28,
    )  # fmt: skip
    at = open_train()
    at.selectbox("train-likelihood").set_value("gaussian").run()
    keys = {"batch_size": "batch"}
    for name, value in asdict(wanted).items():
        if name == "device":
            continue
        shown = ", ".join(map(str, value)) if name == "hidden" else value
        key = f"train-{keys.get(name, name)}"
        next(each for each in [*at.selectbox, *at.number_input, *at.text_input] if each.key == key).set_value(shown)
    checked(button(at, "Start").click().run())
    assert training_config(list_runs()[0]) == wanted


def test_sigma_is_asked_for_only_where_it_counts(open_train: Open) -> None:
    at = open_train()
    assert at.number_input("train-sigma").disabled
    at.selectbox("train-likelihood").set_value("gaussian").run()
    assert not at.number_input("train-sigma").disabled


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("train-latent", 65, "between 1 and 64"),
        ("train-hidden", "512;256", "no list of layer sizes"),
        ("train-hidden", "0", "between 1 and 8192"),
        ("train-lr", 0.0, "learning rate"),
        ("train-beta", -1.0, "Beta is -1"),
        ("train-batch", 5000, "only 1,437"),
    ],
)
def test_bad_values_are_one_sentence_and_nothing_is_written(
    open_train: Open, runs_root: Path, spawned: list[str], key: str, value: Any, sentence: str
) -> None:
    at = open_train()
    next(each for each in [*at.number_input, *at.text_input] if each.key == key).set_value(value)
    checked(button(at, "Start").click().run())
    assert sentence in sentences(at)
    assert not runs_root.exists()
    assert not spawned


def test_a_path_outside_the_data_root_cannot_be_named(
    open_train: Open, data_root: Path, tmp_path: Path, runs_root: Path
) -> None:
    outside = f"folder:{write_folder(tmp_path / 'private', ['a.png', 'b.png'])}"
    at = open_train(chosen={"train-dataset": outside})
    assert at.selectbox("train-dataset").value == "digits"
    checked(button(at, "Start").click().run())
    assert all(training_config(run).dataset != outside for run in list_runs())


def test_what_a_data_set_needs_is_said(open_train: Open) -> None:
    at = open_train()
    at.selectbox("train-dataset").set_value("mnist").run()
    assert any("will be downloaded" in each.value for each in at.caption)


def test_a_double_click_starts_one_training(open_train: Open, spawned: list[str]) -> None:
    at = open_train()
    for _ in range(2):
        checked(button(at, "Start").click().run())
    assert len(spawned) == 1
    at.number_input("train-seed").set_value(1)
    checked(button(at, "Start").click().run())
    assert len(spawned) == 2


def test_a_run_in_training_is_watched_and_stopped(open_train: Open, runs_root: Path) -> None:
    run = running(new_run(tiny_config(epochs=5)), epoch=1, progress=0.3, seconds_left=41.2, images_per_s=31_234.0)
    at = open_train(run=run.name)
    assert progress(at) == "Epoch 2 of 5, 42 s left, 31,200 images/s, CPU"
    assert "come after epoch 1" in pictures(at)
    checked(button(at, "Stop").click().run())
    assert stop_requested(run)
    assert button(at, "Stopping...").disabled


def test_the_first_seconds_promise_nothing(open_train: Open, runs_root: Path) -> None:
    run = running(new_run(tiny_config(epochs=5)), progress=0.0005, seconds_left=1000.0, images_per_s=303.0)
    assert progress(open_train(run=run.name)) == "Epoch 1 of 5, 303 images/s, CPU"


def test_a_finished_run_shows_what_it_learned(open_train: Open, trained: Run) -> None:
    at = open_train(run=trained.name)
    assert progress(at).startswith("Finished: 2 epochs in ")
    body = pictures(at)
    assert body.count("<img") == 32
    assert "after epoch 2" in body
    assert "Stop" not in labels(at)
    assert len(at.get("plotly_chart")) == 1
    at.select_slider(f"train-frame-{trained.name}").set_value(1)
    assert "after epoch 1" in pictures(checked(at.run()))


def test_explore_puts_the_run_into_the_picker(open_train: Open, trained: Run) -> None:
    at = open_train(run=trained.name, model=trained.name)
    checked(button(at, "Explore this model").click().run())
    assert at.title[0].value == "Explore"
    assert at.selectbox("model").value == trained.name


def test_a_failed_run_says_why_and_what_to_do(open_train: Open, runs_root: Path) -> None:
    run = new_run(tiny_config())
    run.write_status(Status("failed", error="The loss stopped being a number.", hint="Try a smaller learning rate."))
    at = open_train(run=run.name)
    assert "The loss stopped being a number." in sentences(at)
    assert "Try a smaller learning rate." in sentences(at)
    assert button(at, "Explore this model").disabled
    assert not at.get("plotly_chart")


def test_a_dead_process_is_told(open_train: Open, runs_root: Path) -> None:
    run = running(new_run(tiny_config()), pid_started=1.0)
    assert "ended without finishing" in sentences(open_train(run=run.name))


def test_a_damaged_run_is_a_sentence(open_train: Open, trained: Run) -> None:
    (trained.path / "status.json").write_text("{")
    at = open_train(run=trained.name)
    assert "damaged" in sentences(at)
    assert "Start" in labels(at)


def test_an_unknown_run_in_the_link_leaves_the_form(open_train: Open) -> None:
    at = open_train(run="../../etc")
    assert "There is no run" in sentences(at)
    assert labels(at) == ["Start"]


def test_others_in_training_can_be_watched(open_train: Open, runs_root: Path) -> None:
    first, second = (running(new_run(tiny_config(seed=seed))) for seed in (0, 1))
    at = open_train()
    assert {first.name, second.name} <= set(labels(at))
    checked(button(at, first.name).click().run())
    assert at.query_params["run"] == first.name
    assert first.name not in labels(at)
    assert second.name in labels(at)
