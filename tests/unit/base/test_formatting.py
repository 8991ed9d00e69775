from __future__ import annotations

import math

import pytest

from explorer.base.formatting import (
    counted,
    duration,
    natural_key,
    significant,
    too_few,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.2, "1 s"), (89.5, "90 s"), (90, "2 min"), (3599, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (31_234, "31,200"),
        (138.985, "139"),
        (99.96, "100"),
        (5.363, "5.36"),
        (0.045923, "0.0459"),
        (-105.59, "-106"),
        (0, "0"),
        (math.inf, "inf"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert significant(value) == text


def test_numbers_with_their_noun() -> None:
    assert counted(1, "image") == "1 image"
    assert counted(0, "image") == "0 images"
    assert counted(1200, "image") == "1,200 images"


def test_what_cannot_be_told_of_so_few_names_the_least() -> None:
    assert too_few(65, 65) == ""
    assert too_few(64, 65) == "It cannot be known from 64 images: it takes 65 or more."
    assert too_few(1, 20, "held-out image") == "It cannot be known from 1 held-out image: it takes 20 or more."


def test_names_are_listed_as_people_list_them() -> None:
    names = ["10", "b", "2", "1", "a10", "A2", "a1", "01", "", "²"]
    assert sorted(names, key=natural_key) == ["", "01", "1", "2", "10", "a1", "A2", "a10", "b", "²"]
