"""The class-conditional VAE: q(z|x, y) and p(x|z, y), the class given to both networks.

Sohn, Lee & Yan 2015, with a prior of z that does not depend on the class, as in Kingma et al. 2014.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.networks import dense_decoder, mlp
from models.objectives import Elbo
from models.texts import N_
from models.vae import VAE, Posterior, VAEConfig

GUESS_SAMPLES = 8  # draws of z for the ELBOs by which a class is inferred
GUESS_SEED = 0


@dataclass(frozen=True)
class CVAEConfig(VAEConfig):
    """As ``VAEConfig``; ``classes`` is how many the data has."""

    classes: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.classes < 2:
            raise ValueError(f"A class-conditional model needs 2 classes or more; there are {self.classes}.")


class CVAE(VAE):
    """A VAE conditioned on the class: the same z with another class is the same style in that class.

    A code is z followed by the one-hot class: [K + classes]. Conditioned on the classes of a batch of images
    (``conditioned_on``), the model also decodes z alone; unconditioned, it infers the classes of images.
    """

    config_class = CVAEConfig
    config: CVAEConfig
    guessed_by = N_("of all classes it has the highest ELBO")
    given: Tensor | None = None  # one-hot classes [N, classes]

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """The encoder [N, pixels + classes] -> [N, 2K] and the decoder [N, K + classes] -> [N, C, H, W]."""
        assert isinstance(config, CVAEConfig)
        seen, code = math.prod(config.shape) + config.classes, config.latent + config.classes
        encoder = mlp([seen, *config.hidden, 2 * config.latent], config.activation)
        return encoder, dense_decoder(config.shape, code, config.hidden, config.activation)

    @property
    def code(self) -> int:
        """K + classes."""
        return self.config.latent + self.config.classes

    def one_hot(self, labels: Tensor) -> Tensor:
        """int64 [N] -> [N, classes]."""
        return F.one_hot(labels, self.config.classes).float()

    def training_condition(self, n: int, labels: Tensor | None, generator: torch.Generator) -> Tensor:
        """The one-hot classes [n, classes]; without labels, as when a step is compiled, the first class."""
        return self.one_hot(torch.zeros(n, dtype=torch.int64, device=generator.device) if labels is None else labels)

    def under(self, classes: Tensor) -> CVAE:
        """A copy that shares the weights, conditioned on one-hot ``classes`` [N, classes]."""
        twin = copy.copy(self)
        twin.given = classes
        return twin

    def conditioned_on(self, x: Tensor, labels: Tensor | None = None) -> CVAE:
        """Conditioned on ``labels``, else as it is already, else on the classes of highest ELBO."""
        if labels is not None:
            return self.under(self.one_hot(labels))
        return self.under(self.one_hot(self.guess(x))) if self.given is None else self

    def guess(self, x: Tensor) -> Tensor:
        """The class of highest ELBO, int64 [N]."""
        return self.class_elbos(x).argmax(0)

    def class_elbos(self, x: Tensor) -> Tensor:
        """The ELBO of each image under each class, nats: [N, C, H, W] -> [classes, N].

        The noise is seeded, and the same for all classes and images: a class does not depend on the other images.
        """
        generator = torch.Generator().manual_seed(GUESS_SEED)  # of the CPU: the same draws on every device
        noise = torch.randn((GUESS_SAMPLES, 1, self.config.latent), generator=generator)
        noise = noise.to(x.device).expand(-1, len(x), -1)
        each = torch.eye(self.config.classes, device=x.device)[:, None].expand(-1, len(x), -1)
        return torch.stack([self.elbo_with(x, noise, condition=classes).elbo for classes in each])

    def encode(self, x: Tensor) -> Posterior:
        """[N, C, H, W] -> mu and logvar, [N, K] each, float32."""
        given = self.conditioned_on(x).given
        assert given is not None
        mu, logvar = self.encoder(torch.cat([x.flatten(1), given], 1)).float().chunk(2, dim=-1)
        return Posterior(mu, logvar)

    def decode_params(self, z: Tensor) -> Tensor:
        """Codes [..., K + classes], or z [..., N, K] of the images it is conditioned on -> [..., C, H, W]."""
        if z.shape[-1] == self.config.latent:
            assert self.given is not None, "z alone does not suffice: condition the model, or append the class"
            z = torch.cat([z, self.given.expand(*z.shape[:-1], -1)], -1)
        return super().decode_params(z)

    def forward(self, x: Tensor) -> Tensor:
        """The reconstruction from the posterior mean; for display, not for an ELBO."""
        return super(CVAE, self.conditioned_on(x)).forward(x)

    def elbo_given(
        self, posterior: Posterior, x: Tensor, samples: int = 1, generator: torch.Generator | None = None
    ) -> Elbo:
        """As ``elbo``, for a posterior that has been computed."""
        return super(CVAE, self.conditioned_on(x)).elbo_given(posterior, x, samples, generator)

    def elbo_with(self, x: Tensor, noise: Tensor, seen: Tensor | None = None, condition: Tensor | None = None) -> Elbo:
        """As the VAE's; ``condition`` is one-hot classes [N, classes]."""
        model = self.conditioned_on(x) if condition is None else self.under(condition)
        return super(CVAE, model).elbo_with(x, noise, seen)
