"""The time and memory of a step, said before the training starts."""

from __future__ import annotations

import re

import pytest
import torch

from explorer.training import step_costs
from explorer.training.config import TrainConfig
from explorer.training.memory import step_memory
from explorer.training.setup import set_up
from explorer.training.step import Step
from explorer.training.step_costs import measured_s, step_cost, step_text
from models import MODELS
from tests.cuda.models import weights
from tests.helpers import tiny_config


@pytest.mark.parametrize("model", MODELS)
def test_a_step_is_measured_and_leaves_the_training_as_it_was(model: str) -> None:
    setup = set_up(tiny_config(model=model, likelihood="gaussian-optimal", ema=0.9))
    before, state = weights(setup.model), torch.get_rng_state()
    sentence = step_cost(setup)
    assert re.fullmatch(
        r"A step of 128 images takes about \S+ m?s and \S+ [kM]B of memory; 12 steps an epoch\.", sentence
    )
    assert torch.equal(weights(setup.model), before)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(parameter.grad is None for parameter in setup.model.parameters())


def test_long_steps_are_reckoned_from_fewer_images(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def trial_s(step: Step, images: torch.Tensor) -> float:
        tried.append(len(images))
        return 0.05 * len(images)

    monkeypatch.setattr(step_costs, "trial_s", trial_s)
    assert measured_s(set_up(tiny_config()), 128) == pytest.approx(6.4)
    assert tried == [2, 2, 8, 8]


def test_the_memory_is_that_of_weights_and_values() -> None:
    setup = set_up(TrainConfig("digits", hidden=(16,), device="cpu", batch_size=50))
    assert setup.memory == step_memory(setup.model, 50)


def test_sentences_have_units() -> None:
    assert step_text(0.0351, 1.234e9) == "35 ms and 1.23 GB of memory"
    assert step_text(2.51, 5e6) == "2.5 s and 5.00 MB of memory"
