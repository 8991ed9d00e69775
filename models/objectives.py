"""Pure functions on tensors: the terms of the evidence lower bound (ELBO).

All values are in nats, in float32 or wider: the output of a half-precision network is cast before.
Shapes: ``N`` images, ``K`` latent dimensions, ``L`` Monte Carlo samples.
"""

from __future__ import annotations

import math
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


def log_normal(z: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """log N(z; mu, exp(logvar)) of every dimension, nats: shapes that broadcast."""
    return -0.5 * ((z - mu).square() * torch.exp(-logvar) + logvar + math.log(2 * math.pi))


def standard_noise(like: Tensor, samples: int, generator: torch.Generator | None = None) -> Tensor:
    """Draws eps ~ N(0, 1) for ``samples`` = L draws of z: [N, K] -> [L, N, K]."""
    return torch.randn((samples, *like.shape), device=like.device, dtype=like.dtype, generator=generator)


def reparameterise_with(mu: Tensor, logvar: Tensor, noise: Tensor) -> Tensor:
    """z = mu + sigma * eps for a given eps, so that gradients reach mu and logvar; Kingma & Welling 2014, section 2.4.

    [N, K], [N, K], [L, N, K] -> [L, N, K].
    """
    return mu + torch.exp(0.5 * logvar) * noise


@dataclass(frozen=True)
class Elbo:
    """The terms of the ELBO of each image, in nats.

    ``reconstruction`` is E_q[log p(x|z)], shape [N] (the mean over the L samples);
    ``kl`` is the KL to the prior of each latent dimension, shape [N, K], or [N, 1] where only the sum is computed.
    """

    reconstruction: Tensor
    kl: Tensor

    @property
    def elbo(self) -> Tensor:
        """ELBO = reconstruction - KL, shape [N], at beta = 1 whatever the training objective."""
        return self.reconstruction - self.kl.sum(-1)

    def loss(self, beta: float | Tensor = 1.0) -> Tensor:
        """The training loss: -reconstruction + beta * KL, averaged over the batch only.

        Higgins et al. 2017 (beta-VAE), equation 4; beta = 1 is the negative ELBO.
        """
        return (beta * self.kl.sum(-1) - self.reconstruction).mean()

    def free_bits_loss(self, beta: float | Tensor, free: float, kl_means: Tensor) -> Tensor:
        """As ``loss``, with the first ``free`` nats of each dimension unpenalised.

        Kingma et al. 2016 (inverse autoregressive flow), section 2.5: sum over dimensions of max(free, mean KL),
        the mean over the batch. ``kl_means`` [K] are those of the whole batch, of which these images may be a part.
        """
        held = torch.where(kl_means.detach() > free, self.kl.mean(0), free)  # [K]
        return beta * held.sum() - self.reconstruction.mean()


@dataclass(frozen=True)
class ImportanceElbo(Elbo):
    """The terms of the importance-weighted bound: log p(x|z) and log p(z) - log q(z|x) of each draw, both [L, N]."""

    log_px: Tensor
    log_ratio: Tensor

    def loss(self, beta: float | Tensor = 1.0) -> Tensor:
        """The negative bound; Burda et al. 2016, equation 8. ``beta`` weights log p(z) - log q(z|x)."""
        return -importance_bound(self.log_px + beta * self.log_ratio).mean()


@dataclass(frozen=True)
class DoublyReparameterisedElbo(ImportanceElbo):
    """The terms of the importance-weighted bound for the gradients of Tucker et al. 2019.

    Attributes
    ----------
    log_px : its gradient reaches the decoder alone, [L, N].
    log_ratio : as a function of z alone: the parameters of q are held, [L, N].
    path_log_px : of the same value as ``log_px``; its gradient reaches z alone, [L, N].
    """

    path_log_px: Tensor

    def loss(self, beta: float | Tensor = 1.0) -> Tensor:
        """The negative bound: the decoder's gradients are the bound's, the encoder's those of equation 8.

        Each draw's gradient with respect to z is weighted by the square of its normalised importance weight.
        """
        log_weights = self.log_px + beta * self.log_ratio.detach()  # [L, N]
        squares = torch.softmax(log_weights.detach(), 0).square()
        path = (squares * (self.path_log_px + beta * self.log_ratio)).sum(0)  # [N]
        return -(importance_bound(log_weights) + path - path.detach()).mean()


def importance_bound(log_weights: Tensor) -> Tensor:
    """log of the mean of L importance weights: [L, N] -> [N], nats; a lower bound of log p(x), tighter for larger L.

    Burda et al. 2016, equation 8. Computed by logsumexp, since the log weights of one image span hundreds of nats.
    """
    return torch.logsumexp(log_weights, 0) - math.log(len(log_weights))


def log_prior_ratio(z: Tensor, logvar: Tensor, noise: Tensor) -> Tensor:
    """log p(z) - log q(z|x) at z = mu + sigma * noise: [L, N, K], [N, K], [L, N, K] -> [L, N], nats."""
    return 0.5 * (noise.square() - z.square() + logvar).sum(-1)


def log_density_ratio(z: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """log p(z) - log q(z) of any z, q = N(mu, exp(logvar)): [L, N, K], [N, K], [N, K] -> [L, N], nats."""
    return log_prior_ratio(z, logvar, (z - mu) * torch.exp(-0.5 * logvar))


@dataclass(frozen=True)
class TotalCorrelationElbo(Elbo):
    """An ELBO with an estimate of the total correlation of the code, a scalar in nats.

    Chen et al. 2018, equation 4 with alpha = gamma = 1, and Kim & Mnih 2018, equation 2 with gamma = beta - 1:
    both add (beta - 1) TC to the negative ELBO.
    """

    total_correlation: Tensor

    def loss(self, beta: float | Tensor = 1.0) -> Tensor:
        """-ELBO + (beta - 1) TC. Below 1, as in a warm-up, ``beta`` weights the whole KL and there is no TC term."""
        weight = torch.as_tensor(beta)
        return super().loss(weight.clamp(max=1)) + (weight - 1).clamp(min=0) * self.total_correlation


@dataclass(frozen=True)
class AdversarialElbo(TotalCorrelationElbo):
    """A total-correlation ELBO with the loss of the discriminator that estimates it, a scalar."""

    discriminator_loss: Tensor

    def loss(self, beta: float | Tensor = 1.0) -> Tensor:
        """The sum of both losses; each has no gradient with respect to the other's weights."""
        return super().loss(beta) + self.discriminator_loss


@dataclass(frozen=True)
class SemiSupervisedElbo(Elbo):
    """The ELBO of a batch in which some images have a label; Kingma et al. 2014, section 3.1.2.

    ``reconstruction`` and ``kl`` are those of the given class, or without a label their means over q(y|x).

    Attributes
    ----------
    each : the ELBO terms of every class, [C, N] and [C, N, K].
    log_q : log q(y|x), [N, C].
    given : one-hot class [N, C], zeros for an image without a label.
    weight : of -log q(y|x) of a labelled image.
    """

    each: Elbo
    log_q: Tensor
    given: Tensor
    weight: float

    def loss(self, beta: float | Tensor = 1.0) -> Tensor:
        """The negative of the objective's mean over the images, equation 9; ``beta`` weights the KL of z."""
        q = class_weights(self.given, self.log_q)
        parts = self.each.reconstruction - beta * self.each.kl.sum(-1)  # [C, N]
        information = (q * self.log_q).sum(-1) * (1 - self.given.sum(-1)) + math.log(q.shape[-1])  # KL to a flat p(y)
        classification = -self.weight * (self.given * self.log_q).sum(-1)
        return (information - (q * parts.T).sum(-1) + classification).mean()


def class_weights(given: Tensor, log_q: Tensor) -> Tensor:
    """Weights of the classes of each image, [N, C]: its one-hot class where given, else q(y|x). Both are [N, C]."""
    return given + (1 - given.sum(-1, keepdim=True)) * log_q.exp()


def total_correlation(z: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(q(z) || prod_k q(z_k)) with q(z) the mixture of these posteriors: z, mu, logvar [N, K] -> [], nats.

    Minibatch-weighted sampling of Chen et al. 2018, section 4.1, without its constant (K - 1) log of the data set's
    size, which has no gradient: exact for the mixture over these N images up to the draw of z, too high for all data.
    """
    n = len(z)
    away = (z[:, None] - mu) * torch.exp(-0.5 * logvar)  # [N, N, K]: draw i from posterior j
    log_q = -0.5 * (away.square() + logvar + math.log(2 * math.pi))
    joint = torch.logsumexp(log_q.sum(-1), 1) - math.log(n)  # [N]
    alone = torch.logsumexp(log_q, 1) - math.log(n)  # [N, K]
    return (joint - alone.sum(-1)).mean()


def permuted_dimensions(z: Tensor, noise: Tensor) -> Tensor:
    """Permute each dimension separately over the batch: [N, K] -> [N, K].

    Kim & Mnih 2018, algorithm 1: a draw from the product of the dimensions' distributions. ``noise`` [N, K], of any
    continuous distribution, determines one permutation for each dimension.
    """
    return z.gather(0, noise.argsort(0))
