"""The state of a training: what a checkpoint holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass
class TrainingPosition:
    """Progress of a training: ``epoch`` whole epochs, ``seen`` images of the next, ``step`` steps in all."""

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
    """All that a training resumes from: tensors by name, its position, and the device type of its generator."""

    tensors: dict[str, torch.Tensor]
    at: TrainingPosition
    device: str

    def part(self, prefix: str) -> dict[str, torch.Tensor]:
        """The tensors whose names begin with ``prefix``, by the rest of their names."""
        return {name.removeprefix(prefix): t for name, t in self.tensors.items() if name.startswith(prefix)}
