"""The FactorVAE of Kim & Mnih 2018, with fully connected networks."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.adam import Adam
from models.networks import mlp
from models.objectives import AdversarialElbo, Elbo, gaussian_kl, permuted_dimensions, reparameterise_with
from models.vae import VAE, NetworksConfig, Posterior, VAEConfig

DISCRIMINATOR = (256, 256, 256)  # hidden sizes; the paper has six layers of 1000


@dataclass(frozen=True)
class FactorVAEConfig(NetworksConfig):
    """As ``NetworksConfig``, with Adam's options for the discriminator; defaults of Kim & Mnih 2018, appendix A."""

    discriminator_lr: float = 1e-4
    discriminator_beta1: float = 0.5
    discriminator_beta2: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.discriminator_lr <= 1:
            raise ValueError(
                f"The discriminator's learning rate is {self.discriminator_lr}; it must lie above 0 and up to 1."
            )
        for beta in (self.discriminator_beta1, self.discriminator_beta2):
            if not 0 <= beta < 1:
                raise ValueError(f"A beta of the discriminator's Adam is {beta}; it must lie from 0 to below 1.")


class FactorVAE(VAE):
    """A VAE whose beta weights the total correlation, estimated by a discriminator that is trained along with it.

    The discriminator separates codes from codes whose dimensions were permuted across the batch; its log odds estimate
    the density ratio whose mean is the total correlation. It is used in training only.
    """

    config_class = FactorVAEConfig
    config: FactorVAEConfig
    takes_free_bits = False
    compares_images = True
    extra_draws = 1  # for the permutations of the dimensions

    def __init__(self, config: VAEConfig) -> None:
        super().__init__(config)
        self.discriminator = mlp([config.latent, *DISCRIMINATOR, 2], "leaky-relu")

    def optimizers(self, lr: float, weight_decay: float, eps: float) -> list[Adam]:
        """As the VAE's, and Adam with options of its own for the discriminator, without weight decay."""
        others = [p for name, p in self.named_parameters() if p.requires_grad and not name.startswith("discriminator.")]
        betas = self.config.discriminator_beta1, self.config.discriminator_beta2
        own = Adam(list(self.discriminator.parameters()), self.config.discriminator_lr, betas=betas)
        return [Adam(others, lr, weight_decay, eps=eps), own]

    def objective(self, posterior: Posterior, x: Tensor, noise: Tensor) -> Elbo:
        """The ELBO, the total correlation of the first draw of each image, and the discriminator's own loss."""
        z = reparameterise_with(*posterior, noise[:-1])  # [L, N, K]
        log_px = self.likelihood.training_log_prob(self.decode_params(z), x)  # [L, N]
        return AdversarialElbo(
            log_px.mean(0),
            gaussian_kl(*posterior),
            self.total_correlation(z[0]),
            self.discriminator_loss(z[0].detach(), noise[-1]),
        )

    def total_correlation(self, z: Tensor) -> Tensor:
        """The mean log odds that codes [N, K] are unpermuted, nats; its gradient reaches z, not the discriminator."""
        held = {name: weight.detach() for name, weight in self.discriminator.named_parameters()}
        logits = torch.func.functional_call(self.discriminator, held, (z,)).float()  # [N, 2]
        return (logits[:, 0] - logits[:, 1]).mean()

    def discriminator_loss(self, z: Tensor, noise: Tensor) -> Tensor:
        """Cross-entropy of z [N, K] against its permutation; Kim & Mnih 2018, algorithm 2 (on one batch)."""
        both = torch.cat([z, permuted_dimensions(z, noise)])  # [2 N, K]
        permuted = torch.arange(2, device=z.device).repeat_interleave(len(z))
        return F.cross_entropy(self.discriminator(both).float(), permuted)
