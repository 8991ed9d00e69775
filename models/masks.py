"""Masks of partly hidden images: 1 where a pixel is visible, 0 where it is hidden; float32 [N, 1, H, W]."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

STROKES = 3  # of the brush, in one mask
BRUSH = (0.06, 0.16)  # the brush's radius, in picture sides
ALL_HIDDEN = 1 / 8  # share of the training masks that hide everything
TURNED = 1 / 4  # share of the training masks that are inverted: only the hole is visible


def grids(height: int, width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Coordinates of the pixels' centres in [0, 1]: rows [H, 1] and columns [1, W]."""
    rows = (torch.arange(height, device=device) + 0.5) / height
    columns = (torch.arange(width, device=device) + 0.5) / width
    return rows[:, None], columns[None, :]


def uniform(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Numbers in [0, 1)."""
    return torch.rand(shape, device=generator.device, generator=generator)


def halves(n: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """The upper, lower, left or right half of each picture: bool [N, H, W]."""
    rows, columns = grids(height, width, generator.device)
    sides = torch.stack(
        [half.expand(height, width) for half in (rows < 0.5, rows >= 0.5, columns < 0.5, columns >= 0.5)]
    )
    return sides[(uniform((n,), generator) * 4).long()]


def quarters(n: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """One of the four quarters of each picture: bool [N, H, W]."""
    rows, columns = grids(height, width, generator.device)
    low, right = (uniform((2, n, 1, 1), generator) < 0.5).unbind()
    return ((rows < 0.5) ^ low) & ((columns < 0.5) ^ right)


def boxes(n: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """A box of uniformly drawn corners in each image: bool [N, H, W]."""
    rows, columns = grids(height, width, generator.device)
    (top, bottom), (left, right) = uniform((2, 2, n, 1, 1), generator).sort(1).values
    return (top <= rows) & (rows <= bottom) & (left <= columns) & (columns <= right)


def brushed(n: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """The area that a round brush covers in a few straight strokes: bool [N, H, W]."""
    rows, columns = grids(height, width, generator.device)
    y, x, dy, dx, thick = uniform((5, n, STROKES, 1, 1), generator)
    dy, dx = dy - y, dx - x
    along = ((rows - y) * dy + (columns - x) * dx) / (dy.square() + dx.square() + 1e-9)
    share = along.clamp(0, 1)  # of the stroke's nearest point: [N, strokes, H, W]
    squared = (y + share * dy - rows).square() + (x + share * dx - columns).square()
    radius = BRUSH[0] + (BRUSH[1] - BRUSH[0]) * thick
    return (squared <= radius.square()).any(1)


HOLES: dict[str, Callable[[int, int, int, torch.Generator], Tensor]] = {
    "half": halves,
    "quarter": quarters,
    "box": boxes,
    "brush": brushed,
}


def random_masks(n: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """Training masks, float32 [N, 1, H, W]: holes of all kinds in ``HOLES``, some inverted, some hiding everything."""
    holes = torch.stack([draw(n, height, width, generator) for draw in HOLES.values()])  # [kinds, N, H, W]
    kind, turned, whole = uniform((3, n), generator)
    hidden = holes[(kind * len(HOLES)).long(), torch.arange(n, device=generator.device)]
    hidden = hidden ^ (turned < TURNED)[:, None, None] | (whole < ALL_HIDDEN)[:, None, None]
    return (~hidden).float()[:, None]
