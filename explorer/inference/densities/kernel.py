"""Kernel density over codes: a normal kernel around each, whose width makes held-out codes most likely."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.datasets import stratified
from explorer.inference.densities.sample import Arrays, Floats, Labels, Progress, Sample

MOST_KERNELS = 5_000  # kept in the run: 160 kB in 16 dimensions
WIDTHS = (0.01, 2.0)  # the bandwidth's bounds, in standard deviations of mu
CHUNK = 512  # codes whose distances to all kernels are held at once


@dataclass(frozen=True)
class KernelDensity:
    """The mean of normal kernels of standard deviation ``bandwidth`` around the points of a class.

    Attributes
    ----------
    points : [M, D]. labels : their classes, [M].
    """

    points: Floats
    labels: Labels
    bandwidth: float

    def draw(self, labels: Labels, temperature: float, rng: np.random.Generator) -> Floats:
        """A random point of each class and ``temperature * bandwidth`` times normal noise: [N, D]."""
        order = np.argsort(self.labels, kind="stable")
        starts, ends = (np.searchsorted(self.labels[order], labels, side) for side in ("left", "right"))
        chosen = order[starts + (rng.random(len(labels)) * (ends - starts)).astype(np.int64)]
        noise = rng.standard_normal((len(labels), self.points.shape[1]))
        return self.points[chosen] + temperature * self.bandwidth * noise

    def log_density(self, codes: Floats, labels: Labels) -> Floats:
        """log p(code | class), [N]."""
        found = np.empty(len(codes))
        for label in np.unique(labels):
            own, points = np.flatnonzero(labels == label), self.points[self.labels == label]
            for part in np.array_split(own, max(1, -(-len(own) // CHUNK))):
                found[part] = kernel_log_density(squared_distances(codes[part], points), self.bandwidth, codes.shape[1])
        return found

    def arrays(self) -> Arrays:
        """What it is kept as."""
        most = np.uint8 if self.labels.max(initial=0) < 256 else np.int64
        return {
            "points": self.points.astype(np.float16),
            "labels": self.labels.astype(most),
            "bandwidth": np.array(self.bandwidth),
        }


def squared_distances(codes: Floats, points: Floats) -> Floats:
    """Squared Euclidean distances [N, M] of codes [N, D] and points [M, D]."""
    from scipy.spatial.distance import cdist

    return cdist(codes, points, "sqeuclidean")


def kernel_log_density(squared: Floats, bandwidth: float, dims: int) -> Floats:
    """log of the mean kernel, from squared distances [N, M]: [N]."""
    from scipy.special import logsumexp

    constant = dims * (math.log(bandwidth) + 0.5 * math.log(2 * math.pi)) + math.log(squared.shape[1])
    return np.asarray(logsumexp(squared * (-0.5 / bandwidth**2), axis=1)) - constant


def fit_kernels(train: Sample, held_out: Sample, note: Progress) -> KernelDensity:
    """Kernels around up to ``MOST_KERNELS`` codes, of the bandwidth that makes held-out codes most likely."""
    from scipy.optimize import minimize_scalar

    own = train.at(stratified(train.labels, len(train), MOST_KERNELS))
    pairs = [squared_distances(held_out.of_class(label), own.of_class(label)) for label in np.unique(held_out.labels)]
    tried = 0

    def cost(log_width: float) -> float:
        nonlocal tried
        tried += 1
        note(min(0.95, tried / 20))
        width = math.exp(log_width)
        return -float(sum(kernel_log_density(pair, width, own.dims).sum() for pair in pairs))

    bounds = tuple(map(math.log, WIDTHS))
    width = math.exp(float(minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": 0.01}).x))
    rounded = own.codes.astype(np.float16).astype(np.float64)  # as they are kept: a thousandth of sd at most
    return KernelDensity(rounded, own.labels, width)


def restored_kernels(arrays: Arrays) -> KernelDensity:
    """The inverse of ``KernelDensity.arrays``."""
    labels = arrays["labels"].astype(np.int64)
    return KernelDensity(arrays["points"].astype(np.float64), labels, float(arrays["bandwidth"]))
