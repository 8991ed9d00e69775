"""The exponential moving average of the weights (after Polyak & Juditsky 1992), evaluated and saved in their place."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from models import VAE

FIRST_STEPS = 10  # the decay is (1 + t) / (FIRST_STEPS + t) in step t, while that is smaller


class Average:
    """Moves ``model``, a copy of ``source``, towards it after each step: w <- d w + (1 - d) w', d the decay.

    In the first steps the decay is smaller, so that the initial weights are soon forgotten. All is computed on the
    device, into the same memory, so that a CUDA graph can hold it. Buffers are copied, not averaged.
    """

    def __init__(self, source: VAE, decay: float) -> None:
        import torch

        self.model = copy.deepcopy(source).requires_grad_(False)
        pairs = zip(self.model.parameters(), source.parameters(), strict=True)
        self.weights, self.sources = map(list, zip(*pairs, strict=True))
        self.buffers = list(zip(self.model.buffers(), source.buffers(), strict=True))
        device = self.weights[0].device
        self.least = torch.tensor(1 - decay, device=device)
        self.steps = torch.zeros((), device=device)

    def update(self) -> None:
        """Take the source's present weights into the average."""
        import torch

        with torch.no_grad():
            self.steps.add_(1)
            share = torch.maximum(self.least, (FIRST_STEPS - 1) / (FIRST_STEPS + self.steps))  # 1 - decay
            ways = torch._foreach_sub(self.sources, self.weights)
            torch._foreach_mul_(ways, share)
            torch._foreach_add_(self.weights, ways)
            for own, source in self.buffers:
                own.copy_(source)

    @property
    def tensors(self) -> dict[str, torch.Tensor]:
        """What changes, by name; in use, not copied."""
        return {**self.model.state_dict(), "steps": self.steps}

    def load(self, tensors: dict[str, torch.Tensor]) -> None:
        """Copy ``tensors`` in place. Raises RuntimeError, ValueError or LookupError where they do not fit."""
        self.steps.copy_(tensors["steps"])
        self.model.load_state_dict({name: value for name, value in tensors.items() if name != "steps"})
