"""The beta-TCVAE of Chen et al. 2018, with fully connected networks."""

from __future__ import annotations

from torch import Tensor

from models.objectives import Elbo, TotalCorrelationElbo, gaussian_kl, reparameterise_with, total_correlation
from models.vae import VAE, Posterior


class BetaTCVAE(VAE):
    """A VAE whose beta weights only the total correlation, a part of the KL, which is estimated within the batch."""

    takes_free_bits = False
    compares_images = True

    def objective(self, posterior: Posterior, x: Tensor, noise: Tensor) -> Elbo:
        """The ELBO, with the total correlation of the first draw of each image."""
        z = reparameterise_with(*posterior, noise)  # [L, N, K]
        log_px = self.likelihood.training_log_prob(self.decode_params(z), x)  # [L, N]
        return TotalCorrelationElbo(log_px.mean(0), gaussian_kl(*posterior), total_correlation(z[0], *posterior))
