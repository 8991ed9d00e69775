"""Pure functions on tensors: the terms of the evidence lower bound (ELBO).

Everything is in nats and in float32 or wider: a half-precision network casts before it comes here.
Shapes: ``N`` images, ``K`` latent dimensions, ``L`` Monte Carlo samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, sigma^2) || N(0, 1)) of every latent dimension, in closed form.

    Kingma & Welling 2014, appendix B: 1/2 (mu^2 + sigma^2 - 1 - log sigma^2).

    Parameters
    ----------
    mu, logvar : Tensor of any one shape, usually [N, K]; ``logvar`` is log sigma^2.

    Returns
    -------
    Tensor of the same shape, nats, never negative.
    """
    # expm1 keeps the digits that exp(logvar) - 1 loses near logvar = 0, where collapsed dimensions live
    return 0.5 * (mu.square() + torch.expm1(logvar) - logvar)


def reparameterise(mu: Tensor, logvar: Tensor, samples: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw z = mu + sigma * eps with eps ~ N(0, 1), so that gradients reach mu and logvar.

    Kingma & Welling 2014, section 2.4. Returns [L, N, K] for ``samples`` = L.
    """
    shape = (samples, *mu.shape)
    noise = torch.randn(shape, device=mu.device, dtype=mu.dtype, generator=generator)  # [L, N, K]
    return reparameterise_with(mu, logvar, noise)


def reparameterise_with(mu: Tensor, logvar: Tensor, noise: Tensor) -> Tensor:
    """z = mu + sigma * eps for an eps that is drawn already: [N, K], [N, K], [L, N, K] -> [L, N, K]."""
    return mu + torch.exp(0.5 * logvar) * noise


@dataclass(frozen=True)
class Elbo:
    """The parts of the ELBO of each image, in nats.

    ``reconstruction`` is E_q[log p(x|z)], shape [N] (the mean over the L samples);
    ``kl`` is the KL to the prior of each latent dimension, shape [N, K].
    """

    reconstruction: Tensor
    kl: Tensor

    @property
    def elbo(self) -> Tensor:
        """ELBO = reconstruction - KL, shape [N], at beta = 1 whatever objective trains."""
        return self.reconstruction - self.kl.sum(-1)

    def loss(self, beta: float | Tensor = 1.0) -> Tensor:
        """What training minimises: -reconstruction + beta * KL, averaged over the batch only.

        Higgins et al. 2017 (beta-VAE), equation 4; beta = 1 is the negative ELBO.
        """
        return (beta * self.kl.sum(-1) - self.reconstruction).mean()

    def free_bits_loss(self, beta: float | Tensor, free: float, kl_means: Tensor) -> Tensor:
        """As ``loss``, with the first ``free`` nats of each dimension unpenalised.

        Kingma et al. 2016 (inverse autoregressive flow), section 2.5: sum over dimensions of max(free, mean KL),
        the mean over the batch. ``kl_means`` [K] are those means over the whole batch, where this is a part of it.
        """
        held = torch.where(kl_means.detach() > free, self.kl.mean(0), free)  # [K]
        return beta * held.sum() - self.reconstruction.mean()
