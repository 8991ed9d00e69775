"""A VAE with two stochastic levels (Sonderby et al. 2016; the HVAE of Tomczak & Welling 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from models.networks import mlp
from models.objectives import Elbo, gaussian_kl, log_prior_ratio, reparameterise_with
from models.vae import VAE, NetworksConfig, Posterior, VAEConfig


@dataclass(frozen=True)
class HVAEConfig(NetworksConfig):
    """As ``NetworksConfig``; of the ``latent`` dimensions ``top`` are the upper level's, None for half of them."""

    top: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.latent < 2:
            raise ValueError(f"The latent size is {self.latent}; two levels need 2 dimensions or more.")
        if self.top is None:
            object.__setattr__(self, "top", self.latent // 2)
        if not 1 <= self.upper < self.latent:
            raise ValueError(f"The upper level has {self.top} dimensions; it must have 1 to {self.latent - 1} of them.")

    @property
    def upper(self) -> int:
        """The dimensions of the upper level."""
        assert self.top is not None
        return self.top


class Levels(NamedTuple):
    """What the encoder says of images: q(z2|x), both [N, K2], and what q(u|x, z2) takes of x, [N, 2 K1]."""

    mu: Tensor
    logvar: Tensor
    features: Tensor


class HVAE(VAE):
    """p(z2) p(z1|z2) p(x|z1, z2) with q(z2|x) q(z1|x, z2).

    The lower level is whitened: z1 = m(z2) + s(z2) * u with u ~ N(0, I). A code is (z2, u), [K2 + K1], whose prior is
    N(0, I). Its posterior is a diagonal normal distribution of u only for a given z2: ``encode`` gives that of u at
    the mean of z2, and ``posterior_samples`` draws from the true one. The KL of z2 is in closed form, that of u for
    each draw of z2.
    """

    config_class = HVAEConfig
    config: HVAEConfig
    diagonal_posterior = False

    def __init__(self, config: VAEConfig) -> None:
        super().__init__(config)
        upper, lower = self.config.upper, 2 * (self.config.latent - self.config.upper)
        between = self.config.hidden[-1:]  # as wide as the networks are where they meet z; none where these are linear
        self.conditional_prior = mlp([upper, *between, lower], config.activation)
        self.conditional_posterior = mlp([upper + lower, *between, lower], config.activation)

    def levels(self, x: Tensor) -> Levels:
        """[N, C, H, W] -> q(z2|x) and the features of x."""
        upper = self.config.upper
        return Levels(*self.encoder(x).float().split([upper, upper, 2 * (self.config.latent - upper)], -1))

    def lower_posterior(self, features: Tensor, z2: Tensor) -> Posterior:
        """q(u|x, z2): [N, 2 K1], [..., N, K2] -> [..., N, K1] each."""
        seen = torch.cat([features.expand(*z2.shape[:-1], -1), z2], -1)
        return Posterior(*(features + self.conditional_posterior(seen).float()).chunk(2, -1))

    def encode(self, x: Tensor) -> Posterior:
        """[N, C, H, W] -> mu and logvar, [N, K] each: of z2, and of u at the mean of z2."""
        top = self.levels(x)
        lower = self.lower_posterior(top.features, top.mu)
        return Posterior(torch.cat([top.mu, lower.mu], -1), torch.cat([top.logvar, lower.logvar], -1))

    def decode_params(self, z: Tensor) -> Tensor:
        """Codes (z2, u) [..., K] -> the likelihood's parameters, [..., C, H, W], float32."""
        z2, u = z.split([self.config.upper, self.config.latent - self.config.upper], -1)
        mean, logvar = self.conditional_prior(z2).float().chunk(2, -1)
        return super().decode_params(torch.cat([z2, mean + torch.exp(0.5 * logvar) * u], -1))

    def posterior_samples(self, posterior: Posterior, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Draws of the hierarchical posterior: z2, then u given it."""
        z, logvar, _kl = self.descended(self.levels(x), noise)
        return z, log_prior_ratio(z, logvar, noise)

    def descended(self, top: Levels, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Draws (z2, u) and the log variances that they were drawn with, [L, N, K] each, and the KL, [N, K]."""
        upper = self.config.upper
        z2 = reparameterise_with(top.mu, top.logvar, noise[..., :upper])  # [L, N, K2]
        lower = self.lower_posterior(top.features, z2)  # [L, N, K1] each
        u = reparameterise_with(*lower, noise[..., upper:])
        kl = torch.cat([gaussian_kl(top.mu, top.logvar), gaussian_kl(*lower).mean(0)], -1)
        return torch.cat([z2, u], -1), torch.cat([top.logvar.expand_as(z2), lower.logvar], -1), kl

    def kl(self, posterior: Posterior, x: Tensor, z: Tensor) -> Tensor:
        """That of z2, and the mean over the draws of z2 in ``z`` of that of u: [N, K]."""
        top = self.levels(x)
        lower = self.lower_posterior(top.features, z[..., : self.config.upper])
        return torch.cat([gaussian_kl(top.mu, top.logvar), gaussian_kl(*lower).mean(0)], -1)

    def elbo_with(self, x: Tensor, noise: Tensor, seen: Tensor | None = None, condition: Tensor | None = None) -> Elbo:
        """As the VAE's."""
        assert condition is None, "this model takes no condition"
        z, _logvar, kl = self.descended(self.levels(x if seen is None else seen), noise)
        return Elbo(self.likelihood.training_log_prob(self.decode_params(z), x).mean(0), kl)
