"""The importance-weighted autoencoder of Burda et al. 2016, with fully connected networks."""

from __future__ import annotations

from torch import Tensor

from models.objectives import Elbo, ImportanceElbo, gaussian_kl, log_prior_ratio, reparameterise_with
from models.vae import VAE, Posterior


class IWAE(VAE):
    """A VAE trained on the bound of L draws, log 1/L sum p(x, z) / q(z|x); with one draw it is the ELBO."""

    takes_free_bits = False

    def objective(self, posterior: Posterior, x: Tensor, noise: Tensor) -> Elbo:
        """The bound, differentiated through log-sum-exp: each draw has its normalised importance weight."""
        z = reparameterise_with(*posterior, noise)  # [L, N, K]
        log_px = self.likelihood.training_log_prob(self.decode_params(z), x)  # [L, N]
        log_ratio = log_prior_ratio(z, posterior.logvar, noise)
        return ImportanceElbo(log_px.mean(0), gaussian_kl(*posterior), log_px, log_ratio)
