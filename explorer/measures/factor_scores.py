"""Scores of codes against known factors: FactorVAE score, SAP, modularity.

Shapes: ``N`` images, ``K`` latent dimensions, ``F`` factors. ``active`` [K] are the dimensions that vary at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.measures.dci import above_chance
from explorer.measures.known_factors import KnownFactors
from explorer.measures.latent_metrics import binned, bins_for, entropy, plain_entropy

Array = NDArray[np.float64]
Codes = NDArray[np.floating]
Active = NDArray[np.bool_]

VOTE_IMAGES = 64  # at most, of one value of a factor, whose variances cast a vote
LEAST_VOTE_IMAGES = 10  # of fewer the variance says nothing
VOTES = 4000  # to learn from, and as many others to judge by
THRESHOLD_CELLS = 64  # between which the thresholds of a code lie
P_OF_NOTHING = 1e-3  # at which mutual information counts as none


# FactorVAE score (Kim & Mnih 2018)


@dataclass(frozen=True)
class Votes:
    """How often the dimension that varied least was each one while a factor was fixed: [F, K], of each half."""

    learned: NDArray[np.int64]
    judged: NDArray[np.int64]

    @property
    def accuracy(self) -> float:
        """The share of the second half's votes that the majority vote of the first names rightly; 0 of no votes."""
        named = self.learned.argmax(0)  # [K], the factor that each dimension stands for
        return float(self.judged[named, np.arange(len(named))].sum() / max(1, self.judged.sum()))


def factor_votes(
    codes: Codes, factors: KnownFactors, active: Active, votes: int = VOTES, seed: int = 0
) -> Votes | None:
    """The votes of two disjoint halves of the images; None where no value of a factor has images enough.

    A vote: a factor at random, the value of a random image, up to ``VOTE_IMAGES`` images of that value; the active
    dimension whose variance over these is the least share of that over all images.
    """
    if not active.any():
        return Votes(*(np.zeros((len(factors.names), codes.shape[1]), np.int64) for _ in range(2)))
    rng = np.random.default_rng(seed)
    spread = codes.var(0, dtype=np.float64, ddof=1)
    scaled = codes.astype(np.float64) / np.sqrt(np.where(spread > 0, spread, 1.0))
    found = []
    for half in np.array_split(rng.permutation(len(codes)), 2):
        groups = [groups_of(half, factors.levels[half, f]) for f in range(len(factors.names))]
        if not all(groups):
            return None
        found.append(half_votes(scaled, groups, active, votes, rng))
    return Votes(*found)


def groups_of(rows: NDArray[np.int64], levels: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The images of each value of a factor that has enough."""
    groups = (rows[levels == level] for level in np.unique(levels))
    return [group for group in groups if len(group) >= LEAST_VOTE_IMAGES]


def half_votes(
    scaled: Array, groups: list[list[NDArray[np.int64]]], active: Active, votes: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The votes of some images: [F, K]."""
    found = np.zeros((len(groups), scaled.shape[1]), np.int64)
    weights = [np.array([len(group) for group in own], float) for own in groups]
    for f in rng.integers(len(groups), size=votes):
        group = groups[f][rng.choice(len(groups[f]), p=weights[f] / weights[f].sum())]
        chosen = rng.permutation(group)[:VOTE_IMAGES]
        found[f, np.where(active, scaled[chosen].var(0, ddof=1), np.inf).argmin()] += 1
    return found


# SAP (Kumar et al. 2018)


@dataclass(frozen=True)
class Separation:
    """How well each dimension alone predicts each factor, [F, K].

    ``scores`` are 0 by chance; ``paper`` are the same with the accuracy of a category as it is, chance left in.
    """

    scores: Array
    paper: Array

    @property
    def gaps(self) -> Array:
        """Of each factor the score of the best dimension less that of the second: [F]."""
        return gaps_between(self.scores)

    @property
    def paper_gaps(self) -> Array:
        """The same of ``paper``."""
        return gaps_between(self.paper)


def gaps_between(scores: Array) -> Array:
    """The largest less the second of each row; a single column has the gap to 0: [F, K] -> [F]."""
    best = np.sort(np.pad(scores, ((0, 0), (0, 1))), axis=1)
    return np.asarray(best[:, -1] - best[:, -2])


def separation(codes: Codes, factors: KnownFactors, active: Active) -> Separation:
    """R^2 of a line for ordered factors; for categories balanced accuracy of thresholds, learned on the other half."""
    scores = np.zeros((len(factors.names), codes.shape[1]))
    paper = np.zeros_like(scores)
    for f, category in enumerate(factors.categorical):
        for k in np.flatnonzero(active):
            if category:
                levels = factors.levels[:, f]
                chance = 1 / len(np.unique(levels))
                scores[f, k] = max(0.0, threshold_score(codes[:, k], levels))
                paper[f, k] = chance + (1 - chance) * scores[f, k]
            else:
                scores[f, k] = paper[f, k] = squared_correlation(codes[:, k], factors.values[:, f])
    return Separation(scores, paper)


def squared_correlation(code: Codes, value: Array) -> float:
    """R^2 of the line through a code and a factor, [N] both; 0 where one is constant."""
    one, other = code - code.mean(dtype=np.float64), value - value.mean()
    spread = (one @ one) * (other @ other)
    return float((one @ other) ** 2 / spread) if spread > 0 else 0.0


def threshold_score(code: Codes, levels: NDArray[np.int64]) -> float:
    """Balanced accuracy, above chance, of the best thresholds of a code [N]: each half judged by those of the other."""
    _, levels = np.unique(levels, return_inverse=True)
    half = np.random.default_rng(0).permutation(len(code)) % 2
    hits = np.zeros(len(code), bool)
    for own in (half == 0, half == 1):
        thresholds, named = best_thresholds(code[~own], levels[~own], int(levels.max()) + 1)
        hits[own] = named[np.searchsorted(thresholds, code[own], side="right")] == levels[own]
    return above_chance(hits, levels)


def best_thresholds(code: Codes, levels: NDArray[np.int64], n_levels: int) -> tuple[Array, NDArray[np.int64]]:
    """Up to ``n_levels`` - 1 thresholds of a code [N] of highest balanced accuracy, and the level named between them.

    Found by dynamic programming over cells of equal counts (of each distinct value where these are few).
    """
    distinct = np.unique(code)
    middles = (distinct[1:] + distinct[:-1]) / 2
    if len(distinct) > THRESHOLD_CELLS:
        middles = np.unique(np.quantile(code, np.arange(1, THRESHOLD_CELLS) / THRESHOLD_CELLS))
    cell = np.searchsorted(middles, code, side="right")
    counts = np.bincount(levels, minlength=n_levels)
    weights = np.zeros((n_levels, len(middles) + 1))
    np.add.at(weights, (levels, cell), 1 / counts[levels])
    before = np.pad(weights.cumsum(1), ((0, 0), (1, 0)))  # [levels, cells + 1]
    within = before[:, None, :] - before[:, :, None]  # of the cells from i to j: [levels, i, j]
    gain, named = np.triu(within.max(0)), within.argmax(0)
    best, steps = gain[0], []
    for _ in range(n_levels - 1):
        candidates = best[:, None] + gain  # an empty interval gains nothing
        candidates[np.tril_indices(len(best), -1)] = -np.inf
        steps.append(candidates.argmax(0))
        best = candidates.max(0)
    end, cuts, names = len(middles) + 1, [], []
    for step in [*reversed(steps), np.zeros(len(best), np.int64)]:
        start = int(step[end])
        if start < end:
            names.append(int(named[start, end]))
            cuts.append(start)
        end = start
    return np.array([middles[cut - 1] for cut in reversed(cuts) if cut], np.float64), np.array(names[::-1])


# Modularity (Ridgeway & Mozer 2018)


def modularities(nats: Array) -> Array:
    """1 - the squared mutual information with other factors than its own, by that of a dimension of one of each: [K].

    ``nats`` [F, K]; 0 for a dimension that has information of none, 1 for the only factor.
    """
    largest = nats.max(0)
    others = np.square(nats).sum(0) - np.square(largest)
    most = np.square(largest) * max(1, len(nats) - 1)
    return np.where(largest > 0, 1 - others / np.where(largest > 0, most, 1.0), 0.0)


def told_information(codes: Codes, factors: KnownFactors) -> Array:
    """Mutual information of factors and dimensions as MIG's, nats: [F, K]; 0 where independent ones had as much.

    That is where the G-test finds more with a probability above ``P_OF_NOTHING``.
    """
    return np.array([[told_nats(code, levels) for code in codes.T] for levels in factors.levels.T])


def told_nats(code: Codes, levels: NDArray[np.int64]) -> float:
    """I(code; factor) by a histogram, Miller's correction applied; 0 where the G-test finds none."""
    from scipy.stats import chi2

    _, rows = np.unique(levels, return_inverse=True)
    bins = bins_for(int(rows.max()) + 1)
    columns = binned(code, bins)
    both = rows * bins + columns
    freedom = (len(np.unique(rows)) - 1) * (len(np.unique(columns)) - 1)
    plain = plain_entropy(rows) + plain_entropy(columns) - plain_entropy(both)
    if freedom == 0 or chi2.sf(2 * len(code) * plain, freedom) > P_OF_NOTHING:
        return 0.0
    return max(0.0, entropy(rows) + entropy(columns) - entropy(both))
