"""Our Adam against torch's."""

from __future__ import annotations

import pytest
import torch

from models.adam import Adam

SHAPES = ((5, 3), (5,), (2, 5))


def gradients(step: int) -> list[torch.Tensor]:
    """The same for both, other ones at each step."""
    generator = torch.Generator().manual_seed(step)
    return [torch.randn(shape, generator=generator) for shape in SHAPES]


@pytest.mark.parametrize("in_pieces", [False, True], ids=["whole", "in pieces"])
@pytest.mark.parametrize("eps", [1e-8, 1e-4])
@pytest.mark.parametrize(("weight_decay", "betas"), [(0.0, (0.9, 0.999)), (0.1, (0.9, 0.999)), (0.0, (0.5, 0.9))])
def test_the_same_bits_as_torchs_adamw(
    weight_decay: float, betas: tuple[float, float], eps: float, in_pieces: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = ([torch.nn.Parameter(torch.ones(shape)) for shape in SHAPES] for _ in range(2))
    adam = Adam(ours, 0.1, weight_decay, betas, eps)
    monkeypatch.setattr("models.adam.CUDA_PIECE", 4)
    adam.on_cuda = in_pieces  # as on CUDA
    reference = torch.optim.AdamW(theirs, 0.1, betas, eps, weight_decay=weight_decay, fused=True)
    for step in range(5):
        for parameters in (ours, theirs):
            for parameter, gradient in zip(parameters, gradients(step), strict=True):
                parameter.grad = gradient.clone()
        if step == 3:
            adam.set_lr(0.02)
            reference.param_groups[0]["lr"] = 0.02
        adam.step()
        reference.step()
        adam.zero_grad()
        assert all(parameter.grad is None for parameter in ours)
    for own, other in zip(ours, theirs, strict=True):
        # a CPU adds and multiplies what does not fill its vectors in two operations, each of which rounds
        torch.testing.assert_close(own, other, rtol=1e-6 if in_pieces else 0, atol=0)


def test_goes_on_from_its_moments() -> None:
    parameters = [torch.nn.Parameter(torch.ones(shape)) for shape in SHAPES]
    adam = Adam(parameters, 0.1)
    for parameter, gradient in zip(parameters, gradients(0), strict=True):
        parameter.grad = gradient
    adam.step()
    copies = [torch.nn.Parameter(parameter.detach().clone()) for parameter in parameters]
    other = Adam(copies, 0.1)
    other.load(adam.moments)
    for own, copy, gradient in zip(parameters, copies, gradients(1), strict=True):
        own.grad, copy.grad = gradient.clone(), gradient.clone()
    adam.step()
    other.step()
    for own, copy in zip(parameters, copies, strict=True):
        assert torch.equal(own, copy)


def test_as_torchs_where_no_kernel_is_fused() -> None:
    ours, theirs = ([torch.nn.Parameter(torch.ones(shape)) for shape in SHAPES] for _ in range(2))
    adam, reference = Adam(ours, 0.1, 0.1), torch.optim.AdamW(theirs, 0.1, weight_decay=0.1, foreach=True)
    adam.fused = False
    for parameters, optimizer in ((ours, adam), (theirs, reference)):
        for parameter, gradient in zip(parameters, gradients(0), strict=True):
            parameter.grad = gradient.clone()
        optimizer.step()
    for own, other in zip(ours, theirs, strict=True):
        assert torch.equal(own, other)


def test_a_parameter_without_a_gradient_stays() -> None:
    moved, left = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(2))
    moved.grad = torch.ones(2)
    Adam([moved, left], 0.1).step()
    assert (moved < 1).all()
    assert (left == 1).all()
