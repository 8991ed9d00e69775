"""Likelihoods, KL, ELBO and log p(x) in nats, written out as densities."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import logsumexp, xlogy

from tests.oracles.networks import Array, Classes, Networks

DECODED_VALUES = 2**23  # held at once: 64 MB


def kl_to_prior(mu: Array, logvar: Array) -> Array:
    """KL of N(mu, exp(logvar)) to N(0, 1), by dimension: [N, K]."""
    return (mu**2 + np.exp(logvar) - 1 - logvar) / 2


def softplus(a: Array) -> Array:
    """log(1 + exp(a))."""
    return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a)))


def log_bernoulli(logits: Array, x: Array) -> Array:
    """Sum over pixels of x log p + (1 - x) log(1 - p): [..., P] -> [...]."""
    return (x * logits).sum(-1) - softplus(logits).sum(-1)


def log_pixels(networks: Networks, params: Array, x: Array) -> Array:
    """log p(x|z) of what the decoder gave, Bernoulli or Gaussian: [..., P] -> [...]."""
    if networks.variance is None:
        return log_bernoulli(params, x)
    return log_normal(x, params, math.log(networks.variance))


def log_normal(z: Array, mu: Array | float = 0.0, logvar: Array | float = 0.0) -> Array:
    """log N(z; mu, exp(logvar)), summed over dimensions: [..., K] -> [...]."""
    return (-((z - mu) ** 2) / np.exp(logvar) - logvar - math.log(2 * math.pi)).sum(-1) / 2


def binary_entropy(x: Array) -> Array:
    """Entropy of each image's pixels as Bernoulli means, the least that a Bernoulli can cost it: [N, P] -> [N]."""
    return -(xlogy(x, x) + xlogy(1 - x, 1 - x)).sum(1)


def reconstruction(
    networks: Networks, x: Array, mu: Array, logvar: Array, noise: Array, classes: Classes | None = None
) -> Array:
    """log p(x|z) at z = mu + sigma noise, one value a draw: noise [L, N, K] or [L, 1, K] -> [L, N]."""
    return np.stack(
        [log_pixels(networks, networks.params(mu + np.exp(logvar / 2) * draw, classes), x) for draw in noise]
    )


def log_weights(
    networks: Networks, x: Array, mu: Array, logvar: Array, noise: Array, classes: Classes | None = None
) -> Array:
    """log p(x|z) + log p(z) - log q(z|x) at z = mu + sigma noise: noise [L, N, K] or [L, 1, K] -> [L, N]."""
    z = mu + np.exp(logvar / 2) * noise
    log_ratio = log_normal(z) - log_normal(z, mu, logvar)
    return reconstruction(networks, x, mu, logvar, noise, classes) + log_ratio


def log_mean_weight(weights: Array) -> Array:
    """log of the mean weight of L draws, [L, N] of logarithms -> [N]: the estimate of log p(x)."""
    return logsumexp(weights, axis=0) - math.log(len(weights))


def log_joint_on(networks: Networks, x: Array, z: Array) -> Array:
    """log p(x|z) + log p(z) of every image at every one of G codes [G, K]: [N, G]."""
    step = max(1, DECODED_VALUES // x.shape[1])
    parts = []
    for start in range(0, len(z), step):
        logits = networks.params(z[start : start + step])  # [g, P]
        parts.append(x @ logits.T - softplus(logits).sum(1))
    return np.concatenate(parts, 1) + log_normal(z)


def squares_at(centres: Array, side: float, parts: int) -> Array:
    """Centres of the parts x parts equal squares within squares [C, 2] of this side: [C * parts^2, 2]."""
    steps = side * ((np.arange(parts) + 0.5) / parts - 0.5)
    offsets = np.stack(np.meshgrid(steps, steps, indexing="ij"), -1).reshape(-1, 2)
    return (centres[:, None] + offsets).reshape(-1, 2)


def log_evidence(networks: Networks, x: Array, extent: float, coarse: int, fine: int, nats: float) -> Array:
    """log p(x) under a model of two dimensions, by the midpoint rule: [N].

    The square [-extent, extent]^2 is cut into coarse x coarse squares; those in which some image's joint density comes
    within ``nats`` of its largest are cut again, into fine x fine.
    """
    side = 2 * extent / coarse
    centres = squares_at(np.zeros((1, 2)), 2 * extent, coarse)
    rough = log_joint_on(networks, x, centres)
    near = (rough >= rough.max(1, keepdims=True) - nats).any(0)
    small = log_joint_on(networks, x, squares_at(centres[near], side, fine))
    return logsumexp(small, axis=1) + 2 * math.log(side / fine)
