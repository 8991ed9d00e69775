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
from models.vae import VAE, Posterior, VAEConfig

GUESS_SAMPLES = 8  # z draws of the ELBOs by which the class of an image is guessed
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
    """A VAE for each class, in one: the same z is the same style in another class.

    A code is z with the class behind it, one-hot: [K + classes]. Bound to the classes of some images
    (``bound``) it decodes their z as it is; not bound, it guesses their classes.
    """

    config_class = CVAEConfig
    config: CVAEConfig
    guessed_by = "of all classes it has the highest ELBO"
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
        """The numbers of z and of the class."""
        return self.config.latent + self.config.classes

    def one_hot(self, labels: Tensor) -> Tensor:
        """int64 [N] -> [N, classes]."""
        return F.one_hot(labels, self.config.classes).float()

    def told(self, n: int, labels: Tensor | None, generator: torch.Generator) -> Tensor:
        """The classes, one-hot; where a step is only rehearsed, and has no labels, the first one."""
        return self.one_hot(torch.zeros(n, dtype=torch.int64, device=generator.device) if labels is None else labels)

    def under(self, classes: Tensor) -> CVAE:
        """This very model, weights and all, bound to one-hot ``classes`` [N, classes]."""
        twin = copy.copy(self)
        twin.given = classes
        return twin

    def bound(self, x: Tensor, labels: Tensor | None = None) -> CVAE:
        """Bound to these labels, else to what it is bound to already, else to the classes of the highest ELBO."""
        if labels is not None:
            return self.under(self.one_hot(labels))
        return self.under(self.one_hot(self.guess(x))) if self.given is None else self

    def guess(self, x: Tensor) -> Tensor:
        """The class of the highest ELBO, int64 [N]."""
        return self.class_elbos(x).argmax(0)

    def class_elbos(self, x: Tensor) -> Tensor:
        """The ELBO of each image taken for one of each class, nats: [N, C, H, W] -> [classes, N].

        All classes see the same noise, always the same.
        """
        generator = torch.Generator(x.device).manual_seed(GUESS_SEED)
        noise = torch.randn((GUESS_SAMPLES, len(x), self.config.latent), device=x.device, generator=generator)
        each = torch.eye(self.config.classes, device=x.device)[:, None].expand(-1, len(x), -1)
        return torch.stack([self.elbo_with(x, noise, condition=classes).elbo for classes in each])

    def encode(self, x: Tensor) -> Posterior:
        """[N, C, H, W] -> mu and logvar, [N, K] each, float32."""
        given = self.bound(x).given
        assert given is not None
        mu, logvar = self.encoder(torch.cat([x.flatten(1), given], 1)).float().chunk(2, dim=-1)
        return Posterior(mu, logvar)

    def decode_params(self, z: Tensor) -> Tensor:
        """Codes [..., K + classes], or z [..., N, K] of the images that it is bound to -> [..., C, H, W]."""
        if z.shape[-1] == self.config.latent:
            assert self.given is not None, "z alone is not enough: bind the model, or put the class behind it"
            z = torch.cat([z, self.given.expand(*z.shape[:-1], -1)], -1)
        return super().decode_params(z)

    def forward(self, x: Tensor) -> Tensor:
        """The reconstruction through the posterior's mean; for display, never for an ELBO."""
        return super(CVAE, self.bound(x)).forward(x)

    def elbo_given(
        self, posterior: Posterior, x: Tensor, samples: int = 1, generator: torch.Generator | None = None
    ) -> Elbo:
        """As ``elbo``, for a posterior that is known already."""
        return super(CVAE, self.bound(x)).elbo_given(posterior, x, samples, generator)

    def elbo_with(self, x: Tensor, noise: Tensor, seen: Tensor | None = None, condition: Tensor | None = None) -> Elbo:
        """As the VAE's; ``condition`` is the classes, one-hot [N, classes]."""
        model = self.bound(x) if condition is None else self.under(condition)
        return super(CVAE, model).elbo_with(x, noise, seen)
