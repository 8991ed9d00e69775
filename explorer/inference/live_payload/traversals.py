"""Traversals: the images along one coordinate after the other, all else of z as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.inference.latent_space import SDS, Directions, spread_along
from explorer.inference.latents import Latents

MOST_ROWS = 10
STEPS = 9  # images a row


def traversal_rows(latents: Latents, directions: Directions | None = None) -> list[dict[str, Any]]:
    """For each coordinate that carries much, in the order of the sliders: its ``index`` and the ``values`` along it.

    They go three standard deviations to each side: of the prior, and without one, or along directions where it is
    wider, of the posterior means.
    """
    if directions is not None:
        reach = SDS * spread_along(directions, latents.on_prior_scale)[:MOST_ROWS]
        return [row(index, 0.0, edge) for index, edge in enumerate(reach)]
    active = latents.active()
    chosen = [int(dim) for dim in latents.order() if active[dim]][:MOST_ROWS]
    if latents.on_prior_scale or not len(latents):
        return [row(dim, 0.0, SDS) for dim in chosen]
    mean, sd = latents.mu.mean(0, dtype=np.float64), latents.spread()
    return [row(dim, float(mean[dim]), SDS * float(sd[dim])) for dim in chosen]


def row(index: int, middle: float, edge: float) -> dict[str, Any]:
    """One row: evenly spaced values, three digits each."""
    return {"index": index, "values": [float(f"{middle + edge * t:.3g}") for t in np.linspace(-1, 1, STEPS)]}


def traversal_codes(
    z: NDArray[np.float32], rows: list[dict[str, Any]], directions: Directions | None = None
) -> NDArray[np.float32]:
    """The codes of all images, row by row: [rows * STEPS, K], for ``z`` [K]."""
    codes = [moved(z, int(one["index"]), np.asarray(one["values"]), directions) for one in rows]
    return np.concatenate(codes) if codes else z[None][:0]


def moved(
    z: NDArray[np.float32], index: int, values: NDArray[np.float64], directions: Directions | None
) -> NDArray[np.float32]:
    """``z`` with one coordinate at each of ``values``: [len(values), K]."""
    if directions is not None:
        return directions.moved(z, [index], values[:, None])
    codes = np.repeat(z[None], len(values), 0)
    codes[:, index] = values
    return codes
