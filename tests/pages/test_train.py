"""The training part of the Models page without a browser; no training process is started."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.cli.main import main
from explorer.runs.control import control_word
from explorer.runs.records import Status
from explorer.runs.run import Run, list_runs
from explorer.runs.tasks.processes import start_time
from explorer.training import presets, queue
from explorer.training import time_estimate as calibration
from explorer.training.config import OPTIONS, TrainConfig
from explorer.training.option import Option
from explorer.training.queue_place import place_of
from explorer.training.run_writer import with_heartbeat
from explorer.training.setup import DISCRIMINATOR, OBJECTIVE
from explorer.training.stored_config import training_config
from explorer.training.train_run import new_run, train_new
from explorer.ui.common.message import plain
from tests.helpers import tiny_config, write_folder
from tests.pages.page import checked, open_page

Open = Callable[..., AppTest]
OF_THE_TABLE = ["Explore", "Compare", "Continue", "Rename", "Delete"]


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the runs whose process would have been started."""
    names: list[str] = []

    def spawn(run: Run, arguments: list[str], then: Callable[[], None] | None = None) -> tuple[int, float | None]:
        names.append(run.name)
        return os.getpid(), start_time(os.getpid())

    monkeypatch.setattr(queue, "spawn", spawn)
    monkeypatch.setattr(calibration.CALIBRATOR, "known", Known())
    return names


class Known(dict[str, calibration.SecondsPerImage | None]):
    """Every choice is measured already: a millisecond an image."""

    def __contains__(self, key: object) -> bool:
        return True

    def get(self, key: str, default: object = None) -> calibration.SecondsPerImage:
        return calibration.SecondsPerImage(1e-3, 0.0)


@pytest.fixture
def open_train(data_root: Path, runs_root: Path, shipped_root: Path, spawned: list[str]) -> Open:
    """Opens the page; keyword arguments are the link's."""

    def opened(chosen: dict[str, Any] | None = None, **link: str) -> AppTest:
        return open_page("models", link, chosen)

    return opened


def button(at: AppTest, label: str) -> Any:
    """The button of this label."""
    return next(each for each in at.button if each.label == label)


def labels(at: AppTest) -> list[str]:
    """What the buttons say, but for those of the languages."""
    return [each.label for each in at.button if not str(each.key).startswith("language-")]


def sentences(at: AppTest) -> str:
    """What went wrong, as shown, without Markdown's escapes."""
    return "\n".join(each.value for each in at.warning).replace("\\", "")


def progress(at: AppTest) -> str:
    """The text over the progress bar."""
    return bars(at)[0]


def bars(at: AppTest) -> list[str]:
    """The texts over the progress bars."""
    return [str(bar.proto.text).replace("\\", "") for bar in at.get("progress")]


def pictures(at: AppTest) -> str:
    """The HTML of the reconstructions."""
    bodies: list[str] = [each.proto.body for each in at.get("html")]
    return next(body for body in bodies if 'class="frames"' in body)


def running(run: Run, **changes: Any) -> Run:
    """A run in training, by this very process."""
    run.write_status(replace(with_heartbeat(Status("running", stage="training", device="CPU")), **changes))
    return run


def test_at_first_there_is_only_the_form(open_train: Open) -> None:
    at = open_train()
    assert at.title[0].value == "Models"
    assert labels(at) == [*OF_THE_TABLE, "Start"]
    assert not at.get("progress")
    assert not at.warning


def test_start_with_the_defaults(open_train: Open, spawned: list[str]) -> None:
    at = open_train()
    checked(button(at, "Start").click().run())
    (run,) = list_runs()
    assert spawned == [run.name]
    assert training_config(run) == TrainConfig(
        dataset="digits", **presets.preset_settings("good", "digits", "vae", 1437, 2)
    )
    assert at.query_params["run"] == run.name
    assert progress(at) == "Starting"
    assert {"Pause", "Stop", "Clone"} <= set(labels(at))


def test_a_start_checks_each_option_once(open_train: Open, spawned: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(Option, "check", lambda self, value: seen.append(self.name))
    at = open_train()
    assert seen == []
    checked(button(at, "Start").click().run())
    assert len(spawned) == 1
    assert seen == list(OPTIONS)


def test_every_option_has_its_field(open_train: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.ui.train.fields.has_cuda", lambda: True)
    found = set()
    at = open_train()
    for model in ("vae", "conv-vae", "iwae", "vamp-vae", "hvae", "factor-vae", "m2"):
        checked(at.selectbox("train-model").set_value(model).run())
        fields = {each.key: each for each in [*at.selectbox, *at.number_input, *at.text_input, *at.checkbox]}
        for name, option in OPTIONS.items():
            if field := fields.get(f"train-{name}"):
                assert (field.label, field.help) == (option.label, option.help)
                found.add(name)
    assert found == set(OPTIONS) - {"device"}


def test_the_preset_follows_the_latent_size_until_it_is_custom(open_train: Open) -> None:
    at = open_train()
    checked(at.number_input("train-latent").set_value(16).run())
    assert at.number_input("train-lr").value == 2e-3
    assert at.number_input("train-weight_decay").value == 0
    checked(at.number_input("train-lr").set_value(5e-4).run())
    checked(at.number_input("train-latent").set_value(2).run())
    assert at.number_input("train-lr").value == 5e-4


def test_several_seeds_are_queued_one_after_the_other(open_train: Open, spawned: list[str]) -> None:
    at = open_train()
    checked(at.number_input("train-seeds").set_value(3).run())
    checked(button(at, "Start").click().run())
    configs = {run.name: training_config(run) for run in list_runs()}
    assert sorted(config.seed for config in configs.values()) == [0, 1, 2]
    assert len({replace(config, seed=0) for config in configs.values()}) == 1
    assert [configs[name].seed for name in spawned] == [0]


def test_presets_set_what_the_options_say(open_train: Open) -> None:
    assert set(presets.preset_settings("good", "digits", "m2", 1437, 2)) == {n for n, o in OPTIONS.items() if o.preset}


def test_every_knob_arrives(open_train: Open, data_root: Path) -> None:
    folder = f"folder:{write_folder(data_root / 'cats', ['a.png', 'b.png', 'c.png'])}"
    wanted = TrainConfig(
        dataset=folder, model="conv-vae", latent=7, hidden=(64, 32), activation="silu", likelihood="gaussian",
        sigma=0.2, beta=4.0, samples=2, epochs=3, batch_size=2, lr=0.01, schedule="cosine",
        weight_decay=0.01, seed=5, side=28, width=8, kl_warmup=2.0, free_bits=0.1, grad_clip=1.0, patience=3,
        validation=1, binarise="dynamic", augment=True, compile=True, tensorboard=True,
    )  # fmt: skip
    at = open_train()
    at.selectbox("train-likelihood").set_value("gaussian").run()
    for name in ("dataset", "model"):  # their presets come first
        at.selectbox(f"train-{name}").set_value(getattr(wanted, name)).run()
    at.number_input("train-latent").set_value(wanted.latent).run()
    for name, value in asdict(wanted).items():
        if name in (
            "device",
            "amp",
            "architecture",
            "labels",
            "label_warmup",
            *DISCRIMINATOR,
            *OBJECTIVE,
        ):  # not its own
            continue
        shown = ", ".join(map(str, value)) if name == "hidden" else value
        knobs = [*at.selectbox, *at.number_input, *at.text_input, *at.checkbox]
        next(each for each in knobs if each.key == f"train-{name}").set_value(shown)
    checked(button(at, "Start").click().run())
    assert training_config(list_runs()[0]) == wanted


def test_labels_are_asked_for_only_where_they_count(open_train: Open) -> None:
    at = open_train()
    assert "train-labels" not in [knob.key for knob in at.number_input]
    checked(at.selectbox("train-model").set_value("m2").run())
    assert at.number_input("train-labels").value == 143  # a tenth of the digits
    at.number_input("train-labels").set_value(100).run()
    at.number_input("train-label_warmup").set_value(7.0).run()
    checked(button(at, "Start").click().run())
    config = training_config(list_runs()[0])
    assert (config.model, config.labels, config.label_warmup) == ("m2", 100, 7.0)
    at.selectbox("train-model").set_value("vae").run()
    checked(button(at, "Start").click().run())
    assert {training_config(run).labels for run in list_runs()} == {100, None}


def test_a_discriminator_is_asked_for_where_there_is_one(open_train: Open) -> None:
    at = open_train()
    assert "train-discriminator_lr" not in [knob.key for knob in at.number_input]
    checked(at.selectbox("train-model").set_value("factor-vae").run())
    assert [at.number_input(f"train-{name}").value for name in DISCRIMINATOR] == [1e-4, 0.5, 0.9]
    at.number_input("train-discriminator_lr").set_value(0.001).run()
    checked(button(at, "Start").click().run())
    assert training_config(list_runs()[0]).discriminator_lr == 0.001


def test_the_gradients_of_importance_weights_are_asked_for_where_there_are_any(open_train: Open) -> None:
    at = open_train()
    assert "train-doubly_reparameterised" not in [knob.key for knob in at.checkbox]
    checked(at.selectbox("train-model").set_value("iwae").run())
    at.checkbox("train-doubly_reparameterised").check().run()
    checked(button(at, "Start").click().run())
    assert training_config(list_runs()[0]).doubly_reparameterised


def test_networks_are_asked_for_where_there_is_a_choice(open_train: Open) -> None:
    at = open_train()
    assert at.selectbox("train-architecture").value == "dense"
    assert "train-width" not in [knob.key for knob in at.number_input]
    at.selectbox("train-architecture").set_value("conv").run()
    at.number_input("train-width").set_value(8).run()
    checked(button(at, "Start").click().run())
    config = training_config(list_runs()[0])
    assert (config.architecture, config.width) == ("conv", 8)
    at.selectbox("train-model").set_value("cvae").run()
    assert "train-architecture" not in [knob.key for knob in at.selectbox]
    checked(button(at, "Start").click().run())
    assert {training_config(run).architecture for run in list_runs()} == {"conv", "dense"}


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
        ("train-batch_size", 5000, "only 1,437"),
        ("train-validation", 1430, "leave 7 of 1,437 to train on"),
        ("train-labels", 9, "too few for 10 classes"),
        ("train-labels", 2000, "only 1,437"),
    ],
)
def test_bad_values_are_one_sentence_and_nothing_is_written(
    open_train: Open, runs_root: Path, spawned: list[str], key: str, value: Any, sentence: str
) -> None:
    at = open_train()
    if key == "train-labels":
        at.selectbox("train-model").set_value("m2").run()
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


def test_a_double_click_starts_one_training(open_train: Open) -> None:
    at = open_train()
    for _ in range(2):
        checked(button(at, "Start").click().run())
    assert len(list_runs()) == 1
    at.number_input("train-seed").set_value(1)
    checked(button(at, "Start").click().run())
    assert len(list_runs()) == 2


def test_a_run_in_training_is_watched_and_stopped(open_train: Open, runs_root: Path) -> None:
    run = running(new_run(tiny_config(epochs=5)), epoch=1, progress=0.3, seconds_left=41.2, images_per_s=31_234.0,
                  memory_mb=412.3)  # fmt: skip
    at = open_train(run=run.name)
    assert bars(at) == ["Epoch 2 of 5, 42 s left, 31,200 images/s, CPU, 412 MB", "This epoch: 50%"]
    assert "come after epoch 1" in pictures(at)
    checked(button(at, "Stop").click().run())
    assert control_word(run) == "stop"
    assert button(at, "Stopping...").disabled


def test_the_first_seconds_promise_nothing(open_train: Open, runs_root: Path) -> None:
    run = running(new_run(tiny_config(epochs=5)), progress=0.0005, seconds_left=1000.0, images_per_s=303.0)
    assert progress(open_train(run=run.name)) == "Epoch 1 of 5, 303 images/s, CPU"


def test_a_finished_run_shows_what_it_learned(open_train: Open, trained: Run) -> None:
    at = open_train(run=trained.name)
    assert progress(at).startswith("Finished: 2 epochs in ")
    body = pictures(at)
    assert body.count("<img") == 1 + 32  # the latent plane, and pairs
    assert "latent plane decoded after epoch 2" in body
    assert {"Clone", "Explore this model"} <= set(labels(at))
    assert not {"Stop", "Pause", "Resume"} & set(labels(at))
    assert len(at.get("plotly_chart")) == 2
    at.select_slider(f"train-frame-{trained.name}-2").set_value(1)
    assert "after epoch 1" in pictures(checked(at.run()))


def test_explore_puts_the_run_into_the_picker(open_train: Open, trained: Run) -> None:
    at = open_train(run=trained.name, model=trained.name)
    checked(button(at, "Explore this model").click().run())
    assert at.title[0].value == "Explore"
    assert at.selectbox("model").value == trained.name


def test_the_number_of_validation_images_is_the_rule_s_or_the_visitor_s(open_train: Open) -> None:
    at = open_train()
    assert at.number_input("train-validation").value is None
    assert at.number_input("train-validation").placeholder == OPTIONS["validation"].unset
    at.number_input("train-patience").set_value(3)
    checked(button(at, "Start").click().run())
    at.number_input("train-validation").set_value(100)
    checked(button(at, "Start").click().run())
    assert {training_config(run).validation for run in list_runs()} == {None, 100}


@pytest.mark.parametrize(("validation", "caveat"), [(100, False), (0, True)])
def test_a_run_whose_test_images_chose_says_so(
    open_train: Open, runs_root: Path, validation: int, caveat: bool
) -> None:
    run = train_new(tiny_config(epochs=2, patience=5, validation=validation), None, lambda _: None, lambda: False)
    at = open_train(run=run.name, model=run.name)
    said = [each.value for each in at.caption if each.value.startswith("Patience looked at the test images")]
    assert bool(said) == caveat
    shown = "\n".join(each.value for each in at.markdown)
    assert ("1,337 images to train, 100 to validate, 360 to test" in shown) != caveat


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
    assert labels(at) == [*OF_THE_TABLE, "Start"]


def test_others_in_training_can_be_watched(open_train: Open, runs_root: Path) -> None:
    first, second = (running(new_run(tiny_config(seed=seed))) for seed in (0, 1))
    at = open_train()
    assert {first.name, second.name} <= set(labels(at))
    checked(button(at, first.name).click().run())
    assert at.query_params["run"] == first.name
    assert first.name not in labels(at)
    assert second.name in labels(at)


def test_what_waits_is_listed_in_order_and_can_be_taken_out(open_train: Open, spawned: list[str]) -> None:
    first, second, third = (queue.start(tiny_config(seed=seed)) for seed in range(3))
    assert spawned == [first.name]
    at = open_train(run=third.name)
    assert progress(at) == "Waiting, number 2 in the queue"
    lines = [each.value for each in at.caption if "number" in each.value]
    assert lines == ["Waiting, number 1", "Waiting, number 2"]
    assert button(at, third.name).disabled
    checked(at.button(f"take-out-{second.name}").click().run())
    assert [run.name for run in queue.waiting()] == [third.name]
    checked(at.button("train-stop").click().run())
    assert progress(at) == "Not started"
    assert queue.waiting() == []
    assert "Resume" in labels(at)


def test_pause_then_resume(open_train: Open, spawned: list[str]) -> None:
    run = running(new_run(tiny_config(epochs=5)))
    at = open_train(run=run.name)
    checked(button(at, "Pause").click().run())
    assert control_word(run) == "pause"
    assert button(at, "Pausing...").disabled
    assert not button(at, "Stop").disabled
    run.write_status(Status("paused", epoch=2, progress=0.4, device="CPU"))
    checked(at.run())
    assert progress(at) == "Paused after 2 of 5 epochs on CPU"
    checked(button(at, "Resume").click().run())
    assert spawned == [run.name]
    assert progress(at) == "Starting"


def test_a_dead_run_offers_to_resume(open_train: Open, spawned: list[str]) -> None:
    run = running(new_run(tiny_config()), pid_started=1.0)
    at = open_train(run=run.name)
    assert "ended without finishing" in sentences(at)
    checked(button(at, "Resume").click().run())
    assert spawned == [run.name]
    assert "ended without" not in sentences(at)


def test_a_finished_run_goes_on_for_more_epochs(open_train: Open, trained: Run) -> None:
    at = open_train(run=trained.name)
    at.number_input(f"train-more-{trained.name}").set_value(5).run()
    checked(button(at, "Train until epoch 7").click().run())
    assert (place := place_of(trained)) is not None
    assert place.epochs == 7
    assert progress(at) == "Starting"


def test_clone_fills_the_form(open_train: Open, trained: Run) -> None:
    at = open_train(run=trained.name)
    checked(button(at, "Clone").click().run())
    assert at.text_input("train-hidden").value == "16"
    assert at.selectbox("train-preset").value == "custom"
    at.number_input("train-latent").set_value(3)
    checked(button(at, "Start").click().run())
    newest = next(run for run in list_runs() if run.name != trained.name)
    assert training_config(newest) == replace(training_config(trained), latent=3, device="auto")


def test_a_preset_sets_its_knobs_and_a_turned_knob_is_custom(open_train: Open) -> None:
    at = open_train()
    assert at.selectbox("train-preset").value == "good"
    assert at.number_input("train-epochs").value == 200
    at.selectbox("train-preset").set_value("quick").run()
    assert at.number_input("train-epochs").value == 30
    at.selectbox("train-model").set_value("conv-vae").run()
    assert at.text_input("train-hidden").value == "128"
    checked(at.number_input("train-epochs").set_value(7).run())
    assert at.selectbox("train-preset").value == "custom"
    checked(at.selectbox("train-dataset").set_value("mnist").run())
    assert at.number_input("train-epochs").value == 7


def test_the_expected_time_is_said(open_train: Open) -> None:
    captions = [each.value for each in open_train().caption]
    assert "About 5 min here" in captions  # 200 epochs of 1,437 images at a millisecond, and the start


def test_half_precision_is_offered_only_where_there_is_a_gpu(open_train: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Half precision (bf16)" not in [each.label for each in open_train().checkbox]
    monkeypatch.setattr("explorer.ui.train.fields.has_cuda", lambda: True)
    assert "Half precision (bf16)" in [each.label for each in open_train().checkbox]


def test_a_slow_process_is_not_called_dead(open_train: Open, runs_root: Path) -> None:
    run = running(new_run(tiny_config(epochs=5)), heartbeat=1.0)
    assert "still there" in progress(open_train(run=run.name))


def test_the_film_plays_to_the_newest_epoch(open_train: Open, trained: Run) -> None:
    at = open_train(run=trained.name)
    checked(at.button(f"film-{trained.name}").click().run())
    for _ in range(3):
        checked(at.run())
    assert at.select_slider(f"train-frame-{trained.name}-2").value == 2
    assert not at.session_state[f"train-play-{trained.name}"]


@pytest.mark.usefixtures("runs_root")
def test_what_was_found_in_a_folder_is_said_before_and_after(open_train: Open, data_root: Path) -> None:
    names = [f"{split}/{kind}/{i}.png" for split in ("train", "test") for kind in ("cat", "dog") for i in range(2)]
    folder = write_folder(data_root / "pets", [*names, ".git/x.png"])
    at = open_train()
    at.selectbox("train-dataset").set_value(f"folder:{folder}")
    checked(at.run())
    note = "8 images in 2 classes, named after their folders, cropped square; train/ to train on, test/ to test."
    assert note in [caption.value for caption in at.caption]
    main(["train", "--dataset", f"folder:{folder}", "--epochs", "1", "--side", "8", "--hidden", "8", "--out", "pets"])
    report = next(text.value for text in open_train(run="pets").markdown if "4 to train on" in text.value)
    assert plain("2 classes: cat (4), dog (4).") in report
    assert plain("Left out, hidden or made by a tool: .git/.") in report
