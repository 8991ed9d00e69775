"""Shares in words."""

from __future__ import annotations

import pytest

from explorer.base.text.shares import percentage, percentage_with_error, share, share_with_error


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
