"""A captured step, replayed, trains as single steps do: graphs stood in for on the CPU (``recorded_graph``)."""

from __future__ import annotations

import pytest
import torch

from explorer.training import trainer as loop
from explorer.training.config import TrainConfig
from explorer.training.distributed import ProcessGroup
from explorer.training.step import GraphedStep, Step, fastest_step, step_draws
from models import LIKELIHOODS, MODELS
from tests.cuda.models import BATCH, OPTIONS, config_of, fresh_model, resumed, saved_states, trained, weights
from tests.unit.training.recorded_graph import REFUSAL, record_graphs

CPU = torch.device("cpu")
CASES = [
    *(config_of(name) for name in MODELS),
    *(config_of(likelihood=likelihood) for likelihood in LIKELIHOODS),
    *(config_of(**options) for options in [*OPTIONS, {"amp": True}]),
]


@pytest.fixture(autouse=True)
def graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a GPU, where a graph can be captured."""
    record_graphs(monkeypatch)


def as_on_a_gpu(step: Step, batch: int) -> tuple[Step | GraphedStep, str]:
    """``fastest_step`` without its look at the device; the learning rate is a tensor, as a graph needs it."""
    for optimizer in step.optimizers:
        optimizer.lr = torch.tensor(optimizer.lr)
    return GraphedStep(step, batch), "CUDA graph"


@pytest.mark.parametrize("config", CASES, ids=lambda c: f"{c.model}-{c.likelihood}-{c.free_bits}-{c.schedule}-{c.amp}")
def test_replayed_steps_train_as_single_ones(config: TrainConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    stepwise, _ = trained(config, CPU)
    monkeypatch.setattr(loop, "fastest_step", as_on_a_gpu)
    replayed, _ = trained(config, CPU)
    torch.testing.assert_close(weights(replayed.model), weights(stepwise.model), rtol=1e-4, atol=1e-6)


def test_a_resumed_training_captures_anew_and_ends_with_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "fastest_step", as_on_a_gpu)
    config = config_of("factor-vae", likelihood="gaussian-learned", binarise="dynamic")
    whole, states = saved_states(config, CPU)
    assert torch.equal(weights(resumed(config, CPU, states[1]).model), weights(whole.model))


def test_a_capture_changes_neither_weights_nor_moments_nor_sums() -> None:
    config = config_of("factor-vae", likelihood="gaussian-optimal")
    step = Step(fresh_model(config, CPU), config)
    before = weights(step.model)
    GraphedStep(step, BATCH)
    assert torch.equal(before, weights(step.model))
    assert not step.sums.any()
    assert not any(value.any() for moments in step.moments for value in moments.values())


def test_only_a_whole_batch_is_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of()
    step = Step(fresh_model(config, CPU), config)
    whole = GraphedStep(step, BATCH)
    replays: list[int] = []
    monkeypatch.setattr(whole.graph, "replay", lambda: replays.append(1))
    before = weights(step.model)
    for n in (BATCH, BATCH - 1):
        images = torch.zeros((n, *step.model.config.shape), dtype=torch.uint8)
        whole(images, step_draws(step.model, config, n, torch.Generator()), 1.0, n)
        assert torch.equal(before, weights(step.model)) == (n == BATCH)
    assert replays == [1]


def test_a_step_that_waits_for_the_device_is_not_captured_and_leaves_the_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Step, "clip", lambda step: step.sums[0].item())
    step = Step(fresh_model(config_of(grad_clip=1.0), CPU), config_of(grad_clip=1.0))
    before, stream = weights(step.model), torch.cuda.current_stream()
    with pytest.raises(RuntimeError, match=REFUSAL):
        GraphedStep(step, BATCH)
    assert torch.equal(before, weights(step.model))
    assert torch.cuda.current_stream() is stream


@pytest.mark.parametrize(("compiled", "prefix"), [(False, ""), (True, "compiled, ")])
def test_says_how_it_steps(compiled: bool, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step(fresh_model(config_of(), CPU), config_of())
    step.config = config_of(compile=compiled)
    assert fastest_step(step, BATCH) == (step, prefix.removesuffix(", "))
    step.device = torch.device("cuda")
    monkeypatch.setattr("explorer.training.step.GraphedStep", lambda *_: "graphed")
    graphed: tuple[object, str] = fastest_step(step, BATCH)
    assert graphed == ("graphed", f"{prefix}CUDA graph")
    monkeypatch.setattr("explorer.training.step.GraphedStep", refuse)
    assert fastest_step(step, BATCH) == (step, f"{prefix}no CUDA graph: {REFUSAL}")


def refuse(*_: object) -> None:
    raise RuntimeError(f"{REFUSAL}\nmore detail")


def test_what_is_shared_is_not_captured() -> None:
    step = Step(fresh_model(config_of(), CPU), config_of())
    step.device, step.group = torch.device("cuda"), ProcessGroup(0, 2)
    assert fastest_step(step, BATCH) == (step, "")
