"""Gaussian mixtures with full covariances, by scikit-learn (Ghosh et al. 2020 fit them to the codes)."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np

from explorer.inference.densities.sample import Arrays, Floats, Labels, Progress, Sample

COMPONENTS = (1, 5, 10, 20, 40)  # tried in this order, until held-out codes become less likely
CODES_PER_NUMBER = 2  # that a component is fitted to, for each number of its mean and covariance's rows
FLOOR = 1e-4  # added to variances: a component that has shrunk to a point would repeat a code


@dataclass(frozen=True)
class Mixture:
    """A mixture of ``k`` normal distributions for each of C classes.

    Attributes
    ----------
    shares : of the components, [C, k].
    means : [C, k, D].
    roots : lower triangular Cholesky factors of the covariances, [C, k, D, D].
    """

    shares: Floats
    means: Floats
    roots: Floats

    def draw(self, labels: Labels, temperature: float, rng: np.random.Generator) -> Floats:
        """A component by its share, then its mean and ``temperature`` times a draw of its noise: [N, D]."""
        below = self.shares.cumsum(1)[labels]  # [N, k]
        chosen = (rng.random((len(labels), 1)) * below[:, -1:] > below).sum(1)
        noise = temperature * rng.standard_normal((len(labels), self.means.shape[2]))
        found = self.means[labels, chosen]
        for label, component in set(zip(labels.tolist(), chosen.tolist(), strict=True)):
            own = (labels == label) & (chosen == component)
            found[own] += noise[own] @ self.roots[label, component].T
        return found

    def log_density(self, codes: Floats, labels: Labels) -> Floats:
        """log p(code | class), [N]."""
        found = np.empty(len(codes))
        for label in np.unique(labels):
            own = labels == label
            found[own] = mixture_log_density(codes[own], self.shares[label], self.means[label], self.roots[label])
        return found

    def arrays(self) -> Arrays:
        """What it is kept as."""
        return {name: getattr(self, name).astype(np.float32) for name in ("shares", "means", "roots")}


def mixture_log_density(codes: Floats, shares: Floats, means: Floats, roots: Floats) -> Floats:
    """log density of codes [N, D] in a mixture of shares [k], means [k, D] and roots [k, D, D]: [N]."""
    from scipy.linalg import solve_triangular
    from scipy.special import logsumexp

    each = np.empty((len(shares), len(codes)))
    for own, mean, root, log_p in zip(shares, means, roots, each, strict=True):
        whitened = solve_triangular(root, (codes - mean).T, lower=True)  # [D, N]
        constant = np.log(np.diag(root)).sum() + 0.5 * len(mean) * math.log(2 * math.pi)
        log_p[:] = math.log(max(own, 1e-300)) - 0.5 * np.square(whitened).sum(0) - constant
    return np.asarray(logsumexp(each, axis=0))


def fit_mixture(train: Sample, held_out: Sample, note: Progress) -> Mixture:
    """The mixture whose number of components makes held-out codes most likely."""
    least = min(int(np.count_nonzero(train.labels == label)) for label in range(train.classes))
    affordable = [k for k in COMPONENTS if k == 1 or least >= k * CODES_PER_NUMBER * (train.dims + 1)]
    best, best_nats = mixture_of(train, 1), -math.inf
    for tried, k in enumerate(affordable):
        found = best if k == 1 else mixture_of(train, k)
        nats = float(found.log_density(held_out.codes, held_out.labels).mean())
        if nats <= best_nats:
            break
        best, best_nats = found, nats
        note((tried + 1) / len(affordable))
    return best


def mixture_of(sample: Sample, components: int) -> Mixture:
    """A mixture of so many components for each class."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture
    from threadpoolctl import threadpool_limits

    found = []
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # what more steps would gain, held-out codes do not show
        for label in range(sample.classes):
            found.append(GaussianMixture(components, reg_covar=FLOOR, random_state=0).fit(sample.of_class(label)))
    roots = np.stack([np.linalg.cholesky(one.covariances_) for one in found])
    return Mixture(np.stack([one.weights_ for one in found]), np.stack([one.means_ for one in found]), roots)


def restored_mixture(arrays: Arrays) -> Mixture:
    """The inverse of ``Mixture.arrays``."""
    return Mixture(*(arrays[name].astype(np.float64) for name in ("shares", "means", "roots")))
