"""Adam with decoupled weight decay, as torch computes it: Kingma & Ba 2015; Loshchilov & Hutter 2019 (AdamW).

``torch.optim.AdamW`` is the same arithmetic, but its first use imports torch's compiler, which takes seconds before
the first step. Without decay it is Adam.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

BETAS = (0.9, 0.999)
EPS = 1e-8


class Adam:
    """Updates ``parameters`` from their gradients. ``moments`` holds exp_avg, exp_avg_sq and step (a count) of each."""

    def __init__(
        self,
        parameters: Sequence[torch.nn.Parameter],
        lr: float,
        weight_decay: float = 0.0,
        betas: tuple[float, float] = BETAS,
    ) -> None:
        import torch

        self.parameters, self.weight_decay, self.betas = list(parameters), weight_decay, betas
        device = self.parameters[0].device
        self.on_cuda, self.fused = device.type == "cuda", device.type != "mps"
        self.lr: float | torch.Tensor = torch.tensor(lr, device=device) if self.on_cuda else lr  # a graph reads it
        counts_on = device if self.fused else torch.device("cpu")
        self.moments = [
            {
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
                "step": torch.zeros((), device=counts_on),
            }
            for parameter in self.parameters
        ]

    def zero_grad(self) -> None:
        """Drop the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """One update; parameters without a gradient are unchanged."""
        import torch
        from torch.optim.adam import adam

        moved = [(p, p.grad, m) for p, m in zip(self.parameters, self.moments, strict=True) if p.grad is not None]
        with torch.no_grad():
            adam(
                [parameter for parameter, _, _ in moved],
                [gradient for _, gradient, _ in moved],
                [moments["exp_avg"] for *_, moments in moved],
                [moments["exp_avg_sq"] for *_, moments in moved],
                [],
                [moments["step"] for *_, moments in moved],
                fused=self.fused,
                capturable=self.on_cuda,
                decoupled_weight_decay=True,
                amsgrad=False,
                beta1=self.betas[0],
                beta2=self.betas[1],
                lr=self.lr,
                weight_decay=self.weight_decay,
                eps=EPS,
                maximize=False,
            )

    def set_lr(self, lr: float) -> None:
        """The learning rate of the next step."""
        if isinstance(self.lr, float):
            self.lr = lr
        else:
            self.lr.fill_(lr)

    def load(self, moments: Sequence[dict[str, torch.Tensor]]) -> None:
        """Copy moments and counts, in parameter order; in place, since a captured graph holds their addresses."""
        for own, given in zip(self.moments, moments, strict=True):
            for name, value in given.items():
                own[name].copy_(value)

    def reset(self) -> None:
        """Set moments and counts to zero, in place."""
        for moments in self.moments:
            for value in moments.values():
                value.zero_()
