"""A training from request to run directory."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.runs.control import CONTROL
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.metrics import metric_lines
from explorer.runs.records import Status
from explorer.runs.run import Run
from explorer.training.config import TrainConfig, checked_config
from explorer.training.polling import Poller
from explorer.training.queue import frames
from explorer.training.run_writer import with_heartbeat
from explorer.training.setup import fitting_side, set_up
from explorer.training.stored_config import training_config
from explorer.training.train_run import new_run, resume_run, train_new
from explorer.training.trainer import Trainer
from tests.helpers import tiny_config, write_folder
from tests.sharing_violations import refuse


def train(config: TrainConfig, name: str | None = None, stop: bool = False) -> tuple[Run, list[Status]]:
    """Train a new run here and now; the run and all its statuses."""
    seen: list[Status] = []
    return train_new(config, name, seen.append, lambda: stop), seen


def test_files_that_others_read_end_no_training(runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = refuse(monkeypatch, 3, runs_root)
    run, _ = train(tiny_config(epochs=2), "read")
    resume_run(run, lambda _: None, lambda: False, epochs=3)
    assert (run.status().state, run.status().epoch) == ("finished", 3)
    assert [line["epoch"] for line in metric_lines(run)] == [1, 2, 3]
    assert refusals["replace"] > 0


@pytest.mark.usefixtures("runs_root")
def test_a_finished_run_has_everything() -> None:
    run, seen = train(tiny_config(epochs=2), "mine")
    names = {str(path.relative_to(run.path)) for path in run.path.rglob("*") if path.is_file()}
    assert names == {
        "config.json",
        "status.json",
        "metrics.jsonl",
        "weights.safetensors",
        "frames/epoch-0001.png",
        "frames/epoch-0002.png",
        "frames/manifold-0001.png",
        "frames/manifold-0002.png",
        "resume/state.safetensors",
        "resume/state.json",
        "latents/test.npz",
    }
    status = run.status()
    assert (status.state, status.epoch, status.progress, status.pid, status.error) == ("finished", 2, 1, None, "")
    assert {s.state for s in seen[:-1]} == {"running"}
    assert [s.progress for s in seen] == sorted(s.progress for s in seen)
    lines = metric_lines(run)
    assert [line["epoch"] for line in lines] == [1, 2]
    assert lines[-1]["test"]["elbo_nats"] == status.test_elbo_nats
    assert lines[-1]["test"]["n"] == 360
    with Image.open(frames(run)[0]) as sheet:
        assert sheet.size == (16 * 9 - 1, 2 * 9 - 1)


@pytest.mark.usefixtures("runs_root")
def test_the_config_repeats_the_training_bit_for_bit() -> None:
    first, _ = train(tiny_config(seed=5))
    again, _ = train(training_config(first))
    assert first.path != again.path
    weights = [load_model(load_run(run), torch.device("cpu")).state_dict() for run in (first, again)]
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])
    assert first.status().weights_sha256 == again.status().weights_sha256


@pytest.mark.usefixtures("runs_root")
def test_a_stopped_run_keeps_what_it_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Poller, "after_step", lambda self, seen: "")
    run, _ = train(tiny_config(epochs=50), stop=True)
    status = run.status()
    assert (status.state, status.epoch) == ("stopped", 1)
    load_model(load_run(run), torch.device("cpu"))  # raises where the weights are not whole
    assert (run.path / "latents" / "test.npz").is_file()


@pytest.mark.usefixtures("runs_root")
def test_a_stop_within_the_first_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Poller, "after_step", lambda self, seen: "stop")
    run, _ = train(tiny_config(epochs=3))
    assert (run.status().state, run.status().epoch) == ("stopped", 0)
    load_model(load_run(run), torch.device("cpu"))  # raises where the weights are not whole


@pytest.mark.usefixtures("runs_root")
def test_a_page_stops_a_run_by_a_file() -> None:
    run = new_run(tiny_config(epochs=50))
    (run.path / CONTROL).write_text("stop\n")
    resume_run(run, lambda _: None, lambda: False)
    assert run.status().state == "stopped"
    assert not (run.path / CONTROL).exists()


@pytest.mark.usefixtures("runs_root")
def test_a_finished_run_is_not_started_again() -> None:
    run = new_run(tiny_config())
    assert run.status().state == "queued"
    resume_run(run, lambda _: None, lambda: False)
    assert run.status().state == "finished"
    with pytest.raises(ExplorerError, match=r"is finished after 1 of 1 epochs\. To go on"):
        resume_run(run, lambda _: None, lambda: False)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"dataset": "cifar"}, "There is no data set 'cifar'."),
        ({"dataset": "folder:/nowhere/at/all"}, "There is no folder /nowhere/at/all."),
        ({"model": "gan"}, "There is no model 'gan'; choose one of: vae"),
        ({"latent": 0}, "The latent size is 0."),
        ({"latent": 65}, "The latent size is 65; it must lie between 1 and 64"),
        ({"hidden": (0,)}, "Hidden sizes are [0]"),
        ({"epochs": -1}, "The number of epochs is -1."),
        ({"likelihood": "cauchy"}, "There is no likelihood 'cauchy'"),
        ({"activation": "step"}, "There is no activation 'step'"),
        ({"device": "tpu"}, "There is no device 'tpu'."),
        ({"model": "conv-vae", "side": 7}, "The convolutions take images of 8 to 256 pixels a side"),
        ({"batch_size": 2000}, "The batch size is 2000, but there are only 1437"),
    ],
)
def test_a_bad_request_leaves_nothing(changes: dict[str, Any], sentence: str, runs_root: Path) -> None:
    with pytest.raises(ExplorerError) as caught:
        train(checked_config(tiny_config(**changes)))
    assert sentence in str(caught.value)
    assert not runs_root.exists()


@pytest.mark.usefixtures("runs_root")
def test_what_fails_in_a_queued_run_stands_in_its_status() -> None:
    run = new_run(tiny_config(dataset="folder:/nowhere"))
    with pytest.raises(ExplorerError):
        resume_run(run, lambda _: None, lambda: False)
    status = run.status()
    assert (status.state, status.error) == ("failed", "There is no folder /nowhere.")
    assert status.hint
    assert status.pid is None


@pytest.mark.usefixtures("runs_root")
def test_an_altered_config_fails_its_queued_run() -> None:
    run = new_run(tiny_config())
    config = asdict(run.config())
    config["training"]["speed"] = 11
    (run.path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ExplorerError, match=r"config of .* is damaged"):
        resume_run(run, lambda _: None, lambda: False)
    assert run.status().state == "failed"


@pytest.mark.usefixtures("runs_root")
def test_a_bug_is_told_as_one_and_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Trainer, "run", broken)
    run = new_run(tiny_config())
    with pytest.raises(ZeroDivisionError):
        resume_run(run, lambda _: None, lambda: False)
    assert run.status().error == "Training ended unexpectedly: ZeroDivisionError."
    assert run.status().hint == "See log.txt."


def test_a_loss_that_is_no_number_fails_the_run(runs_root: Path) -> None:
    with pytest.raises(ExplorerError, match="stopped being a number"):
        train(tiny_config(likelihood="gaussian", sigma=1e-30), "wild")
    assert Run(runs_root / "wild").status().state == "failed"


@pytest.mark.usefixtures("runs_root", "data_root")
def test_a_folder_of_photographs_becomes_a_colour_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "photos", [f"{i}.png" for i in range(12)])
    (tmp_path / "photos" / "bad.png").write_text("no picture")
    monkeypatch.chdir(tmp_path)
    run, _ = train(checked_config(tiny_config(dataset="folder:photos", model="conv-vae")))
    model, data = load_run(run).model, load_run(run).data
    assert data.name == f"folder:{tmp_path / 'photos'}"
    assert (data.shape, data.n_train, data.n_test, data.skipped) == ((3, 32, 32), 11, 1, 1)
    assert model.options["shape"] == [3, 32, 32]
    assert len(frames(run)) == 1


@pytest.mark.parametrize(
    ("own", "sides", "wanted"),
    [(8, None, 8), (28, (28, 32), 28), (8, (28, 32), 28), (30, (28, 32), 32), (96, (28, 32), 32)],
)
def test_fitting_side(own: int, sides: tuple[int, ...] | None, wanted: int) -> None:
    assert fitting_side(own, sides) == wanted


def test_conv_vae_takes_digits_enlarged() -> None:
    assert set_up(tiny_config(model="conv-vae")).facts.shape == (1, 28, 28)


def test_alive_names_this_very_process() -> None:
    from explorer.runs.tasks.processes import process_alive

    status = with_heartbeat(Status("running"))
    assert process_alive(status)
    assert status.heartbeat == pytest.approx(time.time(), abs=5)
