"""Validation images: which they are, that patience looks at them alone, and that they are never trained on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.base.files import write_json
from explorer.datasets.datasets import dataset_spec
from explorer.inference.latents import latents_of
from explorer.inference.likelihood import evaluation
from explorer.runs.loaded_run import load_run
from explorer.runs.metrics import metric_lines
from explorer.runs.run import CONFIG, Run
from explorer.training.config import TrainConfig
from explorer.training.distributed import SINGLE_PROCESS
from explorer.training.hooks import Hooks, never
from explorer.training.labels import kept_labels
from explorer.training.run_writer import steps_of
from explorer.training.runner import trainer_of
from explorer.training.setup import TrainingSetup, set_up
from explorer.training.stored_config import config_from_json, training_config
from explorer.training.train_run import new_run, resume_run, train_new
from explorer.training.trainer import Trainer
from explorer.training.validation import Division, check_validation, with_validation
from models import UNKNOWN
from tests.helpers import photo, tiny_config, write_folder

pytestmark = pytest.mark.usefixtures("runs_root")
TEST, VALIDATION = 360, 143  # images of the digits


def trained(**changes: Any) -> Run:
    """A run of digits, trained here and now."""
    return train_new(tiny_config(**changes), None, lambda _: None, never)


def division_of(setup: TrainingSetup) -> Division:
    """Of a training with validation images."""
    assert setup.division is not None
    return setup.division


def trainer(setup: TrainingSetup) -> Trainer:
    """That reports to nobody."""
    return trainer_of(setup, Hooks(lambda _: None, lambda *_: None, never), SINGLE_PROCESS, None)


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the trainer find these ELBOs, one after another, by the number of the images that it evaluates."""

    def pretend(**elbos: list[float]) -> None:
        left = {TEST: iter(elbos["test"]), VALIDATION: iter(elbos.get("validation", []))}

        def evaluate(model: Any, pixels: Any, *rest: Any, **named: Any) -> Any:
            return replace(evaluation.evaluate(model, pixels, *rest, **named), elbo_nats=next(left[len(pixels)]))

        monkeypatch.setattr("explorer.training.trainer.evaluate", evaluate)

    return pretend


# How many


@pytest.mark.parametrize(
    ("changes", "n", "held"),
    [
        ({}, 60_000, None),
        ({"patience": 3}, 60_000, 5000),
        ({"patience": 3}, 1437, 143),
        ({"patience": 3}, 9, 0),
        ({"patience": 3, "validation": 0}, 60_000, 0),
        ({"validation": 7}, 60_000, 7),
    ],
)
def test_the_rule_for_a_number_that_is_left_open(changes: dict[str, Any], n: int, held: int | None) -> None:
    assert with_validation(tiny_config(**changes), n).validation == held


@pytest.mark.parametrize(
    ("changes", "sentence", "hint"),
    [
        ({"validation": 1438}, "1,438 validation images are asked for, but the training split has only 1,437", "1,427"),
        ({"validation": 1428}, "1,428 validation images leave 9 of 1,437 to train on, fewer than the 10 classes.", ""),
        (
            {"validation": 1400, "batch_size": 64},
            "1,400 validation images leave 37 of 1,437 to train on, fewer than a batch of 64.",
            "Choose 1,373 or less.",
        ),
        ({"patience": 1, "batch_size": 1400}, "143 validation images leave 1,294 of 1,437", "Choose 37 or less."),
        ({"validation": 1300, "model": "m2", "labels": 138}, "there are only 137 training images", ""),
    ],
)
def test_too_many_are_refused_and_nothing_is_written(
    changes: dict[str, Any], sentence: str, hint: str, runs_root: Path
) -> None:
    with pytest.raises(ExplorerError) as caught:
        trained(**changes)
    assert sentence in caught.value.message
    assert hint in caught.value.hint
    assert not runs_root.exists()


def test_as_many_as_can_be_are_accepted() -> None:
    assert len(division_of(set_up(tiny_config(validation=1427))).trained) == 10
    check_validation(tiny_config(validation=1373, batch_size=64), 1437, 10)
    with pytest.raises(ExplorerError, match="Train without them: --validation 0"):
        check_validation(tiny_config(validation=3), 3, 5)


# Which


def test_config_and_images_repeat_the_division() -> None:
    run = trained(validation=200, seed=3)
    first, again = (division_of(set_up(config)) for config in (tiny_config(validation=200), training_config(run)))
    assert np.array_equal(first.trained, again.trained)
    assert np.array_equal(first.validation.pixels, again.validation.pixels)
    train = dataset_spec("digits").load("train", None)
    held = np.setdiff1d(np.arange(1437), first.trained)
    assert np.array_equal(train.pixels[held], first.validation.pixels)
    assert train.labels is not None
    assert np.array_equal(train.labels[held], first.validation.labels)  # type: ignore[arg-type]
    data = load_run(run).data
    assert (data.n_train, data.n_trained, data.n_validation, data.n_test) == (1437, 1237, 200, 360)
    assert data.fingerprint_train == train.fingerprint()


def test_an_epoch_sees_each_other_image_once_and_them_never() -> None:
    setup = set_up(tiny_config(validation=200))
    one = trainer(setup)
    assert (one.n, sorted(one.order().tolist())) == (1237, division_of(setup).trained.tolist())


def test_what_they_show_does_not_reach_the_weights() -> None:
    def weights(changed: bool) -> torch.Tensor:
        setup = set_up(tiny_config(validation=200, binarise="static"))
        pixels = setup.train.pixels.copy()
        if changed:
            pixels[np.setdiff1d(np.arange(1437), division_of(setup).trained)] = 255
        setup = replace(setup, train=replace(setup.train, pixels=pixels))
        assert trainer(setup).run() == "finished"
        return torch.cat([p.detach().ravel() for p in setup.model.parameters()])

    assert torch.equal(weights(changed=False), weights(changed=True))


def test_they_are_binarised_as_the_test_images_are() -> None:
    assert set(np.unique(division_of(set_up(tiny_config(validation=50, binarise="dynamic"))).validation.pixels)) == {
        0, 255
    }  # fmt: skip


def test_their_labels_are_none_of_those_kept() -> None:
    setup = set_up(tiny_config(model="m2", labels=100, validation=200))
    seen = kept_labels(setup.train.labels, setup.config, setup.trained)
    assert seen is not None
    kept = np.flatnonzero(seen != UNKNOWN)
    assert len(kept) == 100
    assert set(kept) <= set(division_of(setup).trained)
    assert setup.model.config.labelled == 100 / 1237  # type: ignore[attr-defined]


def test_copies_in_a_folder_are_on_one_side(data_root: Path) -> None:
    names = [f"train/{kind}/{i}.png" for kind in "ab" for i in range(12)]
    folder = write_folder(data_root / "twins", [*names, "test/a/1.png", "test/b/2.png"])
    for i in range(6):
        photo(i).save(folder / f"train/b/copy-{i}.png")
    setup = set_up(TrainConfig(f"folder:{folder}", validation=8, hidden=(4,), device="cpu"))
    division = division_of(setup)
    held = {image.tobytes() for image in division.validation.pixels}
    assert len(division.validation) == 8
    assert not held & {image.tobytes() for image in setup.train.pixels[division.trained]}
    assert not held & {image.tobytes() for image in setup.test.pixels}


# What they choose


def test_patience_ends_by_the_validation_images_and_not_by_the_test_split(pretended: Callable[..., None]) -> None:
    pretended(validation=[-50, -45, -46, -47, -48, -1], test=[-60, -59, -58, -57, -56, -55])
    run = trained(epochs=6, patience=3)
    status = run.status()
    assert (status.state, status.epoch, status.best_epoch) == ("finished", 5, 2)
    assert (status.validation_elbo_nats, status.test_elbo_nats) == (-45, -59)
    lines = metric_lines(run)
    assert [line["best"] for line in lines] == [True, True, False, False, False]
    assert [(line["validation"]["n"], line["test"]["n"]) for line in lines] == [(VALIDATION, TEST)] * 5
    assert training_config(run).validation == VALIDATION
    assert load_run(run).config.test_caveat == ""


def test_without_them_it_ends_by_the_test_split_and_the_run_says_so(pretended: Callable[..., None]) -> None:
    pretended(test=[-50, -45, -46, -47, -48, -1])
    run = trained(epochs=6, patience=3, validation=0)
    status = run.status()
    assert (status.epoch, status.best_epoch, status.test_elbo_nats, status.validation_elbo_nats) == (5, 2, -45, None)
    assert "Patience looked at the test images" in load_run(run).config.test_caveat


def test_without_patience_none_are_held_out() -> None:
    run = trained()
    assert (training_config(run).validation, load_run(run).data.n_validation) == (None, 0)
    assert metric_lines(run)[-1]["validation"] is None
    assert load_run(run).config.test_caveat == ""


def test_steps_are_those_of_the_images_that_were_trained_on() -> None:
    run = trained(validation=437, batch_size=100, epochs=2)
    assert steps_of(load_run(run)) == 20


def test_latents_of_the_training_split_are_of_all_of_it() -> None:
    assert len(latents_of(load_run(trained(validation=200)), "train")) == 1437


# Earlier versions


def test_patience_of_an_earlier_version_had_no_validation_images() -> None:
    assert config_from_json({"dataset": "digits", "patience": 3}).validation == 0
    assert config_from_json({"dataset": "digits", "patience": 0}).validation is None
    assert config_from_json({"dataset": "digits", "patience": 3, "validation": None}).validation is None


def test_a_run_of_an_earlier_version_goes_on_as_it_began() -> None:
    expected = trained(epochs=4, patience=3, validation=0)
    earlier = trained(epochs=2, patience=3, validation=0)
    raw = json.loads((earlier.path / CONFIG).read_text())
    raw.pop("sha256")
    del raw["training"]["validation"], raw["data"]["n_validation"]
    write_json(earlier.path / CONFIG, raw)
    resume_run(earlier, lambda _: None, never, epochs=4)
    assert earlier.status().weights_sha256 == expected.status().weights_sha256
    assert load_run(earlier).config.test_caveat


def test_a_queued_run_decides_the_number_when_it_begins() -> None:
    run = new_run(tiny_config(patience=2))
    assert asdict(training_config(run))["validation"] is None
    resume_run(run, lambda _: None, never)
    assert training_config(run).validation == VALIDATION


def test_the_images_that_people_made_to_validate_are_held_out(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", train_images=pixels[:40], val_images=pixels[40:50], test_images=pixels[50:])
    config = tiny_config(dataset=f"arrays:{tmp_path / 'a.npz'}")
    own = set_up(config)
    assert own.config.validation == 10
    assert division_of(own).trained.tolist() == list(range(40))
    assert np.array_equal(division_of(own).validation.pixels[:, 0], pixels[40:50])
    assert set_up(replace(config, validation=0)).division is None
    assert len(division_of(set_up(replace(config, validation=6))).trained) == 44
    run = train_new(config, "own", lambda _: None, never)
    facts = run.config().data
    assert facts is not None
    assert facts.n_validation == 10
    assert run.status().validation_elbo_nats is not None
