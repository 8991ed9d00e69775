"""The estimators of measures that compare codes with known factors: functions from ``Bench`` to ``Measured``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.base import too_few
from explorer.base.languages import N_, _
from explorer.datasets import stratified
from explorer.measures.bench import Bench
from explorer.measures.dci import FOLDS, by_lasso, completeness, disentanglement
from explorer.measures.factor_scores import (
    LEAST_VOTE_IMAGES,
    factor_votes,
    modularities,
    separation,
    told_information,
)
from explorer.measures.known_factors import KnownFactors
from explorer.measures.latent_metrics import (
    entropy,
    gaps_of,
    histogram_cells,
    histogram_information,
    mutual_information_gaps,
    plain_entropy,
    plain_information_gaps,
    posterior_information,
)
from explorer.measures.measured_value import Measured, absent, bootstrap_stderr, floats, jackknife_stderr

MIG_IMAGES = 4_000  # random ones whose draws are compared with one another: 128 MB a dimension
LEAST_FOR_FACTORS = 100  # images: of fewer, trees and lines fit what is there by chance
ONE_FACTOR = N_("It takes two factors or more: with one, every code has 1.")
ONE_DIMENSION = N_("It takes two dimensions or more: with one, every code has 1.")
Array = NDArray[np.float64]


def factors_of(bench: Bench) -> tuple[KnownFactors, NDArray[np.float32]]:
    """The factors of the images for which they are known, and the posterior means of these, [n, K]."""
    assert bench.known_factors is not None
    return bench.known_factors, bench.rows.mu[bench.known_factors.rows]


def by_name(factors: KnownFactors, rows: NDArray[np.generic]) -> dict[str, tuple[float, ...]]:
    """Rows of a table [F, K] by their factors."""
    return {name: floats(row) for name, row in zip(factors.names, rows, strict=True)}


def mig(bench: Bench) -> Measured:
    """The mutual information gap of the posterior means, averaged over the factors that vary."""
    factors, mu = factors_of(bench)
    n = len(factors)
    if reason := too_few(n, histogram_cells(factors.levels)):
        return absent(reason)

    def mean_gap(own: NDArray[np.int64]) -> float:
        return float(np.nanmean(mutual_information_gaps(mu[own], factors.levels[own])))

    nats = histogram_information(mu, factors.levels)
    entropies = np.array([entropy(levels) for levels in factors.levels.T])
    plain = {"plain_20_bins": float(plain_information_gaps(mu, factors.levels).mean())}
    return Measured(
        float(gaps_of(nats, entropies).mean()),
        n,
        float(bootstrap_stderr(mean_gap, n)),
        beside=plain,
        by_factor=by_name(factors, nats / entropies[:, None]),
    )


def mig_sampled(bench: Bench) -> Measured:
    """The mutual information gap of draws of q(z|x), averaged over the factors that vary."""
    factors, mu = factors_of(bench)
    chosen = stratified(None, len(factors), MIG_IMAGES)
    levels, logvar = factors.levels[chosen], bench.rows.logvar[factors.rows[chosen]]
    entropies = np.array([plain_entropy(factor) for factor in levels.T])
    nats = posterior_information(mu[chosen], logvar, levels)  # [n, F, K]

    def mean_gap(own: NDArray[np.int64]) -> float:
        return float(np.nanmean(gaps_of(nats[own].mean(0), entropies)))

    n = len(chosen)
    by_factor = by_name(factors, nats.mean(0) / entropies[:, None])
    return Measured(mean_gap(np.arange(n)), n, float(bootstrap_stderr(mean_gap, n)), by_factor=by_factor)


def dci_disentanglement(bench: Bench) -> Measured:
    """Whether a dimension is important for one factor alone."""
    factors, _ = factors_of(bench)
    if len(factors.names) < 2:
        return absent(ONE_FACTOR)
    return of_importances(bench, disentanglement)


def dci_completeness(bench: Bench) -> Measured:
    """Whether one dimension alone is important for a factor."""
    if bench.rows.mu.shape[1] < 2:
        return absent(ONE_DIMENSION)
    return of_importances(bench, completeness)


def of_importances(bench: Bench, of: Callable[[Array], float]) -> Measured:
    """A figure of the importances of forests, with that of a lasso beside it."""
    assert bench.known_factors is not None
    if reason := too_few(len(bench.known_factors), LEAST_FOR_FACTORS):
        return absent(reason)
    found, factors = bench.dci
    value, stderr = found.with_stderr(of)
    lasso = of(by_lasso(bench.rows.mu[factors.rows], factors))
    table = by_name(factors, found.mean_importances)
    return Measured(value, len(factors), stderr, beside={"lasso": lasso}, by_factor=table)


def dci_informativeness(bench: Bench) -> Measured:
    """How much of the factors can be predicted from the codes."""
    factors, _ = factors_of(bench)
    if reason := too_few(len(factors), LEAST_FOR_FACTORS):
        return absent(reason)
    found, factors = bench.dci
    scores = found.scores.clip(0)
    stderr = float(np.sqrt(np.square(found.errors).sum()) / len(scores))
    ordered = ~np.array(factors.categorical)
    error = {"normalised_error": float(np.sqrt(1 - found.scores[ordered]).mean())} if ordered.any() else {}
    return Measured(float(scores.mean()), len(factors), stderr, beside=error)


def factor_vae_score(bench: Bench) -> Measured:
    """The accuracy of a majority vote that names the fixed factor by the dimension that varies least."""
    factors, mu = factors_of(bench)
    n, chance = len(factors), 1 / len(factors.names)
    if len(factors.names) < 2:
        return absent(ONE_FACTOR)

    def accuracy(own: NDArray[np.int64]) -> float:
        votes = factor_votes(mu[own], factors.at(own), bench.active)
        return np.nan if votes is None else votes.accuracy

    votes = factor_votes(mu, factors, bench.active)
    stderr = jackknife_stderr(accuracy, n, FOLDS)
    if votes is None or np.isnan(stderr):
        text = _("A factor has no value that {n} images or more share.")
        return absent(text.format(n=5 * LEAST_VOTE_IMAGES // 2))
    beside = {"chance": chance, "above_chance": (votes.accuracy - chance) / (1 - chance)}
    shares = votes.judged / votes.judged.sum(1, keepdims=True).clip(1)
    return Measured(votes.accuracy, n, stderr, beside=beside, by_factor=by_name(factors, shares))


def sap(bench: Bench) -> Measured:
    """The gap between the two dimensions that predict each factor best, averaged over the factors."""
    factors, mu = factors_of(bench)
    n, active = len(factors), bench.active
    if reason := too_few(n, LEAST_FOR_FACTORS):
        return absent(reason)
    found = separation(mu, factors, active)
    stderr = jackknife_stderr(lambda own: float(separation(mu[own], factors.at(own), active).gaps.mean()), n)
    beside = {"with_chance": float(found.paper_gaps.mean())}
    return Measured(float(found.gaps.mean()), n, stderr, beside=beside, by_factor=by_name(factors, found.scores))


def modularity(bench: Bench) -> Measured:
    """Whether the active dimensions tell of one factor alone."""
    factors, mu = factors_of(bench)
    n, active = len(factors), bench.active
    if len(factors.names) < 2:
        return absent(ONE_FACTOR)
    if reason := too_few(n, histogram_cells(factors.levels)):
        return absent(reason)
    if not active.any():
        return absent(_("No dimension is active."))

    def mean(own: NDArray[np.int64]) -> float:
        return float(modularities(told_information(mu[own][:, active], factors.at(own))).mean())

    table = np.zeros((len(factors.names), len(active)))
    table[:, active] = told_information(mu[:, active], factors)
    value = float(modularities(table[:, active]).mean())
    return Measured(value, n, jackknife_stderr(mean, n), by_factor=by_name(factors, table))
