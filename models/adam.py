"""Adam with decoupled weight decay, as torch computes it: Kingma & Ba 2015; Loshchilov & Hutter 2019 (AdamW).

``torch.optim.AdamW`` is the same arithmetic, but its first use imports torch's compiler, which takes seconds before
the first step. Without decay it is Adam.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    Moved = tuple[Tensor, Tensor, dict[str, Tensor]]  # a parameter, its gradient and its moments

BETAS = (0.9, 0.999)
EPS = 1e-8
# Elements of a tensor given to CUDA at once. A block of threads takes 65,536 of one tensor, which for small models
# leaves most of a GPU idle; on an H100 the update of 650,000 weights took 65 us so, of a step's 290.
CUDA_PIECE = 8192


class Adam:
    """Updates ``parameters`` from their gradients. ``moments`` holds exp_avg, exp_avg_sq and step (a count) of each."""

    def __init__(
        self,
        parameters: Sequence[torch.nn.Parameter],
        lr: float,
        weight_decay: float = 0.0,
        betas: tuple[float, float] = BETAS,
        eps: float = EPS,
    ) -> None:
        import torch

        self.parameters, self.weight_decay, self.betas, self.eps = list(parameters), weight_decay, betas, eps
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

        moved = [(p, p.grad, m) for p, m in zip(self.parameters, self.moments, strict=True) if p.grad is not None]
        if not moved:
            return
        with torch.no_grad():
            (self.step_fused if self.fused else self.step_foreach)(moved)

    def step_fused(self, moved: Sequence[Moved]) -> None:
        """By the kernel of ``torch.optim.AdamW(fused=True)``; on CUDA in pieces, which run side by side."""
        import torch

        torch._foreach_add_([moments["step"] for *_, moments in moved], 1)
        pieces = [piece for of in moved for piece in self.pieces(*of)]
        parameters, gradients, means, squares, counts = map(list, zip(*pieces, strict=True))
        torch._fused_adamw_(
            parameters, gradients, means, squares, [], counts,
            lr=self.lr, beta1=self.betas[0], beta2=self.betas[1], weight_decay=self.weight_decay, eps=self.eps,
            amsgrad=False, maximize=False,
        )  # fmt: skip

    def pieces(self, parameter: Tensor, gradient: Tensor, moments: dict[str, Tensor]) -> Iterator[Sequence[Tensor]]:
        """Views of a parameter, its gradient and moments, each with the count of steps."""
        mean, square, count = moments["exp_avg"], moments["exp_avg_sq"], moments["step"]
        if not self.on_cuda:
            yield parameter, gradient, mean, square, count
            return
        flat = (parameter.view(-1), gradient.reshape(-1), mean.view(-1), square.view(-1))
        for piece in zip(*(tensor.split(CUDA_PIECE) for tensor in flat), strict=True):
            yield *piece, count

    def step_foreach(self, moved: Sequence[Moved]) -> None:
        """By torch's operations on lists of tensors, where there is no such kernel."""
        from torch.optim.adam import adam

        parameters, gradients, moments = map(list, zip(*moved, strict=True))
        adam(
            parameters, gradients, [m["exp_avg"] for m in moments], [m["exp_avg_sq"] for m in moments], [],
            [m["step"] for m in moments], decoupled_weight_decay=True, amsgrad=False, lr=self.lr,
            beta1=self.betas[0], beta2=self.betas[1], weight_decay=self.weight_decay, eps=self.eps, maximize=False,
        )  # fmt: skip

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
