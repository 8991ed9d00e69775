"""The decoder's metric: the shortest way from one picture to another through latent space, as far as it is found.

A curve's energy, the sum of squared distances between neighbouring pictures, is least for the shortest one at even
speed (Shao, Kumar & Fletcher 2018; Arvanitidis, Hansen & Hauberg 2018; Chen et al. 2018). It is minimised from the
straight line on; which of several valleys that leads to nobody knows, so the result is *the shortest found*.
"""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.inference.likelihood import Progress

if TYPE_CHECKING:
    from torch import Tensor

    from models import VAE

SEGMENTS = 64  # between whose ends the energy is summed; all 63 inner points move
ITERATIONS, MEMORY = 60, 30  # of L-BFGS; more shorten a path of MNIST by less than 1 %


def geodesic(
    model: VAE, start: NDArray[np.float32], end: NDArray[np.float32], steps: int, progress: Progress
) -> NDArray[np.float32]:
    """A curve of low energy between two codes [D], straight between its 65 points: [steps + 1, D].

    ``steps`` is a multiple of ``SEGMENTS``. Only z moves, the class part of a code stays on the straight line.
    """
    import torch

    assert steps % SEGMENTS == 0, "every point of the curve is among those returned"
    device = next(model.parameters()).device
    ends = torch.from_numpy(np.stack([start, end])).to(device)  # [2, D]
    shares = torch.linspace(0, 1, SEGMENTS + 1, device=device)[:, None]
    direct = torch.lerp(ends[0], ends[1], shares)  # [S + 1, D]
    curve = bent(direct, minimised(model, direct, progress), model.config.latent).cpu().numpy()
    at = np.linspace(0, SEGMENTS, steps + 1)
    return np.stack([np.interp(at, np.arange(SEGMENTS + 1), column) for column in curve.T], 1).astype(np.float32)


def minimised(model: VAE, direct: Tensor, progress: Progress) -> Tensor:
    """How far the waves of ``bent`` swing where the energy is least, by L-BFGS: [S - 1, K]."""
    import torch
    from scipy.optimize import minimize

    shape, done = (SEGMENTS - 1, model.config.latent), count(1)

    def energy(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The energy and its gradient; the model's own gradients stay untouched."""
        swings = torch.from_numpy(flat.reshape(shape)).to(direct).requires_grad_()
        pictures = model.decode(bent(direct, swings, shape[1])).flatten(1)  # [S + 1, pixels]
        value = SEGMENTS * pictures.diff(dim=0).square().sum()
        (slope,) = torch.autograd.grad(value, swings)
        return value.item(), slope.double().cpu().numpy().ravel()

    def told(_: NDArray[np.float64]) -> None:
        progress(next(done) / ITERATIONS)

    options = {"maxiter": ITERATIONS, "maxcor": MEMORY}
    found = minimize(energy, np.zeros(math.prod(shape)), jac=True, method="L-BFGS-B", callback=told, options=options)
    return torch.from_numpy(found.x.reshape(shape)).to(direct)


def bent(direct: Tensor, swings: Tensor, latent: int) -> Tensor:
    """The straight line [S + 1, D] with its z moved by sine waves that vanish at the ends.

    All inner points in another basis: wave k is scaled by 1/k, so that each bends the curve as much as the others.
    Point by point the search would take hundreds of steps to carry a bend from one end to the other.
    """
    import torch

    device = direct.device
    waves = torch.arange(1, SEGMENTS, device=device)
    shares = torch.linspace(0, 1, SEGMENTS + 1, device=device)[:, None]
    basis = torch.sin(math.pi * shares * waves) / waves  # [S + 1, S - 1]
    basis[[0, -1]] = 0.0  # the ends stay, to the last bit
    moved = direct[:, :latent] + basis @ swings
    return torch.cat([moved, direct[:, latent:]], 1)
