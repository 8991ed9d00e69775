"""The quantiles of anomaly scores that ship: a held-out image that is not among them has any percentile alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kstest

from explorer.image_lab.scores.anomaly_scores import KEPT_QUANTILES, QUANTILE_IMAGES, ScoreQuantiles, evenly_spaced
from tests.oracles.networks import Array, Classes
from tests.oracles.scores import anomaly_scores, nearest_other
from tests.oracles.shipped import ShippedRun, shipped_runs

FRESH = 500  # images scored here
CHANCE = 1e-4  # that one score of one run is rejected though its quantiles are right
# The Kolmogorov-Smirnov statistic of FRESH values among QUANTILE_IMAGES others exceeds this by chance (Smirnov 1939);
# the kept quantiles of these are half a step off at the most.
BOUND = math.sqrt(-math.log(CHANCE / 2) / 2 * (1 / FRESH + 1 / QUANTILE_IMAGES)) + 0.5 / KEPT_QUANTILES
ROUNDING = 5e-4  # of codes

OF_MNIST = shipped_runs(lambda run: run.config["data"]["name"] == "mnist")


def scored_and_fresh(run: ShippedRun) -> tuple[Classes, Classes]:
    """The numbers of the images whose scores made the quantiles, and of others."""
    order = np.random.default_rng(0).permutation(len(run.images()))
    return order[:QUANTILE_IMAGES], order[QUANTILE_IMAGES:][:FRESH]


def unevenness(percentiles: Array) -> float:
    """The Kolmogorov-Smirnov statistic of percentiles against the uniform distribution."""
    return kstest(percentiles / 100, "uniform").statistic


@pytest.mark.parametrize("run", OF_MNIST)
def test_percentiles_of_fresh_images_are_uniform(run: ShippedRun) -> None:
    found = anomaly_scores(run, scored_and_fresh(run)[1], seed=1)
    assert found.keys() == run.quantiles.keys() - {"weights", "estimators", "n"}
    kept = ScoreQuantiles({name: run.quantiles[name].astype(np.float32) for name in found}, QUANTILE_IMAGES)
    uneven = {name: unevenness(kept.percentile(name, values)) for name, values in found.items()}
    assert {name: statistic for name, statistic in uneven.items() if statistic > BOUND} == {}


@pytest.mark.parametrize("run", OF_MNIST)
def test_they_would_not_be_among_distances_of_images_to_themselves(run: ShippedRun) -> None:
    to_itself = np.abs(np.random.default_rng(1).normal(scale=ROUNDING, size=QUANTILE_IMAGES))
    kept = ScoreQuantiles({"nearest": evenly_spaced(to_itself)}, QUANTILE_IMAGES)
    mu, (_, fresh) = run.latents["mu"], scored_and_fresh(run)
    assert unevenness(kept.percentile("nearest", nearest_other(mu[fresh], mu, fresh))) > 5 * BOUND


@pytest.mark.parametrize("run", shipped_runs(lambda run: not run.conditional))
def test_kept_distances_are_those_to_the_nearest_other_image(run: ShippedRun) -> None:
    mu, (scored, _) = run.latents["mu"], scored_and_fresh(run)
    expected = evenly_spaced(nearest_other(mu[scored], mu, scored))
    np.testing.assert_allclose(run.quantiles["nearest"], expected, rtol=1e-3, atol=1e-4)


@pytest.mark.mnist
@pytest.mark.parametrize(("name", "median"), [("mnist-16d", 1.77), ("mnist-m2", 0.698)])
def test_median_distance_to_the_nearest_other_image(name: str, median: float) -> None:
    run = ShippedRun(name)
    mu, (scored, _) = run.latents["mu"], scored_and_fresh(run)
    assert np.median(nearest_other(mu[scored], mu, scored)) == pytest.approx(median, rel=0.005)
    assert np.median(run.quantiles["nearest"]) == pytest.approx(median, rel=0.005)
