"""Where a training stands: what is saved, and what it goes on from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass
class Position:
    """Where a training is. ``seen`` images of epoch number ``epoch`` (from 0) are done, in ``step`` steps in all."""

    epoch: int = 0
    seen: int = 0
    step: int = 0
    elapsed_s: float = 0.0
    first_loss: float | None = None  # of the first batch, untrained; nats
    best_elbo_nats: float | None = None
    best_epoch: int | None = None
    since_best: int = 0  # whole epochs


@dataclass(frozen=True)
class State:
    """All that a training goes on from: tensors by name, the position, and the kind of device that drew the noise."""

    tensors: dict[str, torch.Tensor]
    at: Position
    device: str
