"""The deterministic autoencoder: a code and its reconstruction, without a prior on the codes."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.networks import dense_decoder, mlp
from models.objectives import Elbo
from models.vae import VAE, LogProb, Posterior, VAEConfig

POINT_LOGVAR = -30.0  # a standard deviation of 3e-7, below the float32 resolution of a code


class AE(VAE):
    """The VAE's networks without noise, KL or prior (Hinton & Salakhutdinov 2006): the baseline.

    Its code is returned as a posterior mean with a negligible variance, so that it can be used like any other model.
    Its "ELBO" is the reconstruction term alone, which bounds nothing; pages do not show it as an ELBO.
    """

    config_class = VAEConfig
    takes_free_bits = False

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """As the VAE's, the encoder with K outputs: [N, C, H, W] -> [N, K]."""
        sizes = [math.prod(config.shape), *config.hidden, config.latent]
        encoder = nn.Sequential(nn.Flatten(), mlp(sizes, config.activation))
        return encoder, dense_decoder(config.shape, config.latent, config.hidden, config.activation)

    def encode(self, x: Tensor) -> Posterior:
        """[N, C, H, W] -> the code as mu, and the log variance of a point, [N, K] each."""
        code = self.encoder(x).float()
        return Posterior(code, torch.full_like(code, POINT_LOGVAR))

    def _elbo(self, posterior: Posterior, x: Tensor, z: Tensor, log_prob: LogProb) -> Elbo:
        """log p(x|code); z is ignored, and the KL is 0."""
        log_px = log_prob(self.decode_params(posterior.mu), x)  # [N]
        return Elbo(log_px, torch.zeros_like(posterior.mu))
