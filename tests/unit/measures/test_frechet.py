"""The Frechet distance against the matrix root, and its standard error against repeated draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from explorer.measures.frechet import frechet, measured_frechet

RNG = np.random.default_rng(0)


def test_frechet_against_the_matrix_root() -> None:
    first = RNG.standard_normal((500, 5)) @ RNG.standard_normal((5, 5))
    second = RNG.standard_normal((400, 5)) * 2 + 1
    one, two = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    expected = np.sum((first.mean(0) - second.mean(0)) ** 2) + np.trace(one + two - 2 * sqrtm(one @ two).real)
    assert frechet(first, second) == pytest.approx(expected)
    assert frechet(first, first) == pytest.approx(0, abs=1e-9)
    assert frechet(first, first + np.eye(5)[0] * 3) == pytest.approx(9)


def test_the_error_is_the_spread_over_other_images() -> None:
    def pairs() -> list[tuple[np.ndarray, np.ndarray]]:
        return [(RNG.standard_normal((300, 4)), RNG.standard_normal((300, 4)) + 0.5)]

    repeated = [measured_frechet(pairs()) for _ in range(40)]
    spread = np.std([one.values[0] for one in repeated], ddof=1)
    assert np.mean([one.errors[0] for one in repeated]) == pytest.approx(spread, rel=0.4)


def test_the_error_counts_classifiers_that_differ() -> None:
    first, second = RNG.standard_normal((300, 4)), RNG.standard_normal((300, 4)) + 0.5
    alike = measured_frechet([(first, second)] * 3)
    unlike = measured_frechet([(first * scale, second * scale) for scale in (1, 2, 3)])
    each = [frechet(first * scale, second * scale) for scale in (1, 2, 3)]
    assert unlike.value == pytest.approx(np.mean(each))
    assert unlike.errors[0] > np.std(each, ddof=1) / np.sqrt(3)
    assert alike.value == pytest.approx(each[0])
    assert alike.errors[0] < unlike.errors[0] / 4
