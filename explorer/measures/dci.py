"""Disentanglement, completeness and informativeness of codes (Eastwood & Williams 2018).

Shapes: ``N`` images, ``K`` latent dimensions, ``F`` factors.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.measures.known_factors import KnownFactors
from explorer.measures.measured_value import bootstrap_stderr

Array = NDArray[np.float64]

FOLDS = 5
TREES = 30
DEPTHS = (2, 4, 8, 16)  # of the trees, of which each factor takes the one that predicts best out of its bag
CHANCE_ERRORS = 3.0  # standard errors above 0 from which a factor counts as predicted
P_OF_CHANCE = 1e-3  # of an F-test, above which a line through the codes tells nothing of a factor
TINY = 1e-12


@dataclass(frozen=True)
class Dci:
    """What predictors of the factors from the codes say.

    Attributes
    ----------
    importances : [FOLDS, F, K], of the predictor learned without each fold; rows sum to 1, or are 0 of a factor that is
        not predicted better than by chance.
    predicted : [N, F], the prediction for each image by the predictor that has not seen it.
    scores, errors : [F], the share explained (``explained``) of each factor, with standard error.
    """

    importances: Array
    predicted: Array
    scores: Array
    errors: Array

    @property
    def mean_importances(self) -> Array:
        """Importances averaged over the folds, [F, K]."""
        return np.asarray(self.importances.mean(0))

    def with_stderr(self, of: Callable[[Array], float]) -> tuple[float, float]:
        """A figure of the importances, and its standard error by the delete-a-group jackknife over the folds."""
        without = np.array([of(own) for own in self.importances])
        return of(self.mean_importances), float(np.sqrt((FOLDS - 1) * without.var()))


def disentanglement(importances: Array) -> float:
    """D: 1 - entropy of each dimension's importances over the factors, weighted by its share of all; 0 of none.

    ``importances`` [F, K]; the entropy is to the base F.
    """
    total = importances.sum()
    if total < TINY:
        return 0.0
    own = importances.sum(0)
    shares = importances / np.where(own > TINY, own, 1.0)
    return float(((1 - entropies(shares.T)) * own / total).sum())


def completeness(importances: Array) -> float:
    """C: 1 - entropy of each factor's importances over the dimensions, mean over the factors; 0 of a factor without.

    ``importances`` [F, K]; the entropy is to the base K.
    """
    own = importances.sum(1, keepdims=True)
    shares = importances / np.where(own > TINY, own, 1.0)
    return float(np.where(own[:, 0] > TINY, 1 - entropies(shares), 0.0).mean())


def entropies(shares: Array) -> Array:
    """The entropy of each row, to the base of its length: [R, L] -> [R]; 0 of a single column."""
    length = shares.shape[1]
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(-(shares * logs).sum(1) / np.log(max(2, length)))


def by_forest(
    codes: NDArray[np.floating], factors: KnownFactors, note: Callable[[float], object] = lambda _: None
) -> Dci:
    """Random forests of trees whose depth is chosen out of bag; importances are mean decreases of impurity.

    ``codes`` [N, K]: a forest of regression trees for an ordered factor, of classification trees for a category.
    """
    fold = np.random.default_rng(0).permutation(len(codes)) % FOLDS
    importances = np.zeros((FOLDS, len(factors.names), codes.shape[1]))
    predicted = np.empty((len(codes), len(factors.names)))
    for f, category in enumerate(factors.categorical):
        target = target_of(factors, f)
        depth = depth_of(codes, target, category)
        for number in range(FOLDS):
            others = fold != number
            trees = forest(category, depth).fit(codes[others], target[others])
            importances[number, f] = trees.feature_importances_
            predicted[~others, f] = trees.predict(codes[~others])
            note((f + (number + 1) / FOLDS) / len(factors.names))
    return judged(importances, predicted, factors)


def target_of(factors: KnownFactors, f: int) -> Array:
    """What is predicted of a factor: levels of a category, else standardised values: [N]."""
    if factors.categorical[f]:
        return factors.levels[:, f].astype(np.float64)
    return standardised(factors.values[:, f : f + 1])[:, 0]


def forest(category: bool, depth: int, **options: Any) -> Any:
    """An unfitted forest; every split chooses among all dimensions, as the paper's forests do."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestClassifier if category else RandomForestRegressor
    return kind(TREES, max_depth=depth, max_features=1.0, random_state=0, **options)


def depth_of(codes: NDArray[np.floating], target: Array, category: bool) -> int:
    """The depth of the trees that predict best what is out of their bag, the least of equal ones."""
    found = {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Some inputs do not have OOB scores")
        for depth in DEPTHS:
            trees = forest(category, depth, oob_score=True).fit(codes, target)
            found[depth] = round(float(trees.oob_score_), 3)
    return max(found, key=lambda depth: (found[depth], -depth))


def judged(importances: Array, predicted: Array, factors: KnownFactors) -> Dci:
    """Importances without those of factors that are not predicted better than by chance, and the scores."""

    targets = [target_of(factors, f) for f in range(len(factors.names))]

    def scores(own: NDArray[np.int64]) -> Array:
        return np.array(
            [explained(predicted[own, f], targets[f][own], category) for f, category in enumerate(factors.categorical)]
        )

    found, errors = scores(np.arange(len(predicted))), bootstrap_stderr(scores, len(predicted))
    told = found > CHANCE_ERRORS * errors
    return Dci(importances * told[None, :, None], predicted, found, errors)


def explained(predicted: Array, target: Array, category: bool) -> float:
    """How much of a factor [N] is predicted: R^2 of an ordered one, balanced accuracy above chance of a category.

    1 for all, 0 by chance, and below for worse.
    """
    if category:
        return above_chance(predicted == target, target.astype(np.int64))
    return float(1 - np.mean((predicted - target) ** 2) / (target.var() or 1.0))


def above_chance(hits: NDArray[np.bool_], levels: NDArray[np.int64]) -> float:
    """Mean over the levels of the share of hits, scaled so that guessing has 0 and knowing 1."""
    counts = np.bincount(levels)
    there = counts > 0
    if (k := np.count_nonzero(there)) < 2:
        return 0.0
    share = (np.bincount(levels, hits)[there] / counts[there]).mean()
    return float((share - 1 / k) / (1 - 1 / k))


def standardised(values: NDArray[np.floating]) -> Array:
    """Columns [N, M] with mean 0 and standard deviation 1; constant ones are 0."""
    wide = values.astype(np.float64)
    return np.asarray((wide - wide.mean(0)) / np.where(wide.std(0) > TINY, wide.std(0), 1.0))


def by_lasso(codes: NDArray[np.floating], factors: KnownFactors) -> Array:
    """Absolute weights of a lasso on standardised codes, its penalty cross-validated: [F, K].

    Of a category those of its indicators are averaged. What least squares explain no better than chance has no weights.
    """
    x = standardised(codes)
    found = np.zeros((len(factors.names), codes.shape[1]))
    for f, category in enumerate(factors.categorical):
        levels = factors.levels[:, f]
        wide = np.equal(levels[:, None], np.unique(levels)) if category else factors.values[:, f : f + 1]
        found[f] = np.mean([lasso_weights(x, y) for y in standardised(wide.astype(np.float64)).T], axis=0)
    return found


def lasso_weights(x: Array, y: Array) -> Array:
    """|w| of the lasso of ``y`` [N] on ``x`` [N, K], standardised both: [K]; 0 where the F-test finds chance."""
    from scipy.stats import f as f_distribution
    from sklearn.linear_model import LassoCV
    from sklearn.model_selection import KFold

    n, k = x.shape
    left = float(np.mean((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2))  # of a variance of 1
    if n - k - 1 <= 0 or f_distribution.sf((1 - left) / k / max(left / (n - k - 1), TINY), k, n - k - 1) > P_OF_CHANCE:
        return np.zeros(k)
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    return np.abs(LassoCV(cv=folds, alphas=30, random_state=0).fit(x, y).coef_)
