"""Whether the codes of the images are spread as the prior is: pure functions of posterior means and log-variances.

Shapes: ``N`` images, ``K`` latent dimensions. The aggregate posterior is the mixture of the posteriors of all images.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.inference.latent_space import Prior
from explorer.measures.measured_value import Measured, bootstrap_stderr, each_dimension

Codes = NDArray[np.floating]
Numbers = NDArray[np.int64]

AGGREGATE_DRAWS = 10_000
FOLDS = 5  # of the classifier: trained on four, evaluated on the fifth, each in turn
HIDDEN = (64, 64)  # units of its network
VOTING_NEIGHBOURS = 50
HOLE_PERCENT = 95  # of the codes lie nearer to another code than a hole is to any


def aggregate_draws(mu: Codes, logvar: Codes, draws: int, seed: int = 0) -> NDArray[np.float64]:
    """Draws of the aggregate posterior, equally many per image: [draws, K]."""
    rng = np.random.default_rng(seed)
    chosen = np.arange(draws) % len(mu)
    return mu[chosen] + np.exp(0.5 * logvar[chosen].astype(np.float64)) * rng.standard_normal((draws, mu.shape[1]))


def prior_distances(mu: Codes, logvar: Codes, prior: Prior, seed: int = 0) -> NDArray[np.float64]:
    """1-Wasserstein distance of each dimension's aggregate posterior to the prior: [K], in the prior's sigma.

    The mean distance between ``AGGREGATE_DRAWS`` sorted draws of q(z) and the prior's quantiles; about 0.01 for draws
    of the prior itself.
    """
    z = np.sort(aggregate_draws(mu, logvar, AGGREGATE_DRAWS, seed), axis=0)  # [AGGREGATE_DRAWS, K]
    return np.abs(z - prior.quantiles(len(z))).mean(0) / prior.spread()


def measured_prior_distances(mu: Codes, logvar: Codes, prior: Prior) -> Measured:
    """``prior_distances`` with standard errors by a bootstrap over the images."""
    seeds = iter(range(1, 10**6))
    errors = bootstrap_stderr(lambda own: prior_distances(mu[own], logvar[own], prior, next(seeds)), len(mu))
    return each_dimension(prior_distances(mu, logvar, prior), len(mu), errors)


def codes_and_draws(mu: Codes, logvar: Codes, prior: Prior) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One draw of z per image, of at most ``AGGREGATE_DRAWS`` random images, and as many of the prior: [n, K] each."""
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(mu))[:AGGREGATE_DRAWS]
    return aggregate_draws(mu[chosen], logvar[chosen], len(chosen)), prior.drawn(len(chosen), rng)


def prior_auc(mu: Codes, logvar: Codes, prior: Prior) -> Measured:
    """Area under the ROC curve of a classifier that tells codes from draws of the prior; 0.5 where it cannot.

    By cross-validation (Lopez-Paz and Oquab 2017), with the mean probability of boosted trees, a small network and the
    nearest neighbours. One code per image, so that none is on both sides of a split. The standard error is that of
    Hanley and McNeil 1982.
    """
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from threadpoolctl import threadpool_limits

    codes, draws = codes_and_draws(mu, logvar, prior)
    z, is_code = np.concatenate([codes, draws]), np.repeat([1, 0], len(codes))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    with threadpool_limits(1):  # those of trees wait for one another by spinning: on a busy machine for minutes
        scores = cross_val_predict(two_sample_classifier(), z, is_code, cv=folds, method="predict_proba")[:, 1]
    auc = float(roc_auc_score(is_code, scores))
    return Measured(auc, len(codes), auc_stderr(auc, len(codes)))


def two_sample_classifier() -> Any:
    """Boosted trees find dimensions that are off, a network dependence between them, neighbours fine structure."""
    from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(HIDDEN, early_stopping=True, max_iter=100, random_state=0)
    trees = HistGradientBoostingClassifier(random_state=0)
    near = KNeighborsClassifier(VOTING_NEIGHBOURS)
    return VotingClassifier([("network", network), ("trees", trees), ("near", near)], voting="soft")


def auc_stderr(auc: float, n: int) -> float:
    """Standard error of the area under a curve from n positive and n negative cases (Hanley and McNeil 1982)."""
    above_two, below_two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (n - 1) * (above_two - auc**2) + (n - 1) * (below_two - auc**2)
    return math.sqrt(max(spread, 0.0)) / n


def prior_holes(mu: Codes, logvar: Codes, prior: Prior) -> Measured:
    """The share of draws of the prior that lie in holes: farther from the nearest code than 95 % of the codes are.

    A code's own distance is that to the nearest code of another image, so that of codes spread as the prior is 5 % of
    the draws lie there. The standard error is by a bootstrap over the distances.
    """
    codes, draws = codes_and_draws(mu, logvar, prior)
    between, away = nearest_distances(codes, draws)

    def share(own: Numbers) -> float:
        return float((away[own] > np.percentile(between[own], HOLE_PERCENT)).mean())

    return Measured(share(np.arange(len(codes))), len(codes), float(bootstrap_stderr(share, len(codes))))


def nearest_distances(codes: Codes, draws: Codes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Euclidean distance of each code [n, K] to its nearest other, and of each draw to the nearest code: [n] both."""
    from sklearn.neighbors import NearestNeighbors

    near = NearestNeighbors(n_neighbors=1).fit(codes)
    between, _ = near.kneighbors()  # without arguments a point is not its own neighbour
    away, _ = near.kneighbors(draws)
    return between[:, 0], away[:, 0]
