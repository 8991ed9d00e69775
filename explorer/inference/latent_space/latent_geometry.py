"""Grids, draws and interpolation in latent space: pure functions on float32 arrays of K dimensions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z = NDArray[np.float32]
PRIOR_EDGE = 2.3263  # 1 % of the prior lies beyond on each side


@dataclass(frozen=True)
class View:
    """A two-dimensional slice of latent space: its axes, their ranges, the scale of the axes, the grid size.

    ``x`` and ``y`` number the coordinates of the ``basis``: ``dimensions``, or principal ``directions`` of mu.
    Scale ``quantile`` spaces an axis by the prior's probability (Kingma & Welling 2014, figure 4), ``linear`` evenly.
    """

    x: int
    y: int
    lo_x: float = -PRIOR_EDGE
    hi_x: float = PRIOR_EDGE
    lo_y: float = -PRIOR_EDGE
    hi_y: float = PRIOR_EDGE
    scale: str = "quantile"
    size: int = 20
    basis: str = "dimensions"


def cell_centres(lo: float, hi: float, scale: str, size: int) -> Z:
    """The centres of ``size`` equal cells of an axis: [size], ascending."""
    shares = (np.arange(size) + 0.5) / size
    if scale == "linear":
        return (lo + shares * (hi - lo)).astype(np.float32)
    from scipy.stats import norm

    return norm.ppf(norm.cdf(lo) + shares * (norm.cdf(hi) - norm.cdf(lo))).astype(np.float32)


def view_cells(view: View) -> tuple[Z, Z]:
    """The two coordinates at the centres of the view's cells, [size, size] each, rows from the top."""
    across = cell_centres(view.lo_x, view.hi_x, view.scale, view.size)
    up = cell_centres(view.lo_y, view.hi_y, view.scale, view.size)[::-1]
    x, y = np.meshgrid(across, up)
    return x, y


def manifold_grid(z: NDArray[np.floating], view: View) -> Z:
    """Copies of ``z`` [K] with the view's two dimensions swept over its cells: [size * size, K].

    Row by row from the top: y decreases over the rows, x increases along a row. If both are the same dimension, the
    rows are equal.
    """
    sheet = np.tile(np.asarray(z, np.float32), (view.size, view.size, 1))  # [size, size, K]
    across, up = view_cells(view)
    sheet[:, :, view.y] = up
    sheet[:, :, view.x] = across
    return sheet.reshape(view.size**2, -1)


def prior_draws(n: int, latent: int, temperature: float = 1.0, seed: int | None = None) -> Z:
    """``n`` draws from N(0, temperature^2 I): [n, K]."""
    return (np.random.default_rng(seed).standard_normal((n, latent)) * temperature).astype(np.float32)


def prior_arc(latent: int, steps: int, seed: int) -> Z:
    """A path between two draws of N(0, I) along a great circle: [steps, K], each step distributed as N(0, I).

    cos(t) a + sin(t) b, t from 0 to pi/2; a straight line would pass through regions of low prior probability.
    """
    ends = prior_draws(2, latent, seed=seed)
    angles = np.linspace(0, math.pi / 2, steps)
    return (np.stack([np.cos(angles), np.sin(angles)], 1) @ ends).astype(np.float32)


def line(start: NDArray[np.floating], end: NDArray[np.floating], steps: int) -> Z:
    """Linear interpolation between two z, [K] each: [steps, K]."""
    return np.linspace(start, end, steps, dtype=np.float32)


def arc(start: NDArray[np.floating], end: NDArray[np.floating], steps: int) -> Z:
    """Spherical interpolation between two z, [K] each: [steps, K] (Shoemake 1985; for latent codes White 2016).

    The norm is interpolated linearly. Falls back to ``line`` where no great circle is defined: one is zero, or both
    are collinear with the origin.
    """
    lengths = np.linalg.norm([start, end], axis=1)
    if not lengths.all():
        return line(start, end, steps)
    first, last = np.asarray(start, np.float64) / lengths[0], np.asarray(end, np.float64) / lengths[1]
    angle = np.arccos(np.clip(first @ last, -1, 1))
    if np.sin(angle) < 1e-6:
        return line(start, end, steps)
    shares = np.linspace(0, 1, steps)[:, None]
    directions = (np.sin((1 - shares) * angle) * first + np.sin(shares * angle) * last) / np.sin(angle)
    return (directions * ((1 - shares) * lengths[0] + shares * lengths[1])).astype(np.float32)
