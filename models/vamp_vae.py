"""The VAE with the VampPrior of Tomczak & Welling 2018: a learned mixture of posteriors in place of N(0, I)."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.objectives import Elbo, log_normal, reparameterise_with
from models.priors import GaussianMixture
from models.vae import VAE, NetworksConfig, Posterior, VAEConfig

START, SPREAD = 0.5, 0.1  # of the pixels of pseudo-inputs that no training images are given for
JITTER = 0.01  # standard deviation of noise on these images, so that equal ones part


@dataclass(frozen=True)
class VampVAEConfig(NetworksConfig):
    """As ``NetworksConfig``; ``pseudo_inputs`` is the number of the prior's components, 500 in the paper."""

    pseudo_inputs: int = 500

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pseudo_inputs < 1:
            raise ValueError(f"The number of pseudo-inputs is {self.pseudo_inputs}; it must be at least 1.")


class VampVAE(VAE):
    """A VAE whose prior is the mixture of the posteriors of learned images: p(z) = 1/P sum_p q(z|u_p).

    The KL is estimated at the draws of z. By dimension it is taken apart by the chain rule,
    log q(z_k|x) - log p(z_k | z_1 .. z_k-1): each part is at least 0 on average, and they sum to the KL.
    """

    config_class = VampVAEConfig
    config: VampVAEConfig
    takes_free_bits = False
    normal_prior = False
    known_prior: GaussianMixture | None = None

    def __init__(self, config: VAEConfig) -> None:
        super().__init__(config)
        self.pseudo_inputs = nn.Parameter(START + SPREAD * torch.randn(self.config.pseudo_inputs, *config.shape))

    @property
    def starting_images(self) -> int:
        """One for each pseudo-input."""
        return self.config.pseudo_inputs

    def start_from(self, images: Tensor) -> None:
        """Begin with these images [P, C, H, W] and a little noise as pseudo-inputs."""
        with torch.no_grad():
            noise = torch.randn(images.shape)  # of the CPU: the same on every device
            self.pseudo_inputs.copy_(
                images.to(self.pseudo_inputs.device) + JITTER * noise.to(self.pseudo_inputs.device)
            )

    def passes(self, images: int, samples: int) -> tuple[int, int]:
        """As the VAE's, the pseudo-inputs encoded too."""
        encoded, decoded = super().passes(images, samples)
        return encoded + self.config.pseudo_inputs, decoded

    def conditioned_on(self, x: Tensor, labels: Tensor | None = None) -> VampVAE:
        """A copy that shares the weights, the prior computed once."""
        if self.known_prior is not None:
            return self
        twin = copy.copy(self)
        twin.known_prior = self.prior()
        return twin

    def prior(self) -> GaussianMixture:
        """The posteriors of the pseudo-inputs, whose pixels are clipped to [0, 1]."""
        if self.known_prior is not None:
            return self.known_prior
        return GaussianMixture(*self.encode(self.pseudo_inputs.clamp(0, 1)))

    def posterior_samples(self, posterior: Posterior, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """As the VAE's."""
        z = reparameterise_with(*posterior, noise)  # [L, N, K]
        log_q = -0.5 * (noise.square() + posterior.logvar + math.log(2 * math.pi)).sum(-1)  # [L, N]
        return z, self.prior().log_prob(z) - log_q

    def kl(self, posterior: Posterior, x: Tensor, z: Tensor) -> Tensor:
        """An estimate at z, one dimension given those before it: [N, K]; single values may be negative."""
        return (log_normal(z, *posterior) - self.prior().conditional_log_prob(z)).mean(0)

    def objective(self, posterior: Posterior, x: Tensor, noise: Tensor) -> Elbo:
        """The ELBO; of the KL only the sum is computed, [N, 1]."""
        z, log_ratio = self.posterior_samples(posterior, x, noise)
        log_px = self.likelihood.training_log_prob(self.decode_params(z), x)  # [L, N]
        return Elbo(log_px.mean(0), -log_ratio.mean(0)[:, None])
