"""What a training needs, before it is allocated."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.training import memory, presets
from explorer.training.config import TrainConfig
from explorer.training.memory import check_memory, exhaustion_reported, free_bytes, layer_values, step_memory
from explorer.training.setup import set_up, shapes_of
from explorer.training.time_estimate import measure
from models import MODELS, model_spec
from tests.helpers import tiny_config

CPU = torch.device("cpu")
DIGITS = {"shape": (1, 8, 8), "latent": 2, "hidden": (16,)}


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_shapes_without_values(model: str) -> None:
    spec = model_spec(model)
    options = {"shape": (1, 32, 32), "latent": 2, **({"classes": 10} if spec.condition == "class" else {})}
    shapes = shapes_of(spec, options)
    assert all(parameter.is_meta for parameter in shapes.parameters())
    real = spec.build(options)
    assert [p.shape for p in shapes.parameters()] == [p.shape for p in real.parameters()]
    given = real.conditioned_on(torch.zeros(1, 1, 32, 32))
    assert layer_values(shapes.decoder) == computed(real.decoder, lambda: real.decode_params(torch.zeros(1, real.code)))
    encoded = computed(real.encoder, lambda: given.encode(torch.zeros(1, 1, 32, 32)))
    assert layer_values(shapes.encoder, (32, 32)) == encoded


@pytest.mark.parametrize("architecture", ["conv", "burgess", "resnet"])
@pytest.mark.parametrize("size", [(17, 31), (32, 32)])
def test_the_values_of_convolutions_are_counted_at_their_sizes(architecture: str, size: tuple[int, int]) -> None:
    options = {"shape": (3, *size), "latent": 2, "hidden": (16,), "architecture": architecture, "width": 4}
    shapes, real = shapes_of(model_spec("vae"), options), model_spec("vae").build(options)
    assert layer_values(shapes.decoder) == computed(real.decoder, lambda: real.decoder(torch.zeros(1, 2)))
    assert layer_values(shapes.encoder, size) == computed(real.encoder, lambda: real.encoder(torch.zeros(1, 3, *size)))


def computed(network: torch.nn.Module, call: Callable[[], object]) -> int:
    """What the weighted layers of a network give for one input."""
    counts: list[int] = []
    for layer in network.modules():
        if hasattr(layer, "weight"):
            layer.register_forward_hook(lambda _layer, _given, output: counts.append(output.numel()))
    call()
    return sum(counts)


def test_a_training_starts_from_the_same_weights_as_without_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = set_up(tiny_config()).model.state_dict()
    monkeypatch.setattr("explorer.training.setup.check_memory", lambda *_: None)
    free = set_up(tiny_config()).model.state_dict()
    assert all(torch.equal(checked[name], free[name]) for name in free)


def test_weights_and_draws_are_held_against_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = shapes_of(model_spec("vae"), DIGITS)
    weights = sum(parameter.numel() for parameter in shapes.parameters())
    values = 10 * (16 + 64) + 5 * (16 + 4)  # the two layers of the decoder a draw, of the encoder an image
    step = 16 * weights + 2 * 4 * values
    needed = step_memory(shapes, 5, 2)
    assert (needed.n_weights, needed.total_bytes) == (weights, step)
    assert step_memory(shapes, 5, 2, averaged=True).total_bytes == step + 4 * weights
    for free, sentence in ((16 * weights - 1, f"To train these networks takes .*{weights:,} weights"),
                           (step - 1, "A step that decodes 10 draws of z takes")):  # fmt: skip
        monkeypatch.setattr(memory, "free_bytes", lambda _, free=free: free)
        with pytest.raises(ExplorerError, match=sentence):
            check_memory(needed, 10, CPU)
    monkeypatch.setattr(memory, "free_bytes", lambda _: step)
    check_memory(needed, 10, CPU)


@pytest.mark.parametrize(
    "config", [tiny_config(hidden=(99_999_999, 99_999_999)), TrainConfig("digits", "conv-vae", width=10**5)]
)
def test_the_page_refuses_as_the_command_line_does(config: TrainConfig) -> None:
    for refuse in (set_up, presets.startable):
        with pytest.raises(ExplorerError, match="To train these networks takes"):
            refuse(config)


def test_processes_share_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr("explorer.training.setup.check_memory", lambda _needed, draws, _device: seen.append(draws))
    for processes in (1, 3):
        set_up(tiny_config(batch_size=100, samples=2), processes=processes)
    assert seen == [200, 68]


def test_what_fails_to_be_allocated_is_one_sentence() -> None:
    with pytest.raises(ExplorerError, match="The memory did not suffice"), exhaustion_reported():
        torch.empty(2**60, dtype=torch.uint8)
    with pytest.raises(ExplorerError, match="The memory did not suffice"), exhaustion_reported():
        raise torch.OutOfMemoryError
    with pytest.raises(RuntimeError, match="another"), exhaustion_reported():
        raise RuntimeError("another")


def test_a_gpu_is_asked_for_its_own_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (7, 9))
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=5))
    assert (free_bytes(torch.device("cuda")), free_bytes(CPU)) == (7, 5)


def test_images_are_held_against_what_is_free_before_they_are_enlarged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda *_: 1437 * 64 * 64 - 1)
    monkeypatch.setattr("explorer.datasets.datasets.resized", None)
    with pytest.raises(ExplorerError, match=r"1,437 images of 64 x 64 pixels take 5\.89 MB of memory"):
        set_up(tiny_config(side=64))


def test_the_time_of_what_does_not_fit_is_not_measured() -> None:
    with pytest.raises(ExplorerError, match="To train these networks takes"):
        measure(tiny_config(hidden=(99_999_999, 99_999_999)))


def test_a_training_of_large_images_that_cannot_fit_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda *_: 8 * 10**9)
    config = TrainConfig("digits", architecture="resnet", size="256", batch_size=512)
    for refuse in (set_up, presets.startable):
        with pytest.raises(ExplorerError, match=r"A step that decodes 512 draws of z takes [\d.]+ GB of memory"):
            refuse(config)
