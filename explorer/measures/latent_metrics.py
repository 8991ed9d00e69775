"""Metrics of latent codes: pure functions of arrays.

Shapes: ``N`` images, ``K`` latent dimensions, ``F`` known factors of the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.floating]
Whole = NDArray[np.integer]
Hits = Callable[[Codes, Whole, Codes, Whole], NDArray[np.bool_]]  # ``knn_hits`` and ``probe_hits``

MIG_BINS = 20  # of a code; more if the factor has more values
KNN_NEIGHBOURS = 10
FOLDS = 5


def mutual_information(code: NDArray[np.floating], factor: Whole) -> float:
    """I(code; factor) in nats from a histogram: ``code`` [N] in equal bins from its minimum to its maximum.

    The number of bins is that of the factor's values, at least ``MIG_BINS``. The bias correction of ``entropy`` makes
    it near 0 for independent variables.
    """
    values, rows = np.unique(factor, return_inverse=True)
    bins = bins_for(len(values))
    columns = binned(code, bins)
    return max(0.0, entropy(rows) + entropy(columns) - entropy(rows * bins + columns))


def binned(code: NDArray[np.floating], bins: int) -> NDArray[np.int64]:
    """The number of the bin of each value of a code, of equal bins from its minimum to its maximum: [N]."""
    low, high = float(code.min()), float(code.max())
    return np.minimum((code - low) / ((high - low) or 1.0) * bins, bins - 1).astype(np.int64)


def bins_for(values: int) -> int:
    """The number of bins of a code beside a factor of so many values."""
    return max(MIG_BINS, values)


def histogram_cells(factors: Whole) -> int:
    """The number of cells of the largest histogram of a code and one of the factors [N, F]."""
    values = max(len(np.unique(factor)) for factor in factors.T)
    return values * bins_for(values)


def entropy(values: Whole) -> float:
    """H of values [N] in nats: plug-in estimate with Miller's correction (distinct values - 1) / 2N (Miller 1955)."""
    return plain_entropy(values) + (len(np.unique(values)) - 1) / (2 * len(values))


def plain_entropy(values: Whole) -> float:
    """H of values [N] in nats by their shares."""
    _, counts = np.unique(values, return_counts=True)
    shares = counts / len(values)
    return float(-(shares * np.log(shares)).sum())


def mutual_information_gaps(codes: Codes, factors: Whole) -> NDArray[np.float64]:
    """The gap of each factor (``gaps_of``) with the mutual information of histograms: [F].

    ``codes`` [N, K] are posterior means, ``factors`` [N, F]. NaN for a constant factor.
    """
    return gaps_of(histogram_information(codes, factors), np.array([entropy(factor) for factor in factors.T]))


def histogram_information(codes: Codes, factors: Whole) -> NDArray[np.float64]:
    """The mutual information of factors and dimensions, nats: [F, K]."""
    return np.array([[mutual_information(code, factor) for code in codes.T] for factor in factors.T])


def plain_information_gaps(codes: Codes, factors: Whole) -> NDArray[np.float64]:
    """The same with ``MIG_BINS`` bins whatever the factor, and no correction, as Locatello et al. 2019 take it: [F]."""

    def information(code: NDArray[np.floating], rows: NDArray[np.int64]) -> float:
        columns = binned(code, MIG_BINS)
        return plain_entropy(rows) + plain_entropy(columns) - plain_entropy(rows * MIG_BINS + columns)

    rows = [np.unique(factor, return_inverse=True)[1] for factor in factors.T]
    nats = np.array([[information(code, own) for code in codes.T] for own in rows])
    return gaps_of(nats, np.array([plain_entropy(own) for own in rows]))


def gaps_of(nats: NDArray[np.float64], entropies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gap between the two dimensions that tell most of each factor, by its entropy: [F] (Chen et al. 2018, equation 6).

    ``nats`` [F, K] are mutual informations of factors and dimensions, ``entropies`` [F]. NaN for a constant factor.
    """
    padded = np.concatenate([nats, np.zeros((len(nats), 2))], axis=1)  # a single dimension has the gap to none
    best = np.sort(padded.clip(0), axis=1)[:, ::-1]
    return np.where(entropies > 0, (best[:, 0] - best[:, 1]) / np.where(entropies > 0, entropies, 1.0), np.nan)


def posterior_information(mu: Codes, logvar: Codes, factors: Whole, seed: int = 0) -> NDArray[np.float64]:
    """log q(z_j | v_f) - log q(z_j) of one draw of z per image, nats: [N, F, K].

    Its mean over the images is I(z_j; v_f) under q(z|x) (Chen et al. 2018, equation 5): q(z_j) is the mixture of the
    posteriors of all images, q(z_j | v_f) that of the images with the same value of the factor.
    """
    from scipy.special import logsumexp

    z = mu + np.exp(0.5 * logvar) * np.random.default_rng(seed).standard_normal(mu.shape)
    found = np.empty((len(mu), factors.shape[1], mu.shape[1]))
    for j in range(mu.shape[1]):
        under = log_normal(z[:, None, j], mu[:, j].astype(np.float64), logvar[:, j].astype(np.float64))  # [N, N]
        marginal = logsumexp(under, axis=1) - math.log(len(mu))
        for f, factor in enumerate(factors.T):
            for value in np.unique(factor):
                own = factor == value
                within = logsumexp(under[np.ix_(own, own)], axis=1) - math.log(np.count_nonzero(own))
                found[own, f, j] = within - marginal[own]
    return found


def log_normal(z: Codes, mu: Codes, logvar: Codes) -> NDArray[np.float64]:
    """log N(z; mu, exp(logvar)), broadcast."""
    return -0.5 * (math.log(2 * math.pi) + logvar + (z - mu) ** 2 * np.exp(-logvar))


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


def hits_in_folds(hits: Hits, codes: Codes, labels: Whole) -> NDArray[np.bool_]:
    """``hits`` of codes [N, K] by what is learned of the others: [N]. Each class is spread over the ``FOLDS`` folds."""
    fold = np.empty(len(labels), np.int64)
    fold[np.argsort(labels, kind="stable")] = np.arange(len(labels)) % FOLDS
    found = np.empty(len(labels), bool)
    for own in (fold == number for number in range(FOLDS)):
        if own.any():
            found[own] = hits(codes[own], labels[own], codes[~own], labels[~own])
    return found
