"""Metrics of latent codes: pure functions of arrays.

Shapes: ``N`` images, ``K`` latent dimensions, ``F`` known factors of the data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.floating]
Whole = NDArray[np.integer]

MIG_BINS = 20  # of a code; more if the factor has more values
KNN_NEIGHBOURS = 10
AGGREGATE_DRAWS = 10_000


def mutual_information(code: NDArray[np.floating], factor: Whole) -> float:
    """I(code; factor) in nats from a histogram: ``code`` [N] in equal bins from its minimum to its maximum.

    The number of bins is that of the factor's values, at least ``MIG_BINS``. The bias correction of ``entropy`` makes
    it near 0 for independent variables.
    """
    values, rows = np.unique(factor, return_inverse=True)
    bins = bins_for(len(values))
    low, high = float(code.min()), float(code.max())
    columns = np.minimum((code - low) / ((high - low) or 1.0) * bins, bins - 1).astype(np.int64)
    return max(0.0, entropy(rows) + entropy(columns) - entropy(rows * bins + columns))


def bins_for(values: int) -> int:
    """The number of bins of a code beside a factor of so many values."""
    return max(MIG_BINS, values)


def histogram_cells(factors: Whole) -> int:
    """The number of cells of the largest histogram of a code and one of the factors [N, F]."""
    values = max(len(np.unique(factor)) for factor in factors.T)
    return values * bins_for(values)


def entropy(values: Whole) -> float:
    """H of values [N] in nats: plug-in estimate with Miller's correction (distinct values - 1) / 2N (Miller 1955)."""
    _, counts = np.unique(values, return_counts=True)
    shares = counts / len(values)
    return float(-(shares * np.log(shares)).sum() + (len(counts) - 1) / (2 * len(values)))


def mutual_information_gaps(codes: Codes, factors: Whole) -> NDArray[np.float64]:
    """The mutual information gap of each factor, normalised by its entropy: [F] (Chen et al. 2018, equation 6).

    ``codes`` [N, K] are posterior means, ``factors`` [N, F]. NaN for a constant factor.
    """
    gaps = np.full(factors.shape[1], np.nan)
    for f, factor in enumerate(factors.T):
        if (nats := entropy(factor)) > 0:
            best = sorted([0.0, *(mutual_information(code, factor) for code in codes.T)], reverse=True)
            gaps[f] = (best[0] - best[1]) / nats
    return gaps


def prior_distances(mu: Codes, logvar: Codes, seed: int = 0) -> NDArray[np.float64]:
    """1-Wasserstein distance of each dimension's aggregate posterior to N(0, 1): [K], in the prior's sigma.

    The mean distance between ``AGGREGATE_DRAWS`` sorted draws of q(z) and the normal quantiles; about 0.01 for draws of
    the prior itself.
    """
    from scipy.stats import norm

    z = np.sort(aggregate_draws(mu, logvar, AGGREGATE_DRAWS, seed), axis=0)  # [AGGREGATE_DRAWS, K]
    quantiles = norm.ppf((np.arange(len(z)) + 0.5) / len(z))
    return np.abs(z - quantiles[:, None]).mean(0)


def aggregate_draws(mu: Codes, logvar: Codes, draws: int, seed: int = 0) -> NDArray[np.float64]:
    """Draws of the aggregate posterior, the mixture of all images' posteriors: [draws, K]."""
    rng = np.random.default_rng(seed)
    chosen = np.arange(draws) % len(mu)  # equally many per image
    return mu[chosen] + np.exp(0.5 * logvar[chosen].astype(np.float64)) * rng.standard_normal((draws, mu.shape[1]))


def knn_hits(codes: Codes, labels: Whole, train_codes: Codes, train_labels: Whole) -> NDArray[np.bool_]:
    """Whether k-NN (Euclidean, ``KNN_NEIGHBOURS`` training codes) predicts the class of each code: [N]."""
    from sklearn.neighbors import KNeighborsClassifier

    k = min(KNN_NEIGHBOURS, len(train_codes))
    return np.equal(KNeighborsClassifier(k).fit(train_codes, train_labels).predict(codes), labels)


def probe_hits(codes: Codes, labels: Whole, train_codes: Codes, train_labels: Whole) -> NDArray[np.bool_]:
    """Whether multinomial logistic regression on standardised training codes predicts each class: [N]."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(train_codes, train_labels)
    return np.equal(probe.predict(codes), labels)


def frechet(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Frechet distance between normal distributions fitted to two sets of features [N, D] and [M, D].

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^1/2), float64 (Dowson and Landau 1982).
    """
    first, second = first.astype(np.float64), second.astype(np.float64)
    apart = first.mean(0) - second.mean(0)
    one, two = np.atleast_2d(np.cov(first, rowvar=False)), np.atleast_2d(np.cov(second, rowvar=False))
    # the product's eigenvalues are those of the symmetric root' C2 root: no complex square root is needed
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    mixed = np.sqrt(np.linalg.eigvalsh(root @ two @ root).clip(0)).sum()
    return float(max(0.0, apart @ apart + np.trace(one) + np.trace(two) - 2 * mixed))
