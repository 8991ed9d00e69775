"""Ranks in words, and percentiles."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.inference.likelihood.evaluation import percentile
from explorer.ui.common.phrases import rank, standing


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (0.4, "among the lowest 1 %"),
        (1, "1st percentile"),
        (12, "12th percentile"),
        (13.2, "13th percentile"),
        (22, "22nd percentile"),
        (72.6, "73rd percentile"),
        (99.5, "among the highest 1 %"),
    ],
)
def test_rank(percent: float, words: str) -> None:
    assert rank(percent) == words


@pytest.mark.parametrize(
    ("n", "value", "words"),
    [
        (5, 9.0, "higher than all 5 held-out images"),
        (5, 2.0, "higher than 2 of 5 held-out images"),
        (5, 0.0, "not higher than any of 5 held-out images"),
        (1, 9.0, "higher than the only held-out image"),
        (1, 0.0, "not higher than the only held-out image"),
        (99, 1000.0, "higher than all 99 held-out images"),
        (100, 1000.0, "among the highest 1 % of held-out images"),
        (100, 30.0, "30th percentile of held-out images"),
    ],
)
def test_a_value_among_few_is_counted_not_ranked_in_percent(n: int, value: float, words: str) -> None:
    assert standing(np.arange(n, dtype=np.float32), value, "held-out image") == words


def test_percentile_counts_what_lies_below_and_half_of_the_ties() -> None:
    values = np.array([1.0, 2.0, 2.0, 4.0])
    assert percentile(values, 0) == 0
    assert percentile(values, 2) == 50
    assert percentile(values, 9) == 100
