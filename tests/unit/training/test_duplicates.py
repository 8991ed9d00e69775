"""Duplicates are dropped from what is trained on, and the run's config repeats it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.cli.train import duplicates_sentence
from explorer.datasets.datasets import dataset_spec
from explorer.runs.loaded_run import load_run
from explorer.training.config import TrainConfig
from explorer.training.distributed import SINGLE_PROCESS
from explorer.training.hooks import Hooks, never
from explorer.training.runner import trainer_of
from explorer.training.setup import set_up
from explorer.training.stored_config import config_from_json, training_config
from explorer.training.train_run import resume_run, train_new
from tests.helpers import tiny_config

KEPT = [0, *range(3, 30)]


@pytest.fixture
def config(data_root: Path) -> TrainConfig:
    """Digits as arrays: training image 1 equals 0 (with another label), 2 equals a test image, the last is near 5."""
    digits = dataset_spec("digits").load("train", None)
    pixels, labels = digits.pixels[:41, 0].copy(), digits.labels[:41].copy() if digits.labels is not None else None
    assert labels is not None
    pixels[1], pixels[2], pixels[30] = pixels[0], pixels[35], pixels[5] * 0.9
    labels[0], labels[1], labels[2] = 0, 1, labels[35]
    data_root.mkdir(exist_ok=True)
    file = data_root / "some.npz"
    np.savez(file, x_train=pixels[:31], y_train=labels[:31], x_test=pixels[31:], y_test=labels[31:])
    return TrainConfig(f"arrays:{file}", hidden=(4,), epochs=1, device="cpu", duplicates="drop")


def changed(config: TrainConfig, **changes: object) -> TrainConfig:
    """The config with other options."""
    return config_from_json({**vars(config), **changes})


@pytest.mark.parametrize(("duplicates", "trained"), [("drop", [*KEPT, 30]), ("drop-near", KEPT)])
def test_what_is_dropped_is_not_trained_on(config: TrainConfig, duplicates: str, trained: list[int]) -> None:
    setup = set_up(changed(config, duplicates=duplicates))
    assert setup.trained is not None
    assert setup.trained.tolist() == trained
    kept = set_up(changed(config, duplicates="keep"))
    assert kept.division is None
    assert setup.facts.fingerprint_train == kept.facts.fingerprint_train
    assert (setup.facts.n_train, setup.facts.n_trained, kept.facts.n_trained) == (31, len(trained), 31)
    trainer = trainer_of(setup, Hooks(print, print, never), SINGLE_PROCESS, None)
    assert trainer.n == len(trained)
    assert trainer.evaluations()[1] is None


def test_validation_images_stay_and_their_copies_go(config: TrainConfig) -> None:
    kept, setup = (set_up(changed(config, duplicates=one, validation=10)) for one in ("keep", "drop"))
    assert kept.division is not None
    assert setup.division is not None
    assert np.array_equal(kept.division.validation.pixels, setup.division.validation.pixels)
    assert setup.facts.n_validation == len(kept.division.validation)
    assert set(kept.division.trained) - set(setup.division.trained) <= {0, 1, 2}
    assert setup.facts.n_trained == len(setup.division.trained)


@pytest.mark.usefixtures("runs_root")
def test_a_run_repeats_it(config: TrainConfig) -> None:
    run = train_new(config, "dropped", lambda _: None, never)
    assert training_config(run).duplicates == "drop"
    data = load_run(run).data
    assert (data.n_train, data.n_dropped, data.n_trained) == (31, 2, 29)
    resume_run(run, lambda _: None, never, epochs=2)
    assert load_run(run).data == data
    assert run.status().epoch == 2


def test_configs_of_earlier_versions_keep_duplicates() -> None:
    assert config_from_json({"dataset": "digits"}).duplicates == "keep"


def test_a_training_says_what_it_found(config: TrainConfig) -> None:
    found = (
        "2 exact duplicates in 2 groups, 1 near-duplicate; 1 test image has a twin in the training split (1 exactly); "
        "1 group of equal images with different labels."
    )
    assert duplicates_sentence(set_up(config)) == f"{found} Not trained on: 2 of them."
    kept = duplicates_sentence(set_up(changed(config, duplicates="keep", binarise="static")))
    assert kept == f"{found} Trained on all the same; --duplicates drop-near leaves them out."
    assert duplicates_sentence(set_up(TrainConfig("digits", hidden=(4,), device="cpu"))) == "No duplicates."


def test_a_large_set_is_searched_for_near_ones_on_demand(config: TrainConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.datasets.duplicates.finding.QUICK", 40)
    more = "--duplicates drop-near looks for near-duplicates too, and leaves them out."
    dropped = duplicates_sentence(set_up(config))
    assert "near-duplicate;" not in dropped
    assert dropped.endswith(f" Not trained on: 2 of them. {more}")
    kept = duplicates_sentence(set_up(changed(config, duplicates="keep")))
    assert kept.endswith(f" Trained on all the same; --duplicates drop leaves them out. {more}")
    assert duplicates_sentence(set_up(tiny_config())) == f"No exact duplicates. {more}"
    assert "1 near-duplicate;" in duplicates_sentence(set_up(changed(config, duplicates="drop-near")))


def test_a_set_of_nothing_but_duplicates_is_refused(data_root: Path) -> None:
    pixels = dataset_spec("digits").load("test", None).pixels[:5, 0]
    data_root.mkdir(exist_ok=True)
    np.savez(data_root / "same.npz", x_train=pixels, x_test=pixels)
    with pytest.raises(ExplorerError, match="All 5 training images are duplicates"):
        set_up(TrainConfig(f"arrays:{data_root / 'same.npz'}", device="cpu", duplicates="drop"))
