"""Approximate geodesics of the decoder's pull-back metric.

The energy of a curve, the sum of squared distances between neighbouring decoded images, is minimal for the shortest
curve at constant speed (Shao, Kumar & Fletcher 2018; Arvanitidis, Hansen & Hauberg 2018; Chen et al. 2018). It is
minimised from the straight line, which finds a local minimum: the result is *the shortest found*.
"""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base.threads import a_core_left
from explorer.inference.likelihood import Progress

if TYPE_CHECKING:
    from torch import Tensor

    from models import VAE

SEGMENTS = 64  # of the discretised curve; all 63 inner points are free
ITERATIONS, MEMORY = 60, 30  # of L-BFGS; more iterations shorten a path of MNIST by less than 1 %


@a_core_left()
def geodesic(
    model: VAE, start: NDArray[np.float32], end: NDArray[np.float32], steps: int, progress: Progress
) -> NDArray[np.float32]:
    """A curve of locally minimal energy between two codes [D], interpolated linearly between 65 points: [steps + 1, D].

    ``steps`` is a multiple of ``SEGMENTS``. Only z is optimised; the class part of a code is interpolated linearly.
    """
    import torch

    assert steps % SEGMENTS == 0, "every point of the curve is among those returned"
    device = next(model.parameters()).device
    ends = torch.from_numpy(np.stack([start, end])).to(device)  # [2, D]
    shares = torch.linspace(0, 1, SEGMENTS + 1, device=device)[:, None]
    direct = torch.lerp(ends[0], ends[1], shares)  # [S + 1, D]
    curve = curve_of(direct, minimised(model, direct, progress), model.config.latent).cpu().numpy()
    at = np.linspace(0, SEGMENTS, steps + 1)
    return np.stack([np.interp(at, np.arange(SEGMENTS + 1), column) for column in curve.T], 1).astype(np.float32)


def minimised(model: VAE, direct: Tensor, progress: Progress) -> Tensor:
    """The Fourier coefficients [S - 1, K] of the curve (see ``curve_of``) of minimal energy, by L-BFGS."""
    import torch
    from scipy.optimize import minimize

    shape, done = (SEGMENTS - 1, model.config.latent), count(1)

    def energy(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The energy and its gradient with respect to the coefficients."""
        coefficients = torch.from_numpy(flat.reshape(shape)).to(direct).requires_grad_()
        pictures = model.decode(curve_of(direct, coefficients, shape[1])).flatten(1)  # [S + 1, pixels]
        value = SEGMENTS * pictures.diff(dim=0).square().sum()
        (slope,) = torch.autograd.grad(value, coefficients)
        return value.item(), slope.double().cpu().numpy().ravel()

    def report(_: NDArray[np.float64]) -> None:
        progress(next(done) / ITERATIONS)

    options = {"maxiter": ITERATIONS, "maxcor": MEMORY}
    found = minimize(energy, np.zeros(math.prod(shape)), jac=True, method="L-BFGS-B", callback=report, options=options)
    return torch.from_numpy(found.x.reshape(shape)).to(direct)


def curve_of(direct: Tensor, coefficients: Tensor, latent: int) -> Tensor:
    """The straight line [S + 1, D] plus a sine series in z, which vanishes at the ends.

    The series is a complete basis for the inner points. Its term of frequency k is scaled by 1/k, which preconditions
    the problem: optimised point by point, a bend would take hundreds of steps to travel along the curve.
    """
    import torch

    device = direct.device
    frequencies = torch.arange(1, SEGMENTS, device=device)
    shares = torch.linspace(0, 1, SEGMENTS + 1, device=device)[:, None]
    basis = torch.sin(math.pi * shares * frequencies) / frequencies  # [S + 1, S - 1]
    basis[[0, -1]] = 0.0  # the ends stay, to the last bit
    moved = direct[:, :latent] + basis @ coefficients
    return torch.cat([moved, direct[:, latent:]], 1)
