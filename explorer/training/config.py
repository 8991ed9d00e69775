"""What a training is asked for and what it tells: plain values, without torch. The loop is in ``loop``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.inference.likelihood import Evaluation
from explorer.runs import Run

if TYPE_CHECKING:
    from explorer.training.state import State

SCHEDULES = ("constant", "cosine")
BINARISATIONS = ("none", "static", "dynamic")
BATCH_SIZE = 128


@dataclass(frozen=True)
class TrainConfig:
    """What a person asks for. ``hidden``, ``side`` and ``batch_size`` None: the model's, the data's, 128 or all."""

    dataset: str
    model: str = "vae"
    latent: int = 2
    hidden: tuple[int, ...] | None = None
    architecture: str = "dense"
    width: int | None = None  # channels of the first convolution; None: the model's
    activation: str = "relu"
    likelihood: str = "bernoulli"
    sigma: float = 0.1
    beta: float = 1.0
    samples: int = 1
    epochs: int = 10
    batch_size: int | None = None
    lr: float = 1e-3
    schedule: str = "constant"
    weight_decay: float = 0.0
    seed: int = 0
    device: str = "auto"
    side: int | None = None
    kl_warmup: float = 0.0  # epochs over which the KL's weight rises from 0 to beta
    free_bits: float = 0.0  # nats of each latent dimension's batch-mean KL that are not penalised
    grad_clip: float = 0.0  # largest global norm of the gradient; 0 leaves it alone
    patience: int = 0  # epochs without a better test ELBO before the training ends; 0 never ends it early
    labels: int | None = None  # how many training images keep theirs, of a semi-supervised model; None: all
    label_warmup: float = 0.0  # epochs in which a semi-supervised model's classifier learns from the labels alone
    denoise: float = 0.0  # standard deviation of noise on what the encoder sees in training; pixels in [0, 1]
    binarise: str = "none"
    augment: bool = False
    compile: bool = False
    amp: bool = False
    tensorboard: bool = False

    def check(self) -> None:
        """Raise ExplorerError for the first value that cannot be trained with (the model checks its own)."""
        batch = BATCH_SIZE if self.batch_size is None else self.batch_size
        side = 28 if self.side is None else self.side
        rules = [
            (self.latent >= 1, f"The latent size is {self.latent}.", "It must be at least 1."),
            (self.epochs >= 1, f"The number of epochs is {self.epochs}.", "It must be at least 1."),
            (batch >= 1, f"The batch size is {batch}.", "It must be at least 1."),
            (self.samples >= 1, f"The number of samples is {self.samples}.", "It must be at least 1."),
            (0 < self.lr < 1, f"The learning rate is {self.lr}.", "It must lie between 0 and 1; 0.001 is usual."),
            (0 <= self.beta < math.inf, f"Beta is {self.beta}.", "It must be 0 or more; 1 is the ELBO."),
            (0 < self.sigma < math.inf, f"Sigma is {self.sigma}.", "It must be positive; 0.1 is usual."),
            (
                self.schedule in SCHEDULES,
                f"There is no schedule '{self.schedule}'.",
                f"Choose {' or '.join(SCHEDULES)}.",
            ),
            (
                self.width is None or self.width >= 1,
                f"The width is {self.width}.",
                "It must be at least 1; 32 is usual.",
            ),
            (0 <= self.seed < 2**63, f"The seed is {self.seed}.", "It must be a whole number from 0."),
            (4 <= side <= 256, f"The side is {side} pixels.", "It must lie between 4 and 256."),
            (
                0 <= self.weight_decay < math.inf,
                f"The weight decay is {self.weight_decay}.",
                "It must be 0 or more; 0 is Adam.",
            ),
            (
                0 <= self.kl_warmup < math.inf,
                f"The KL warm-up is {self.kl_warmup} epochs.",
                "It must be 0 or more.",
            ),
            (
                0 <= self.label_warmup < math.inf,
                f"The label warm-up is {self.label_warmup} epochs.",
                "It must be 0 or more.",
            ),
            (0 <= self.free_bits < math.inf, f"The free bits are {self.free_bits}.", "They must be 0 or more nats."),
            (0 <= self.grad_clip < math.inf, f"The gradient clip is {self.grad_clip}.", "It must be 0 (off) or more."),
            (0 <= self.denoise < math.inf, f"The noise to take out is {self.denoise}.", "It must be 0 (off) or more."),
            (
                self.labels is None or self.labels >= 1,
                f"The number of labels is {self.labels}.",
                "It must be at least 1.",
            ),
            (self.patience >= 0, f"The patience is {self.patience} epochs.", "It must be 0 (off) or more."),
            (
                self.binarise in BINARISATIONS,
                f"There is no binarisation '{self.binarise}'.",
                f"Choose {', '.join(BINARISATIONS[:-1])} or {BINARISATIONS[-1]}.",
            ),
        ]
        for holds, message, hint in rules:
            if not holds:
                raise ExplorerError(message, hint)


@dataclass(frozen=True)
class Tick:
    """The state of the training after an epoch (or at a stop within one)."""

    epoch: float
    elapsed_s: float
    images_per_s: float
    lr: float
    train_elbo_nats: float
    train_reconstruction_nats: float
    train_kl_nats: float
    test: Evaluation
    beta_now: float  # the KL's weight, risen to beta after the warm-up
    best: bool  # whether these weights are the ones to keep
    best_epoch: int | None  # the one with the best test ELBO so far


def never() -> bool:
    """The answer of a hook that nobody needs."""
    return False


@dataclass(frozen=True)
class Hooks:
    """What the loop calls. ``State`` in ``loop`` is what a training goes on from; it comes after each tick too."""

    on_tick: Callable[[Tick], None]  # after each epoch, and after a stop within one
    on_progress: Callable[[float, float], None]  # often: epochs done, images a second
    should_stop: Callable[[], bool]
    should_pause: Callable[[], bool] = never  # as a stop, but nothing is evaluated
    on_save: Callable[[State], None] = lambda state: None


def effective_batch(config: TrainConfig, n: int) -> int:
    """The batch size for ``n`` images; ExplorerError when one asked for is larger than the data."""
    if config.batch_size is None:
        return min(BATCH_SIZE, n)
    if config.batch_size > n:
        raise ExplorerError(
            f"The batch size is {config.batch_size}, but there are only {n} training images.", f"Choose {n} or less."
        )
    return config.batch_size


def config_of(raw: Mapping[str, Any]) -> TrainConfig:
    """A config from JSON, checked; fields that an older version did not know take their defaults.

    Raises TypeError for fields that there are not.
    """
    hidden = raw.get("hidden")
    config = TrainConfig(**{**raw, "hidden": None if hidden is None else tuple(hidden)})
    config.check()
    return config


def training_config(run: Run) -> TrainConfig:
    """What the run was asked to do; ExplorerError when its config does not say."""
    try:
        return config_of(run.config().training)
    except TypeError as error:
        raise ExplorerError(f"The config of {run.name} is damaged: {error}.", "Start a new run.") from error
