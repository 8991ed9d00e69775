"""p(x|z): what a decoder's output means. One class a likelihood, one line in ``LIKELIHOODS``.

A decoder returns one number a pixel ("params"); a likelihood turns it into log-probabilities and into the
mean picture. Pixels ``x`` are floats in [0, 1].
"""

from __future__ import annotations

import math
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

LOG_2PI = math.log(2 * math.pi)
PIXEL_DIMS = (-3, -2, -1)


class Likelihood(Protocol):
    """What every likelihood offers. ``params`` is a decoder's output, [..., C, H, W]."""

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """log p(x|z) summed over pixels: [..., C, H, W] -> [...], nats."""
        ...

    def mean(self, params: Tensor) -> Tensor:
        """E[x|z], the picture to show, [..., C, H, W], in [0, 1]."""
        ...


class Bernoulli:
    """Each pixel a coin; ``params`` are logits.

    On grey pixels this is not a likelihood of the data (the cross-entropy of a soft target is not
    normalised over [0, 1]); it is a fair objective and the field's usual number, and pages say so.
    """

    def __init__(self, sigma: float = 0.1) -> None:
        """``sigma`` is taken, and unused, so that every likelihood is made in the same way."""

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """-BCE(logits, x) summed over pixels; Kingma & Welling 2014, appendix C.1."""
        x = x.expand_as(params)
        return -F.binary_cross_entropy_with_logits(params, x, reduction="none").sum(PIXEL_DIMS)

    def mean(self, params: Tensor) -> Tensor:
        """The coin's bias."""
        return torch.sigmoid(params)


class Gaussian:
    """Each pixel normal around the decoder's output with one fixed ``sigma`` (in units of the [0, 1] scale)."""

    def __init__(self, sigma: float = 0.1) -> None:
        if not (math.isfinite(sigma) and sigma > 0):
            raise ValueError(f"sigma is {sigma}; it must be a positive number, for example 0.1.")
        self.sigma = sigma

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """log N(x; params, sigma^2) with its constant, summed over pixels; Kingma & Welling 2014, appendix C.2."""
        squares = ((x - params) / self.sigma).square().sum(PIXEL_DIMS)
        pixels = math.prod(params.shape[-3:])
        return -0.5 * squares - pixels * (math.log(self.sigma) + 0.5 * LOG_2PI)

    def mean(self, params: Tensor) -> Tensor:
        """The mean, clipped to what a pixel can be (the density itself is not clipped)."""
        return params.clamp(0, 1)


LIKELIHOODS: dict[str, type[Bernoulli] | type[Gaussian]] = {
    "bernoulli": Bernoulli,
    "gaussian": Gaussian,
}
