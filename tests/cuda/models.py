"""Small models of the digits and their training, on any device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from explorer.datasets import Images, dataset_spec
from explorer.training.checkpoint import packed, unpacked
from explorer.training.config import TrainConfig
from explorer.training.hooks import Hooks, Tick, never
from explorer.training.polling import PollIntervals
from explorer.training.setup import fitting_side, model_options
from explorer.training.state import State
from explorer.training.trainer import Trainer
from models import MODELS, VAE, model_spec

CLASSED = [name for name, spec in MODELS.items() if spec.condition == "class"]
TRAINED, TESTED, BATCH = 200, 100, 64  # images; the last batch of an epoch is smaller
EVERY_STEP = PollIntervals(poll_s=0, save_s=0)
OPTIONS: list[dict[str, Any]] = [  # that change what a step does
    {"free_bits": 0.2},
    {"grad_clip": 1.0},
    {"samples": 3, "binarise": "dynamic", "augment": True, "denoise": 0.2},
    {"schedule": "cosine", "weight_decay": 0.1, "kl_warmup": 1.0, "ema": 0.9},
]


def config_of(model: str = "vae", **changes: Any) -> TrainConfig:
    """A training of a few seconds at most; a model with its suggested options."""
    given = {"latent": 4, "hidden": (32,), "epochs": 2, "batch_size": BATCH, **model_spec(model).suggested}
    return TrainConfig("digits", model, **{**given, **changes})


def digits(config: TrainConfig, split: Any, n: int) -> Images:
    """The first ``n`` digits of a split, of a size that the model takes."""
    images = dataset_spec("digits").load(split, fitting_side(8, model_spec(config.model).sides))
    assert images.labels is not None
    return Images(images.pixels[:n], images.labels[:n], images.classes)


def fresh_model(config: TrainConfig, device: torch.device) -> VAE:
    """Freshly initialised on the CPU, so that every device gets the same weights."""
    train = digits(config, "train", TRAINED)
    torch.manual_seed(0)
    return model_spec(config.model).build(model_options(config, train, len(train))).to(device)


def trainer_of(
    config: TrainConfig,
    device: torch.device,
    on_tick: Callable[[Tick], None] = lambda tick: None,
    on_save: Callable[[State], None] = lambda state: None,
) -> Trainer:
    """A trainer that saves after every step."""
    train, test = digits(config, "train", TRAINED), digits(config, "test", TESTED)
    hooks = Hooks(on_tick, lambda *_: None, never, on_save=on_save)
    labels = (train.labels, test.labels) if config.model in CLASSED else (None, None)
    model = fresh_model(config, device)
    return Trainer(model, train.pixels, test.pixels, config, hooks, intervals=EVERY_STEP, labels=labels)


def trained(config: TrainConfig, device: torch.device) -> tuple[Trainer, list[Tick]]:
    """A finished training and its ticks."""
    ticks: list[Tick] = []
    trainer = trainer_of(config, device, ticks.append)
    assert trainer.run() == "finished"
    return trainer, ticks


def saved_states(config: TrainConfig, device: torch.device) -> tuple[Trainer, list[bytes]]:
    """A finished training and its checkpoints, as the bytes of their files."""
    states: list[bytes] = []
    trainer = trainer_of(config, device, on_save=lambda state: states.append(packed(state)))
    assert trainer.run() == "finished"
    return trainer, states


def resumed(config: TrainConfig, device: torch.device, state: bytes) -> Trainer:
    """A training that was finished from a checkpoint."""
    trainer = trainer_of(config, device)
    trainer.load(unpacked(state, "this training"))
    assert trainer.run() == "finished"
    return trainer


def weights(model: VAE) -> torch.Tensor:
    """All weights and buffers in one row, on the CPU."""
    return torch.cat([value.detach().cpu().float().ravel() for value in model.state_dict().values()])


def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the trainings from here on run without a CUDA graph."""
    monkeypatch.setattr("explorer.training.trainer.fastest_step", lambda step, batch: (step, ""))
