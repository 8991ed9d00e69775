"""Training on the GPU: as a graph and step by step, in half precision, resumed, and as the CPU does it."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from explorer.base import ExplorerError
from explorer.training import step as steps
from explorer.training.batch_source import Streamed, training_source
from explorer.training.config import TrainConfig
from explorer.training.setup import set_up
from explorer.training.step import GraphedStep, Step, fastest_step, step_draws
from models import LIKELIHOODS, MODELS
from tests.cuda.models import (
    BATCH,
    CLASSED,
    OPTIONS,
    config_of,
    digits,
    fresh_model,
    resumed,
    saved_states,
    step_by_step,
    trained,
    weights,
)

pytestmark = pytest.mark.cuda

CPU = torch.device("cpu")


def both_ways(
    config: TrainConfig, card: torch.device, monkeypatch: pytest.MonkeyPatch
) -> tuple[torch.Tensor, torch.Tensor]:
    """The weights after a training by a replayed graph, and after one step by step."""
    graphed, _ = trained(config, card)
    assert graphed.way == "CUDA graph"
    step_by_step(monkeypatch)
    stepwise, _ = trained(config, card)
    return weights(graphed.model), weights(stepwise.model)


@pytest.mark.parametrize("options", [{}, *OPTIONS], ids=lambda options: "-".join(options) or "plain")
def test_a_graph_trains_as_single_steps_do(
    options: dict[str, Any], card: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphed, stepwise = both_ways(config_of(**options), card, monkeypatch)
    torch.testing.assert_close(graphed, stepwise, rtol=1e-3, atol=1e-4)


def test_a_graph_trains_with_doubly_reparameterised_gradients(
    card: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphed, stepwise = both_ways(config_of("iwae", doubly_reparameterised=True), card, monkeypatch)
    torch.testing.assert_close(graphed, stepwise, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_a_graph_trains_every_model_as_single_steps_do(
    name: str, card: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphed, stepwise = both_ways(config_of(name, epochs=1), card, monkeypatch)
    torch.testing.assert_close(graphed, stepwise, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_a_graph_trains_with_every_likelihood(
    likelihood: str, card: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphed, stepwise = both_ways(config_of(likelihood=likelihood, epochs=1), card, monkeypatch)
    torch.testing.assert_close(graphed, stepwise, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("amp", [False, True], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("name", MODELS)
def test_every_model_takes_two_steps(name: str, amp: bool, card: torch.device) -> None:
    config = config_of(name, amp=amp)
    images = digits(config, "train", BATCH)
    model = fresh_model(config, card)
    before, step = weights(model), Step(model, config)
    generator = torch.Generator(card).manual_seed(0)
    pixels = torch.from_numpy(images.pixels).to(card)
    labels = torch.from_numpy(images.labels).to(card) if name in CLASSED else None
    for _ in range(2):
        step(pixels, step_draws(model, config, BATCH, generator, labels), config.beta, BATCH)
    assert torch.isfinite(step.sums).all()
    assert torch.isfinite(weights(model)).all()
    assert not torch.equal(before, weights(model))


def test_a_capture_changes_nothing(card: torch.device) -> None:
    config = config_of("factor-vae", likelihood="gaussian-optimal")
    model = fresh_model(config, card)
    before, step = weights(model), Step(model, config)
    assert isinstance(fastest_step(step, BATCH)[0], GraphedStep)
    assert torch.equal(before, weights(model))
    assert not step.sums.any()
    assert not any(value.any() for moments in step.moments for value in moments.values())


@pytest.mark.parametrize("name", ["vae", "conv-vae"])
def test_half_precision_comes_close(name: str, card: torch.device) -> None:
    elbos = [trained(config_of(name, amp=amp), card)[1][-1].test.elbo_nats for amp in (False, True)]
    assert elbos[1] == pytest.approx(elbos[0], rel=0.02)


@pytest.mark.parametrize("name", MODELS)
def test_the_gpu_learns_as_the_cpu_does(name: str, card: torch.device) -> None:
    curves = [[tick.test.elbo_nats for tick in trained(config_of(name), device)[1]] for device in (CPU, card)]
    assert all(map(math.isfinite, curves[1]))
    assert curves[1] == pytest.approx(curves[0], rel=0.005)  # the same weights at first, other draws


@pytest.mark.parametrize("name", ["vae", "conv-vae", "factor-vae", "m2"])
@pytest.mark.parametrize("amp", [False, True], ids=["float32", "bfloat16"])
def test_a_resumed_training_ends_with_the_same_bits(name: str, amp: bool, card: torch.device) -> None:
    config = config_of(name, amp=amp, schedule="cosine", binarise="dynamic")
    whole, states = saved_states(config, card)
    for state in states[1], states[-3]:  # within the first epoch and within the last one
        assert torch.equal(weights(resumed(config, card, state).model), weights(whole.model))


def test_the_same_seed_gives_the_same_bits(card: torch.device) -> None:
    one, other = (weights(trained(config_of("conv-vae"), card)[0].model) for _ in range(2))
    assert torch.equal(one, other)


def test_a_training_moves_between_gpu_and_cpu(card: torch.device) -> None:
    for first, then in ((card, CPU), (CPU, card)):
        _, states = saved_states(config_of(), first)
        assert torch.isfinite(weights(resumed(config_of(), then, states[1]).model)).all()


def test_streamed_pixels_are_the_same(card: torch.device) -> None:
    pixels = digits(config_of(), "train", 150).pixels
    parts = list(torch.randperm(150).to(card).split(BATCH))
    source = training_source(pixels, card, resident_mb=0)
    assert isinstance(source, Streamed)
    resident = training_source(pixels, card).batches(parts)
    for streamed, kept in zip(source.batches(parts), resident, strict=True):
        assert streamed.device.type == card.type
        assert torch.equal(streamed, kept)


def test_networks_that_cannot_fit_into_the_gpu_are_refused() -> None:
    with pytest.raises(ExplorerError, match="of memory"):
        set_up(config_of(hidden=(400_000, 400_000), device="cuda"))


def test_after_a_failed_capture_training_goes_on(card: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = Step.clip

    def synchronising(step: Step) -> None:
        step.sums.tolist()  # which no capture allows
        clip(step)

    monkeypatch.setattr(steps.Step, "clip", synchronising)
    trainer, ticks = trained(config_of(grad_clip=1.0), card)
    assert trainer.way.startswith("no CUDA graph: ")
    assert ticks[-1].train_elbo_nats > ticks[0].train_elbo_nats
