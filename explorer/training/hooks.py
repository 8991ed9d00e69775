"""What a training reports while it runs, and what it asks: plain values, without torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.inference.likelihood import Evaluation

if TYPE_CHECKING:
    from explorer.training.state import State


@dataclass(frozen=True)
class Tick:
    """The averages of a training after an epoch, or after a stop within one; nats are per image."""

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
    best_epoch: (
        int | None
    )  # the one with the best ELBO so far, of the validation images or, without any, the test split
    validation: Evaluation | None = None  # None without validation images


def never() -> bool:
    """The answer of a hook that nobody needs."""
    return False


@dataclass(frozen=True)
class Hooks:
    """What the training loop calls. ``on_save`` gets the checkpoint within long epochs and after each tick."""

    on_tick: Callable[[Tick], None]  # after each epoch, and after a stop within one
    on_progress: Callable[[float, float], None]  # often: epochs done, images a second
    should_stop: Callable[[], bool]
    should_pause: Callable[[], bool] = never  # as a stop, but nothing is evaluated
    on_save: Callable[[State], None] = lambda state: None
