from __future__ import annotations

import math

import pytest

from explorer.base.formatting import (
    counted,
    duration,
    natural_key,
    percentage,
    percentage_with_error,
    share,
    share_with_error,
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


@pytest.mark.parametrize(
    ("value", "as_share", "as_percentage"),
    [
        (0.999_829, "0.9998", "99.98 %"),
        (0.999_95, "0.99995", "99.995 %"),
        (0.9996, "0.9996", "99.96 %"),
        (0.99, "0.990", "99 %"),
        (0.996, "0.996", "99.6 %"),
        (0.0004, "0.0004", "0.04 %"),
        (0.5, "0.500", "50 %"),
        (1, "1.000", "100 %"),
        (0, "0.000", "0 %"),
    ],
)
def test_a_share_reads_0_or_1_only_where_it_is(value: float, as_share: str, as_percentage: str) -> None:
    assert (share(value), percentage(value)) == (as_share, as_percentage)


@pytest.mark.parametrize(
    ("value", "stderr", "as_share", "as_percentage"),
    [
        (0.985_27, 0.000_53, "0.9853 ± 0.0005", "98.53 ± 0.05 %"),
        (0.377_17, 0.003_13, "0.377 ± 0.003", "37.7 ± 0.3 %"),
        (0.672_8, 0.024_4, "0.67 ± 0.02", "67 ± 2 %"),
        (0.672_8, 0.24, "0.7 ± 0.2", "67 ± 24 %"),
        (0.9999, 0.004, "0.9999 ± 0.004", "99.99 ± 0.4 %"),
        (1, 0, "1.000", "100 %"),
    ],
)
def test_a_share_has_no_more_digits_than_its_error(
    value: float, stderr: float, as_share: str, as_percentage: str
) -> None:
    assert (share_with_error(value, stderr), percentage_with_error(value, stderr)) == (as_share, as_percentage)


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
