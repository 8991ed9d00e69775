"""The coordinates in which z is moved by hand: what each carries, and how far its slider reaches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.inference.latent_space import SDS, Directions, spread_along
from explorer.inference.latents import Latents


def dimension_facts(latents: Latents) -> list[dict[str, Any]]:
    """Every dimension in the order of what it carries: KL in nats, whether active, mean and spread of mu."""
    kl, active = latents.kl_per_dim(), latents.active()
    mean, sd = latents.mu.sum(0, dtype=np.float64) / max(1, len(latents)), latents.spread()
    return [
        {
            "index": int(dim),
            "kl": float(kl[dim]),
            "active": bool(active[dim]),
            "mean": float(mean[dim]),
            "sd": float(sd[dim]),
        }
        for dim in latents.order()
    ]


def slider_limit(latents: Latents) -> float:
    """How far the sliders reach: to the outermost posterior mean, at least 3 and at most 50."""
    return float(min(50, max(3, math.ceil(np.abs(latents.mu).max(initial=0)))))


def reach_along(directions: Directions, has_prior: bool) -> NDArray[np.float64]:
    """How far the sliders reach, [D]: to the outermost mu, and three standard deviations at least."""
    return np.maximum(SDS * spread_along(directions, has_prior), directions.farthest)


def direction_facts(directions: Directions, has_prior: bool) -> dict[str, list[float]]:
    """What the component needs beside the basis itself, for each direction (docs/live.md)."""
    reach = reach_along(directions, has_prior)
    facts = {"offset": directions.offset, "sd": directions.sd, "explained": directions.explained, "reach": reach}
    return {name: values.tolist() for name, values in facts.items()}
