"""How long a training will take: measured once for each choice, in a process of its own."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from explorer.images import Pixels
from explorer.training import time_estimate as calibration
from explorer.training.config import TrainConfig
from explorer.training.setup import set_up
from explorer.training.time_estimate import Calibrator, SecondsPerImage, expected_s, main, read_measurement, speed_key
from models import VAE, model_spec
from tests.helpers import tiny_config

CONFIG = tiny_config(epochs=10)


class Process:
    """Stands in for a measurement's process."""

    def __init__(self, output: str) -> None:
        self.output, self.over, self.killed = output, False, False

    def poll(self) -> int | None:
        return 0 if self.over else None

    def communicate(self) -> tuple[str, None]:
        return self.output, None

    def kill(self) -> None:
        self.killed = True


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The measurements that were begun; none is real."""
    processes: list[Process] = []

    def started(key: str) -> Any:
        processes.append(Process('{"train_s": 0.002, "test_s": 0.0006}'))
        return processes[-1]

    monkeypatch.setattr(calibration, "started", started)
    monkeypatch.setattr(calibration, "CALIBRATOR", Calibrator())
    return processes


def test_each_choice_is_measured_once_one_after_another(begun: list[Process]) -> None:
    wide = replace(CONFIG, hidden=(99,))
    assert expected_s(CONFIG) is None
    assert expected_s(CONFIG) is None
    assert expected_s(wide) is None  # waits for the first
    assert len(begun) == 1
    begun[0].over = True
    assert expected_s(CONFIG) == pytest.approx(calibration.START_S + 10 * 1437 * (0.002 + 0.0001))
    assert expected_s(wide) is None
    assert len(begun) == 2
    assert expected_s(replace(CONFIG, epochs=20, seed=5, lr=0.1)) is not None
    held_out = 10 * (1237 * 0.002 + (1437 / 6 + 200) * 0.0006)
    assert expected_s(replace(CONFIG, validation=200)) == pytest.approx(calibration.START_S + held_out)
    assert len(begun) == 2


def test_what_cannot_be_measured_is_not_tried_again(begun: list[Process]) -> None:
    assert expected_s(CONFIG) is None
    begun[0].output, begun[0].over = "", True
    assert expected_s(CONFIG) is None
    assert calibration.CALIBRATOR.measured(CONFIG)
    assert len(begun) == 1


def test_a_measurement_makes_room_for_a_training(begun: list[Process]) -> None:
    expected_s(CONFIG)
    calibration.CALIBRATOR.drop()
    assert begun[0].killed
    assert not calibration.CALIBRATOR.measured(CONFIG)
    calibration.CALIBRATOR.drop()


class Clock:
    """Stands in for ``time.monotonic``."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the test moves."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def of_width(width: int) -> TrainConfig:
    """A choice that is measured on its own."""
    return replace(CONFIG, hidden=(width,))


def test_a_measurement_that_hangs_is_ended_and_the_next_one_begins(begun: list[Process], clock: Clock) -> None:
    begun_at = clock.now
    assert expected_s(CONFIG) is None
    begun[0].output = ""
    while clock.now <= begun_at + calibration.LIMIT_S:
        assert not begun[0].killed
        assert (expected_s(CONFIG), expected_s(of_width(99))) == (None, None)
        clock.now += 1
    assert expected_s(of_width(99)) is None
    assert begun[0].killed
    assert calibration.CALIBRATOR.measured(CONFIG)  # the page says that it could not be measured
    assert len(begun) == 2
    begun[1].over = True
    assert expected_s(of_width(99)) is not None


def test_a_measurement_that_nobody_asks_for_gives_way(begun: list[Process], clock: Clock) -> None:
    assert expected_s(CONFIG) is None
    clock.now += calibration.LEFT_S + 1
    assert expected_s(of_width(99)) is None  # whoever chose the first has left the page
    assert [process.killed for process in begun] == [True, False]
    assert not calibration.CALIBRATOR.measured(CONFIG)
    begun[1].over = True
    assert expected_s(of_width(99)) is not None


def test_one_alone_goes_on_without_being_asked_for(begun: list[Process], clock: Clock) -> None:
    assert expected_s(CONFIG) is None
    begun[0].over = True
    clock.now += calibration.LEFT_S + 1
    assert expected_s(CONFIG) is not None
    assert len(begun) == 1


def test_choices_are_measured_in_the_order_of_asking(
    begun: list[Process], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, stand_in = list[str](), calibration.started

    def started(key: str) -> Any:
        keys.append(key)
        return stand_in(key)

    monkeypatch.setattr(calibration, "started", started)
    choices = [of_width(width) for width in (11, 12, 13)]
    for choice in choices:
        expected_s(choice)
    for number in range(3):
        begun[number].over = True
        for choice in reversed(choices):  # the last one polls first
            expected_s(choice)
    assert keys == [speed_key(choice) for choice in choices]


def test_a_measurement_really_trains(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(calibration, "BUDGET_S", 0.3)
    assert main(speed_key(CONFIG)) == 0
    speed = read_measurement(capsys.readouterr().out)
    assert speed is not None
    assert 1e-7 < speed.train_s < 1
    assert 1e-7 < speed.test_s < 1
    assert speed.batch == 128
    assert speed.memory_bytes == set_up(CONFIG).memory.total_bytes


def test_large_images_are_timed_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[int | None] = []

    def timed_fit(model: VAE, pixels: Pixels, config: TrainConfig, budget_s: float) -> float:
        batches.append(config.batch_size)
        return 0.5

    monkeypatch.setattr(calibration, "timed_fit", timed_fit)
    speed = calibration.measure(tiny_config(size="256", batch_size=64))
    assert batches == [32, 32]
    assert (speed.batch, speed.train_s) == (64, 0.5)


def test_the_step_is_told_once_it_is_measured(begun: list[Process]) -> None:
    assert calibration.expected_step(CONFIG) == ""
    assert expected_s(CONFIG) is None
    begun[0].output = '{"train_s": 0.002, "test_s": 0.0006, "batch": 100, "memory_bytes": 3000000}'
    begun[0].over = True
    assert expected_s(CONFIG) is not None
    assert calibration.expected_step(CONFIG) == "200 ms and 3.00 MB of memory"


def test_what_cannot_be_trained_is_not_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(json.dumps({"dataset": "digits", "latent": 1000})) == 2
    assert read_measurement(capsys.readouterr().out) is None


def test_the_key_holds_what_the_speed_depends_on() -> None:
    assert speed_key(CONFIG) == speed_key(replace(CONFIG, seed=9, beta=2.0, epochs=3))
    assert speed_key(CONFIG) != speed_key(replace(CONFIG, augment=True))
    assert read_measurement('{"train_s": 1.0, "test_s": 2.0}') == SecondsPerImage(1.0, 2.0)
    assert set(calibration.MATTERS) <= set(vars(TrainConfig(dataset="digits")))


@pytest.mark.parametrize(("dataset", "classes"), [("digits", 10), ("mnist", 10), ("shapes", 3)])
def test_a_model_of_classes_is_measured_with_those_of_the_data(dataset: str, classes: int) -> None:
    images = calibration.synthetic_images(tiny_config(dataset=dataset, model="m2"), model_spec("m2"))
    assert len(images.classes) == classes
