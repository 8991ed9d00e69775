"""The moving average of the weights: by hand, in a graph, over a resume, over processes, in what is saved."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.datasets.datasets import dataset_spec
from explorer.inference.latents import compute_latents, read_latents
from explorer.inference.likelihood import evaluate
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.metrics import metric_lines
from explorer.training.average import Average
from explorer.training.hooks import never
from explorer.training.step import GraphedStep, Step
from explorer.training.train_run import train_new
from explorer.training.trainer import Trainer
from models import VAE
from tests.cuda.models import BATCH, config_of, fresh_model, resumed, saved_states, trained, trainer_of, weights
from tests.helpers import tiny_config
from tests.unit.training.recorded_graph import record_graphs

CPU = torch.device("cpu")
DECAY = 0.7


def average_of(trainer: Trainer) -> torch.Tensor:
    """All weights of the average in one row."""
    assert trainer.step.average is not None
    return weights(trainer.step.shown)


def test_the_average_is_that_of_a_hand_computation(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of(ema=DECAY)
    seen = [weights(fresh_model(config, CPU)).double().numpy()]
    update = Average.update

    def recorded(average: Average) -> None:
        update(average)
        seen.append(torch.cat([weight.ravel() for weight in average.sources]).detach().double().numpy())

    monkeypatch.setattr(Average, "update", recorded)
    trainer, _ = trained(config, CPU)
    wanted = seen[0]
    for t, raw in enumerate(seen[1:], 1):
        decay = min(DECAY, (1 + t) / (10 + t))
        wanted = decay * wanted + (1 - decay) * raw
    assert len(seen) == 1 + 2 * 4  # steps
    np.testing.assert_allclose(average_of(trainer).numpy(), wanted, atol=1e-6)
    assert not torch.allclose(average_of(trainer), weights(trainer.model), atol=1e-4)


def test_the_training_itself_is_not_changed() -> None:
    plain, _ = trained(config_of(), CPU)
    averaged, ticks = trained(config_of(ema=DECAY), CPU)
    assert plain.step.shown is plain.model
    assert torch.equal(weights(plain.model), weights(averaged.model))
    found = evaluate(averaged.step.shown, averaged.test, averaged.config.samples)
    assert ticks[-1].test.elbo_nats == found.elbo_nats


@pytest.mark.parametrize("model", ["vae", "factor-vae"])
def test_a_resumed_average_ends_with_the_same_bits(model: str) -> None:
    config = config_of(model, ema=0.99, likelihood="gaussian-optimal")
    whole, states = saved_states(config, CPU)
    for state in (states[1], states[-2]):
        again = resumed(config, CPU, state)
        assert torch.equal(average_of(again), average_of(whole))
        assert torch.equal(weights(again.model), weights(whole.model))


def test_a_capture_leaves_the_average_and_a_replay_moves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    record_graphs(monkeypatch)
    config = config_of(ema=DECAY)
    stepwise = trainer_of(config, CPU)
    replayed = trainer_of(config, CPU)
    for optimizer in replayed.step.optimizers:
        optimizer.lr = torch.tensor(optimizer.lr)  # as a graph needs it
    before = average_of(replayed)
    replayed.take_step = GraphedStep(replayed.step, BATCH)
    assert torch.equal(average_of(replayed), before)
    assert replayed.step.average is not None
    assert not replayed.step.average.steps.any()
    for trainer in (stepwise, replayed):
        assert trainer.run() == "finished"
    torch.testing.assert_close(average_of(replayed), average_of(stepwise), rtol=1e-4, atol=1e-6)


def test_buffers_are_those_of_the_last_step() -> None:
    config = config_of(ema=0.99, likelihood="gaussian-optimal")
    step = Step(fresh_model(config, CPU), config)
    assert step.average is not None
    with torch.no_grad():
        step.model.get_buffer("likelihood.variance").fill_(0.25)
    step.average.update()
    assert step.shown.get_buffer("likelihood.variance").item() == 0.25


@pytest.mark.usefixtures("runs_root")
def test_what_is_saved_and_encoded_is_the_average(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Average] = []
    update = Average.update

    def recorded(average: Average) -> None:
        update(average)
        made.append(average)

    monkeypatch.setattr(Average, "update", recorded)
    run = train_new(tiny_config(ema=0.9, epochs=2), "averaged", lambda _: None, never)
    model = load_model(load_run(run), CPU)
    assert torch.equal(weights(model), weights(made[-1].model))
    test = dataset_spec("digits").load("test", None)
    elbo = metric_lines(run)[-1]["test"]["elbo_nats"]
    assert evaluate(model, test.pixels, labels=test.labels).elbo_nats == pytest.approx(elbo, rel=1e-6)
    kept = read_latents(load_run(run), "test")
    assert kept is not None
    np.testing.assert_allclose(kept.mu, compute_latents(load_run(run), "test", test).mu, atol=1e-6)


def test_a_copy_takes_no_gradient() -> None:
    average = Average(VAE(fresh_model(config_of(), CPU).config), 0.9)
    assert not any(weight.requires_grad for weight in average.model.parameters())
