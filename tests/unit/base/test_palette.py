"""The colours of runs and of classes beside one another can be told apart and read, by everybody."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.base.palette import CLASS_COLOURS, CLASS_MARKS, RUN_COLOURS, class_colour, class_mark

# How people without one kind of cone see linear RGB (Machado, Oliveira & Fernandes 2009, severity 1).
SIGHTS = {
    "all cones": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> NDArray[np.float64]:
    """Linear RGB of '#rrggbb', [3]."""
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* (D65) of linear RGB, [3]."""
    shares = XYZ @ rgb / XYZ.sum(1)
    f = np.where(shares > 0.008856, np.cbrt(shares), 7.787 * shares + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio."""
    dark, light = sorted(0.05 + XYZ[1] @ linear(colour) for colour in (one, other))
    return float(light / dark)


def nearest(colours: tuple[str, ...], sight: str) -> float:
    """The smallest distance (CIE76) of two of the colours to people with this sight."""
    seen = [lab(np.clip(SIGHTS[sight] @ linear(colour), 0, 1)) for colour in colours]
    return min(float(np.linalg.norm(one - other)) for one, other in itertools.combinations(seen, 2))


@pytest.mark.parametrize("sight", SIGHTS)
def test_runs_are_told_apart(sight: str) -> None:
    assert nearest(RUN_COLOURS, sight) > 20


@pytest.mark.parametrize("sight", SIGHTS)
def test_ten_classes_are_told_apart_and_from_none(sight: str) -> None:
    assert len(CLASS_COLOURS) == 10
    assert nearest(CLASS_COLOURS, sight) > 16
    assert nearest((*CLASS_COLOURS, "#8c8c8c"), sight) > 8  # of what has no class


@pytest.mark.parametrize(("ground", "least"), [("#fbfbfa", 1.8), ("#15181b", 2.6)])
def test_classes_are_seen_on_the_theme(ground: str, least: float) -> None:
    assert min(contrast(colour, ground) for colour in CLASS_COLOURS) > least


def test_sixty_classes_have_a_colour_and_a_mark_each() -> None:
    assert len({(class_colour(i), class_mark(i)) for i in range(60)}) == 60
    assert {class_mark(i) for i in range(10)} == {"circle"}
    assert (class_mark(10), class_mark(60)) == (CLASS_MARKS[1], CLASS_MARKS[0])


@pytest.mark.parametrize("ground", ["#fbfbfa", "#15181b"])
def test_lines_are_read_on_the_theme(ground: str) -> None:
    assert min(contrast(colour, ground) for colour in RUN_COLOURS) >= 3
