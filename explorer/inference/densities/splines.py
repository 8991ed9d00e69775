"""Monotone rational-quadratic splines (Durkan et al. 2019): their values, slopes and inverses."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

EDGE = 5.0  # the spline lies between -EDGE and EDGE; beyond it is the identity
LEAST = 1e-3  # of a bin's width and height as a share of all, and of a slope
STRAIGHT = math.log(math.expm1(1 - LEAST))  # the parameter of slope 1


def numbers(bins: int) -> int:
    """How many numbers make a spline."""
    return 3 * bins - 1


def spline(x: Tensor, made_of: Tensor, inverse: bool = False) -> tuple[Tensor, Tensor]:
    """The spline at x [...], with the log of its slope there, [...] both.

    ``made_of`` [..., 3 B - 1] are widths and heights of B bins and the B - 1 slopes between them, unconstrained; all 0
    is the identity. With ``inverse`` it is undone, and the slope is that of the inverse.
    """
    bins = (made_of.shape[-1] + 1) // 3
    widths, heights, inner = made_of.split([bins, bins, bins - 1], -1)
    across, up = edges(widths), edges(heights)  # [..., B + 1]
    slopes = F.pad(LEAST + F.softplus(inner + STRAIGHT), (1, 1), value=1.0)  # [..., B + 1]
    within = x.abs() < EDGE
    inside = torch.where(within, x, torch.zeros_like(x))
    place = bin_of(inside, up if inverse else across)
    left, right = (at(across, place + step) for step in (0, 1))
    low, high = (at(up, place + step) for step in (0, 1))
    first, last = (at(slopes, place + step) for step in (0, 1))
    rise = (high - low) / (right - left)
    bend = first + last - 2 * rise
    share = solved(inside - low, high - low, rise, first, bend) if inverse else (inside - left) / (right - left)
    mixed = share * (1 - share)
    below = rise + bend * mixed
    log_slope = 2 * rise.log() + (last * share.square() + 2 * rise * mixed + first * (1 - share).square()).log()
    log_slope = log_slope - 2 * below.log()
    if inverse:
        value, log_slope = left + share * (right - left), -log_slope
    else:
        value = low + (high - low) * (rise * share.square() + first * mixed) / below
    return torch.where(within, value, x), torch.where(within, log_slope, torch.zeros_like(x))


def solved(above: Tensor, height: Tensor, rise: Tensor, first: Tensor, bend: Tensor) -> Tensor:
    """How far into a bin its spline has risen by ``above``: the root of a quadratic, in [0, 1]."""
    a = height * (rise - first) + above * bend
    b = height * first - above * bend
    c = -rise * above
    return 2 * c / (-b - (b.square() - 4 * a * c).clamp(min=0).sqrt())


def edges(shares: Tensor) -> Tensor:
    """The edges of bins from -EDGE to EDGE whose unconstrained sizes are ``shares`` [..., B]: [..., B + 1]."""
    bins = shares.shape[-1]
    sizes = LEAST + (1 - LEAST * bins) * shares.softmax(-1)
    inner = 2 * EDGE * sizes.cumsum(-1)[..., :-1] - EDGE
    return F.pad(F.pad(inner, (1, 0), value=-EDGE), (0, 1), value=EDGE)


def bin_of(x: Tensor, bounds: Tensor) -> Tensor:
    """The number of the bin that holds each x [...]: [..., 1]."""
    return (x[..., None] >= bounds[..., 1:-1]).sum(-1, keepdim=True)


def at(values: Tensor, place: Tensor) -> Tensor:
    """The values [..., B + 1] at ``place`` [..., 1]: [...]."""
    return values.gather(-1, place)[..., 0]
