"""Priors of z: mixtures of diagonal normal distributions, of which N(0, I) is the one with a single component.

Shapes: ``P`` components, ``K`` latent dimensions.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

VALUES_AT_ONCE = 2**24  # of all components: 64 MB in each of several arrays


class GaussianMixture(NamedTuple):
    """1/P sum_p N(mu_p, exp(logvar_p)), diagonal; both [P, K]."""

    mu: Tensor
    logvar: Tensor

    def log_prob(self, z: Tensor) -> Tensor:
        """log p(z): [..., K] -> [...], nats."""
        wide = torch.float32 if z.device.type == "mps" else torch.float64  # squares are large, their sum is small
        rows, mu, logvar = (tensor.to(wide) for tensor in (z.reshape(-1, z.shape[-1]), self.mu, self.logvar))
        precision = torch.exp(-logvar)
        constant = (mu.square() * precision + logvar + math.log(2 * math.pi)).sum(1)  # [P]
        squares = rows.square() @ precision.T - 2 * rows @ (mu * precision).T + constant  # [R, P]
        return (torch.logsumexp(-0.5 * squares, -1) - math.log(len(mu))).to(z.dtype).reshape(z.shape[:-1])

    def conditional_log_prob(self, z: Tensor) -> Tensor:
        """log p(z_k | z_1 .. z_k-1) of each dimension, whose sum is log p(z): [..., K] -> [..., K], nats."""
        rows = z.reshape(-1, z.shape[-1])
        parts = rows.split(max(1, VALUES_AT_ONCE // self.mu.numel()))
        joint = torch.cat([torch.logsumexp(self.each(part).cumsum(-1), -2) for part in parts])  # [R, K]
        first = torch.full_like(joint[:, :1], math.log(len(self.mu)))
        return joint.diff(dim=-1, prepend=first).reshape(z.shape)

    def each(self, z: Tensor) -> Tensor:
        """log N(z_k; mu_pk, exp(logvar_pk)): [R, K] -> [R, P, K], nats."""
        away = (z[:, None] - self.mu) * torch.exp(-0.5 * self.logvar)
        return -0.5 * (away.square() + self.logvar + math.log(2 * math.pi))

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """``n`` draws, [n, K]."""
        device = self.mu.device
        chosen = torch.randint(len(self.mu), (n,), device=device, generator=generator)
        noise = torch.randn((n, self.mu.shape[1]), device=device, dtype=self.mu.dtype, generator=generator)
        return self.mu[chosen] + torch.exp(0.5 * self.logvar[chosen]) * noise
