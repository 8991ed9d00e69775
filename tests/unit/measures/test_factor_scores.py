"""Scores of codes against known factors: perfect codes, rotated, shuffled and noisy ones, and closed forms."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from explorer.datasets.columns import Column
from explorer.measures.dci import Dci, by_forest, by_lasso, completeness, disentanglement
from explorer.measures.factor_scores import (
    best_thresholds,
    factor_votes,
    modularities,
    separation,
    squared_correlation,
    threshold_score,
    told_information,
)
from explorer.measures.known_factors import KnownFactors, known_factors
from explorer.measures.latent_metrics import mutual_information_gaps, plain_information_gaps

SIZES = {"shape": 3, "scale": 6, "turn": 8, "x": 10}
GRID = np.stack(np.meshgrid(*map(np.arange, SIZES.values()), indexing="ij"), -1).reshape(-1, 4)  # [1440, 4]
STRETCH = np.array([1.0, -2.0, 0.3, 7.0])


def factors_of(levels: NDArray[np.int64], category: str = "shape") -> KnownFactors:
    """Factors by their levels [N, F], one of them without order."""
    columns = [
        Column(name, own, ("a", "b", "c")) if name == category else Column(name, own.astype(np.float64))
        for name, own in zip(SIZES, levels.T, strict=False)
    ]
    found = known_factors(columns)
    assert found is not None
    return found


FACTORS = factors_of(GRID)


def scores_of(codes: NDArray[np.float64], factors: KnownFactors = FACTORS) -> dict[str, float]:
    """Every score of the codes [N, K]."""
    active = codes.var(0) > 0.01
    votes, forest = factor_votes(codes, factors, active, 1000), by_forest(codes, factors)
    assert votes is not None
    chance = 1 / len(factors.names)
    return {
        "mig": float(mutual_information_gaps(codes, factors.levels).mean()),
        "factor-vae": (votes.accuracy - chance) / (1 - chance),
        "sap": float(separation(codes, factors, active).gaps.mean()),
        "modularity": float(modularities(told_information(codes[:, active], factors)).mean()),
        "disentanglement": disentanglement(forest.mean_importances),
        "completeness": completeness(forest.mean_importances),
        "informativeness": float(forest.scores.clip(0).mean()),
        "lasso disentanglement": disentanglement(by_lasso(codes, factors)),
        "lasso completeness": completeness(by_lasso(codes, factors)),
    }


@cache
def noise(columns: int, seed: int = 0) -> NDArray[np.float64]:
    """Draws of N(0, 1) for every image."""
    return np.random.default_rng(seed).standard_normal((len(GRID), columns))


def test_a_code_of_each_factor_in_a_dimension_of_its_own_is_perfect() -> None:
    dead = 1e-3 * noise(2)
    found = scores_of(np.column_stack([dead[:, :1], GRID * STRETCH, dead[:, 1:]]))
    assert {name: value for name, value in found.items() if value < 0.99} == {}
    assert max(found.values()) < 1 + 1e-9


def test_a_shuffled_code_has_nothing() -> None:
    codes = np.random.default_rng(1).permutation(GRID * STRETCH + 0.1 * noise(4))
    assert {name: value for name, value in scores_of(codes).items() if value > 0.02} == {}


def test_of_a_code_turned_by_45_degrees_each_dimension_is_of_two_factors() -> None:
    x, y = np.meshgrid(np.arange(30.0), np.arange(30.0))
    levels = np.column_stack([x.ravel(), y.ravel()]).astype(np.int64)
    factors = factors_of(levels, category="")
    codes = (levels - 14.5) @ (np.array([[1, -1], [1, 1]]) / math.sqrt(2)) + 1e-3 * noise(2)[: len(levels)]
    found = scores_of(codes, factors)
    assert found.pop("informativeness") > 0.97  # everything is there
    assert {name: value for name, value in found.items() if abs(value) > 0.02 and name != "factor-vae"} == {}
    assert abs(found["factor-vae"]) < 0.25  # which half of the images varies less is chance, but learned


def test_two_of_four_factors_turned_into_one_another_cost_what_the_entropy_says() -> None:
    turned = (GRID - GRID.mean(0)) / GRID.std(0)
    turned[:, 2:] = turned[:, 2:] @ (np.array([[1, -1], [1, 1]]) / math.sqrt(2))
    lasso = by_lasso(turned, FACTORS)
    assert lasso[2, 2] == pytest.approx(lasso[3, 3], rel=0.05)
    expected = 1 - math.log(2) / math.log(4)
    assert completeness(lasso) == pytest.approx((2 + 2 * expected) / 4, abs=0.01)
    found = separation(turned, FACTORS, np.ones(4, bool))
    np.testing.assert_allclose(found.scores[2:, 2:], 0.5, atol=1e-9)  # R^2 of sums of independent factors
    np.testing.assert_allclose(found.gaps[2:], 0, atol=1e-9)


def test_disentanglement_and_completeness_of_importances_in_closed_form() -> None:
    assert disentanglement(np.eye(3)) == completeness(np.eye(3)) == 1
    assert disentanglement(np.ones((3, 5))) == pytest.approx(0)
    assert completeness(np.ones((3, 5))) == pytest.approx(0)
    doubled = np.array([[0.5, 0.5, 0, 0], [0, 0, 1, 0]])  # two dimensions for the first factor, one is idle
    assert disentanglement(doubled) == 1
    assert completeness(doubled) == pytest.approx((1 - math.log(2) / math.log(4) + 1) / 2)
    shared = np.array([[3.0, 0], [1, 4]])  # the first dimension has 4 of 8 in all
    entropy = -(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25))
    assert disentanglement(shared) == pytest.approx(0.5 * (1 - entropy) + 0.5)
    assert disentanglement(np.zeros((2, 3))) == completeness(np.zeros((2, 3))) == 0


def test_the_jackknife_of_importances_is_that_of_five_groups() -> None:
    rows = np.stack([np.array([[1.0, 0.1 * i], [0.2, 1.0]]) for i in range(5)])
    found = Dci(rows, np.zeros((0, 2)), np.zeros(2), np.zeros(2))
    value, stderr = found.with_stderr(disentanglement)
    assert value == disentanglement(rows.mean(0))
    assert stderr == pytest.approx(math.sqrt(4 * np.var([disentanglement(one) for one in rows])))


def test_the_gap_of_a_noisy_channel_in_closed_form() -> None:
    rng, size, wrong, n = np.random.default_rng(0), 8, 0.3, 40_000
    factor = rng.integers(size, size=n)
    code = np.where(rng.random(n) < wrong, rng.integers(size, size=n), factor)
    right, each = 1 - wrong + wrong / size, wrong / size
    nats = math.log(size) + right * math.log(right) + (size - 1) * each * math.log(each)
    codes, levels = np.column_stack([code, rng.standard_normal(n)]), factor[:, None]
    assert mutual_information_gaps(codes, levels)[0] == pytest.approx(nats / math.log(size), abs=0.01)
    assert plain_information_gaps(codes, levels)[0] == pytest.approx(nats / math.log(size), abs=0.01)
    own = factors_of(levels, category="")
    share = nats / math.log(size)
    assert told_information(codes, own)[0] / math.log(size) == pytest.approx([share, 0], abs=0.01)


def test_separation_of_a_noisy_ordered_factor_in_closed_form() -> None:
    rng = np.random.default_rng(0)
    factor = rng.integers(16, size=20_000)
    variance = (16**2 - 1) / 12
    code = factor + math.sqrt(variance / 3) * rng.standard_normal(len(factor))
    assert squared_correlation(code, factor.astype(np.float64)) == pytest.approx(0.75, abs=0.01)
    assert squared_correlation(np.zeros(4), np.arange(4.0)) == 0


def test_thresholds_of_a_noisy_category_in_closed_form() -> None:
    rng, n = np.random.default_rng(0), 30_000
    levels = rng.integers(3, size=n)
    code = np.array([2.0, 0.0, 1.0])[levels] + rng.uniform(-0.75, 0.75, n)  # neighbours overlap by a third
    # of the outer ones a sixth is beyond the threshold in the middle of the overlap, of the middle one a third
    share = (2 * (1 - 1 / 6) + 1 - 1 / 3) / 3
    assert threshold_score(code, levels) == pytest.approx((share - 1 / 3) / (1 - 1 / 3), abs=0.02)
    thresholds, named = best_thresholds(code, levels, 3)
    np.testing.assert_allclose(thresholds, [0.5, 1.5], atol=0.26)
    assert named.tolist() == [1, 2, 0]


def test_the_best_thresholds_are_no_worse_than_those_of_a_tree() -> None:
    rng = np.random.default_rng(3)
    code = rng.standard_normal(3000)
    levels = (np.digitize(code, [-1.5, -0.5, 0.4, 1.0]) % 3 + (rng.random(3000) < 0.2)) % 3
    thresholds, named = best_thresholds(code, levels, 3)
    tree = DecisionTreeClassifier(max_leaf_nodes=3, class_weight="balanced", random_state=0).fit(code[:, None], levels)
    found = balanced(named[np.searchsorted(thresholds, code, side="right")], levels)
    assert found >= balanced(tree.predict(code[:, None]), levels) - 0.01  # its thresholds are not on cells


def balanced(predicted: NDArray[np.int64], levels: NDArray[np.int64]) -> float:
    """Mean over the levels of the share predicted rightly."""
    return float(np.mean([(predicted[levels == one] == one).mean() for one in np.unique(levels)]))


def test_a_category_without_the_chance_taken_off_has_less_of_a_perfect_code() -> None:
    codes = GRID * STRETCH
    found = separation(codes, FACTORS, np.ones(4, bool))
    assert found.paper_gaps[0] == pytest.approx(1 - 1 / 3, abs=0.02)  # the others guess one of three shapes
    assert found.gaps.mean() - found.paper_gaps.mean() == pytest.approx(1 / 12, abs=0.01)


def test_dead_dimensions_are_out_of_the_vote() -> None:
    codes = np.column_stack([GRID * STRETCH, 1e-6 * noise(3)])
    votes = factor_votes(codes, FACTORS, codes.var(0) > 0.01, 500)
    assert votes is not None
    assert not votes.judged[:, 4:].any()
    assert votes.judged.sum() == votes.learned.sum() == 500
    nothing = factor_votes(codes, FACTORS, np.zeros(7, bool), 500)
    assert nothing is not None
    assert nothing.accuracy == 0
    assert factor_votes(codes[::40], FACTORS.at(np.arange(0, len(GRID), 40)), codes.var(0) > 0.01) is None  # too few


def test_a_vote_does_not_depend_on_the_scale_of_a_dimension() -> None:
    codes = GRID * STRETCH + noise(4)
    one, other = (factor_votes(codes * by, FACTORS, np.ones(4, bool), 300) for by in (1.0, [100.0, 1e-3, 1.0, -5.0]))
    assert one is not None
    assert other is not None
    np.testing.assert_array_equal(one.judged, other.judged)


def test_modularity_of_a_dimension_of_two_factors_in_closed_form() -> None:
    rng = np.random.default_rng(0)
    four, two = rng.integers(4, size=20_000), rng.integers(2, size=20_000)
    factors = factors_of(np.column_stack([four, two]), category="")
    nats = told_information(np.column_stack([2 * four + two, two]).astype(np.float64), factors)
    np.testing.assert_allclose(nats, [[math.log(4), 0], [math.log(2), math.log(2)]], atol=0.01)
    np.testing.assert_allclose(modularities(nats), [1 - (math.log(2) / math.log(4)) ** 2, 1], atol=0.01)


def test_the_same_codes_have_the_same_scores() -> None:
    codes = GRID * STRETCH + noise(4)
    some = FACTORS.at(np.arange(0, len(GRID), 10))
    np.testing.assert_array_equal(by_forest(codes[::10], some).importances, by_forest(codes[::10], some).importances)
