"""Figures of latent codes [N, K], by brute force or by scipy."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigvals
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist
from scipy.stats import chi2_contingency, mannwhitneyu, norm, wasserstein_distance

from tests.oracles.networks import Array, Classes

NEIGHBOURS = 10
BINS = 20
JUDGES = 50  # nearest points that tell codes from draws
COMPARED_AT_ONCE = 200  # codes whose distances are held at once


def aggregate_draws(mu: Array, logvar: Array, draws: int, seed: int) -> Array:
    """Draws of the aggregate posterior: each image's posterior, ``draws`` times, [N * draws, K]."""
    noise = np.random.default_rng(seed).standard_normal((draws, *mu.shape))
    return (mu + np.exp(logvar / 2) * noise).reshape(-1, mu.shape[1])


def distances_to_prior(z: Array, seed: int) -> Array:
    """1-Wasserstein distance of each dimension to as many draws of N(0, 1) as there are codes: [K]."""
    prior = np.random.default_rng(seed).standard_normal(len(z))
    return np.array([wasserstein_distance(column, prior) for column in z.T])


def neighbours_agree(codes: Array, labels: Classes, train_codes: Array, train_labels: Classes) -> Array:
    """Whether most of the nearest training codes have the class of each code; the lowest class wins a tie: [N]."""
    found = []
    for start in range(0, len(codes), COMPARED_AT_ONCE):
        away = cdist(codes[start : start + COMPARED_AT_ONCE], train_codes, "sqeuclidean")
        nearest = np.argpartition(away, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        found += [np.bincount(near).argmax() for near in train_labels[nearest]]
    return np.equal(found, labels).astype(np.float64)


def information_gap(codes: Array, factor: Classes) -> float:
    """Mutual information gap of one factor of the data (Chen et al. 2018, equation 6)."""
    counts = np.bincount(factor)
    total = entropy(counts)
    shared = sorted((total + information_lost(code, factor) for code in codes.T), reverse=True)
    return float(max(shared[0], 0) - max(shared[1], 0)) / total


def information_lost(code: Array, factor: Classes) -> float:
    """H(code) - H(code, factor), nats, by a histogram of the code."""
    values = len(np.unique(factor))
    table, *_ = np.histogram2d(code, factor, bins=(max(BINS, values), values))
    return entropy(table.sum(1)) - entropy(table)


def entropy(counts: Array | Classes) -> float:
    """Entropy of counts in nats, with Miller's correction for the number of cells seen (Miller 1955)."""
    seen = counts[counts > 0].ravel()
    shares = seen / seen.sum()
    return float(-(shares * np.log(shares)).sum() + (len(seen) - 1) / (2 * seen.sum()))


def holes(z: Array, draws: Array) -> float:
    """The share of draws whose nearest code is farther than 95 % of the codes are from the nearest other one."""
    tree = KDTree(z)
    between, away = tree.query(z, 2)[0][:, 1], tree.query(draws)[0]
    return float((away > np.quantile(between, 0.95)).mean())


def told_by_neighbours(z: Array, draws: Array) -> float:
    """Area under the curve of the share of codes among the nearest of a point, its own left out."""
    everything, is_code = np.concatenate([z, draws]), np.repeat([1, 0], [len(z), len(draws)])
    _, near = KDTree(everything).query(everything, JUDGES + 1)
    shares = is_code[near[:, 1:]].mean(1)
    above = mannwhitneyu(shares[: len(z)], shares[len(z) :]).statistic
    return float(above / (len(z) * len(draws)))


def sampled_information_gaps(mu: Array, logvar: Array, factors: Classes, seed: int) -> Array:
    """The gap of each factor by the densities of draws of q(z|x) (Chen et al. 2018, equations 5 and 6): [F]."""
    deviation = np.exp(logvar / 2)
    z = mu + deviation * np.random.default_rng(seed).standard_normal(mu.shape)
    shared = np.empty((factors.shape[1], mu.shape[1]))
    same = [(factor[:, None] == factor) / (factor[:, None] == factor).sum(1, keepdims=True) for factor in factors.T]
    for k in range(mu.shape[1]):
        densities = norm.pdf(z[:, None, k], mu[None, :, k], deviation[None, :, k])  # [draw, posterior]
        shared[:, k] = [np.log((densities * own).sum(1) / densities.mean(1)).mean() for own in same]
    largest, second = np.sort(shared, axis=1)[:, ::-1][:, :2].T
    counts = [np.unique(factor, return_counts=True)[1] / len(factor) for factor in factors.T]
    return (largest - second) / np.array([-(shares * np.log(shares)).sum() for shares in counts])


def frechet(features: Array, others: Array) -> float:
    """Frechet distance of normal distributions fitted to two sets of features (Dowson and Landau 1982).

    The trace of the root of C1 C2 is the sum of the roots of its eigenvalues; features may be constant.
    """
    one, two = np.cov(features, rowvar=False), np.cov(others, rowvar=False)
    apart = features.mean(0) - others.mean(0)
    mixed = np.sqrt(eigvals(one @ two).real.clip(0)).sum()
    return float(apart @ apart + np.trace(one) + np.trace(two) - 2 * mixed)


def shared_nats(codes: Array, factor: Classes) -> Array:
    """Mutual information of each dimension with a factor by histograms, nats; 0 below the quantile of chance: [K]."""
    values, found = len(np.unique(factor)), []
    for code in codes.T:
        table, *_ = np.histogram2d(code, factor, bins=(max(BINS, values), values))
        test = chi2_contingency(table[table.any(1)], correction=False, lambda_="log-likelihood")
        nats = entropy(table.sum(1)) + entropy(table.sum(0)) - entropy(table)
        found.append(max(nats, 0) if test.pvalue < 1e-3 else 0.0)
    return np.array(found)


def modularity(codes: Array, factors: Classes) -> float:
    """Ridgeway & Mozer 2018, by a template of each dimension's own factor; 0 for a dimension without."""
    nats = np.array([shared_nats(codes, factor) for factor in factors.T]).T  # [K, F]
    template = np.where(nats == nats.max(1, keepdims=True), nats, 0)
    away = ((nats - template) ** 2).sum(1) / (nats.max(1).clip(1e-9) ** 2 * (factors.shape[1] - 1))
    return float(np.where(nats.max(1) > 0, 1 - away, 0).mean())


def two_cuts_accuracy(code: Array, factor: Classes, steps: int = 25) -> float:
    """Balanced accuracy, above chance, of the best two cuts of a code for a factor of three values, by trying all."""
    cuts = np.quantile(code, np.linspace(0, 1, steps))
    shares = np.array([np.histogram(code[factor == one], cuts)[0] / (factor == one).sum() for one in range(3)])
    total = np.pad(shares.cumsum(1), ((0, 0), (1, 0)))  # [3, steps]
    found = 0.0
    for i in range(steps):
        for j in range(i, steps):
            parts = (total[:, i], total[:, j] - total[:, i], total[:, -1] - total[:, j])
            found = max(found, sum(float(part.max()) for part in parts))
    return (found - 1) / 2


def least_variance_accuracy(codes: Array, factors: Classes, rng: np.random.Generator) -> float:
    """FactorVAE score with batches of 40 images: half of the images to learn the majority from, half to judge by."""
    spread, counts = codes.std(0), np.zeros((2, factors.shape[1], codes.shape[1]))
    part = rng.integers(2, size=len(codes))
    for turn in range(4000):
        half, held = turn % 2, int(rng.integers(factors.shape[1]))
        own = np.flatnonzero(part == half)
        same = own[factors[own, held] == factors[rng.choice(own), held]]
        batch = codes[rng.choice(same, min(40, len(same)), replace=False)]
        counts[half, held, (batch.std(0) / spread).argmin()] += 1
    right = counts[1][counts[0].argmax(0), np.arange(codes.shape[1])]
    return float(right.sum() / counts[1].sum())
