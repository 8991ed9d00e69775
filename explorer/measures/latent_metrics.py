"""What the latent codes of a data set are worth: pure functions of arrays.

Shapes: ``N`` images, ``K`` latent dimensions, ``F`` known factors of the data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.floating]
Whole = NDArray[np.integer]

BINS = 20  # of a code; as many as the factor has values where it has more
NEIGHBOURS = 10
AGGREGATE_DRAWS = 10_000


def mutual_information(code: NDArray[np.floating], factor: Whole) -> float:
    """I(code; factor) in nats, by a histogram: ``code`` [N] in equal bins from its least to its greatest value.

    As many bins as the factor has values, ``BINS`` at least. Near 0 where they are independent, as of the entropies
    that it is made of (see ``entropy``).
    """
    values, rows = np.unique(factor, return_inverse=True)
    bins = max(BINS, len(values))
    low, high = float(code.min()), float(code.max())
    columns = np.minimum((code - low) / ((high - low) or 1.0) * bins, bins - 1).astype(np.int64)
    return max(0.0, entropy(rows) + entropy(columns) - entropy(rows * bins + columns))


def entropy(values: Whole) -> float:
    """H of values [N] in nats: of their frequencies, and (values - 1) / 2N for what is not seen (Miller 1955)."""
    _, counts = np.unique(values, return_counts=True)
    shares = counts / len(values)
    return float(-(shares * np.log(shares)).sum() + (len(counts) - 1) / (2 * len(values)))


def mutual_information_gaps(codes: Codes, factors: Whole) -> NDArray[np.float64]:
    """For each factor how far its best dimension is ahead of the second best, in units of its entropy: [F].

    Chen et al. 2018, equation 6; codes [N, K] are posterior means, factors [N, F]. NaN for a factor that never varies.
    """
    gaps = np.full(factors.shape[1], np.nan)
    for f, factor in enumerate(factors.T):
        if (nats := entropy(factor)) > 0:
            best = sorted([0.0, *(mutual_information(code, factor) for code in codes.T)], reverse=True)
            gaps[f] = (best[0] - best[1]) / nats
    return gaps


def prior_distances(mu: Codes, logvar: Codes, seed: int = 0) -> NDArray[np.float64]:
    """How far the aggregate posterior of each dimension lies from N(0, 1): [K], in units of the prior's sigma.

    The 1-Wasserstein distance: how far its values must be moved on average. ``AGGREGATE_DRAWS`` of q(z) are sorted
    against the normal quantiles; draws of the prior itself have about 0.01.
    """
    from scipy.stats import norm

    z = np.sort(aggregate_draws(mu, logvar, AGGREGATE_DRAWS, seed), axis=0)  # [AGGREGATE_DRAWS, K]
    quantiles = norm.ppf((np.arange(len(z)) + 0.5) / len(z))
    return np.abs(z - quantiles[:, None]).mean(0)


def aggregate_draws(mu: Codes, logvar: Codes, draws: int, seed: int = 0) -> NDArray[np.float64]:
    """z of the aggregate posterior, the mixture of all images' posteriors: [draws, K]."""
    rng = np.random.default_rng(seed)
    chosen = np.arange(draws) % len(mu)  # every image as often as any other
    return mu[chosen] + np.exp(0.5 * logvar[chosen].astype(np.float64)) * rng.standard_normal((draws, mu.shape[1]))


def knn_hits(codes: Codes, labels: Whole, train_codes: Codes, train_labels: Whole) -> NDArray[np.bool_]:
    """Whether the majority of each code's 10 nearest of the training codes (Euclidean) has its class: [N]."""
    from sklearn.neighbors import KNeighborsClassifier

    k = min(NEIGHBOURS, len(train_codes))
    return np.equal(KNeighborsClassifier(k).fit(train_codes, train_labels).predict(codes), labels)


def probe_hits(codes: Codes, labels: Whole, train_codes: Codes, train_labels: Whole) -> NDArray[np.bool_]:
    """Whether a linear classifier (multinomial logistic regression on standardised codes) names each class: [N]."""
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
