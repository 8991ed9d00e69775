"""The deterministic autoencoder: a code, its reconstruction, and nothing that orders the codes."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from models.networks import dense_decoder, mlp
from models.objectives import Elbo
from models.vae import VAE, LogProb, Posterior, VAEConfig

POINT_LOGVAR = -30.0  # a spread of 3e-7, below what float32 shows beside a code: a point


class AE(VAE):
    """The VAE's networks without noise, KL or prior (Hinton & Salakhutdinov 2006): the baseline.

    Its code stands where others have the posterior's mean, with next to no spread, so that all that reads a posterior
    reads it. Its "ELBO" is the reconstruction alone and bounds nothing; pages do not show it as one.
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
        """log p(x|code); z is not looked at, the KL is nought."""
        log_px = log_prob(self.decode_params(posterior.mu), x)  # [N]
        return Elbo(log_px, torch.zeros_like(posterior.mu))
