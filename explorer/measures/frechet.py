"""The Frechet distance between images in the features of several classifiers, with its standard error."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.measures.measured_value import Measured, bootstrap_stderr

Features = NDArray[np.floating]


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


def measured_frechet(pairs: Sequence[tuple[Features, Features]]) -> Measured:
    """The mean Frechet distance over classifiers, of pairs of features [n, D] and [n, D] of the same pictures.

    The variance of its standard error is the sum of two: over the images, by a bootstrap of the mean over the
    classifiers, and over the classifiers, whose seeds are a random sample.
    """
    n = len(pairs[0][0])
    each = np.array([frechet(*pair) for pair in pairs])

    def resampled(own: NDArray[np.int64]) -> float:
        return float(np.mean([frechet(first[own], second[own]) for first, second in pairs]))

    over_images = float(bootstrap_stderr(resampled, n))
    over_classifiers = float(each.std(ddof=1)) / math.sqrt(len(each)) if len(each) > 1 else 0.0
    return Measured(float(each.mean()), n, math.hypot(over_images, over_classifiers))
