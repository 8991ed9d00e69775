"""The importance-weighted autoencoder of Burda et al. 2016, with fully connected networks."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.func import functional_call

from models.objectives import (
    DoublyReparameterisedElbo,
    Elbo,
    ImportanceElbo,
    gaussian_kl,
    log_density_ratio,
    log_prior_ratio,
    reparameterise_with,
)
from models.vae import VAE, NetworksConfig, Posterior


@dataclass(frozen=True)
class IWAEConfig(NetworksConfig):
    """As ``NetworksConfig``; ``doubly_reparameterised``: the encoder's gradients are those of Tucker et al. 2019."""

    doubly_reparameterised: bool = False


class IWAE(VAE):
    """A VAE trained on the bound of L draws, log 1/L sum p(x, z) / q(z|x); with one draw it is the ELBO."""

    config_class = IWAEConfig
    config: IWAEConfig
    takes_free_bits = False

    def passes(self, images: int, samples: int) -> tuple[int, int]:
        """As the VAE's; each draw is decoded twice for doubly reparameterised gradients."""
        encoded, decoded = super().passes(images, samples)
        return encoded, decoded * (1 + self.config.doubly_reparameterised)

    def objective(self, posterior: Posterior, x: Tensor, noise: Tensor) -> Elbo:
        """The bound, differentiated through log-sum-exp: each draw has its normalised importance weight."""
        z = reparameterise_with(*posterior, noise)  # [L, N, K]
        kl = gaussian_kl(*posterior)
        if self.config.doubly_reparameterised:
            of_decoder = self.likelihood.training_log_prob(self.decode_params(z.detach()), x)  # [L, N]
            of_encoder = self.held_log_px(z, x)
            path = log_density_ratio(z, *(statistic.detach() for statistic in posterior))
            return DoublyReparameterisedElbo(of_decoder.mean(0), kl, of_decoder, path, of_encoder)
        log_px = self.likelihood.training_log_prob(self.decode_params(z), x)  # [L, N]
        return ImportanceElbo(log_px.mean(0), kl, log_px, log_prior_ratio(z, posterior.logvar, noise))

    def held_log_px(self, z: Tensor, x: Tensor) -> Tensor:
        """log p(x|z) whose gradient reaches z alone, not the weights of decoder and likelihood: [L, N], nats."""
        held = {name: weight.detach() for name, weight in self.decoder.named_parameters()}
        pictures = functional_call(self.decoder, held, (z.flatten(0, 1),)).float()  # [L * N, C, H, W]
        params = self.output(pictures).reshape(*z.shape[:-1], *self.config.shape)
        return self.likelihood.held_log_prob(params, x)
