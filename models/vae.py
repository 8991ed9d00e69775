"""The variational autoencoder of Kingma & Welling 2014, with fully connected networks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.likelihoods import LIKELIHOODS
from models.networks import ACTIVATIONS, Shape, check_conv, conv_decoder, conv_encoder, dense_decoder, dense_encoder
from models.objectives import Elbo, gaussian_kl, reparameterise, reparameterise_with

LogProb = Callable[[Tensor, Tensor], Tensor]  # params and x [..., C, H, W] -> [...], nats


class Posterior(NamedTuple):
    """q(z|x) = N(mu, exp(logvar)), diagonal; both [N, K]."""

    mu: Tensor
    logvar: Tensor


@dataclass(frozen=True)
class VAEConfig:
    """Everything needed to build the model again.

    Raises
    ------
    ValueError
        With a sentence that says what is wrong and what would be right.
    """

    shape: Shape
    latent: int
    hidden: tuple[int, ...] = (512, 256)
    activation: str = "relu"
    likelihood: str = "bernoulli"
    sigma: float = 0.1  # of the Gaussian likelihood, on the [0, 1] pixel scale

    def __post_init__(self) -> None:
        shape: tuple[int, ...] = tuple(self.shape)  # a list where it comes from JSON
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "hidden", tuple(self.hidden))
        if len(shape) != 3 or min(shape) < 1:
            raise ValueError(f"An image shape is channels, height, width; this one is {shape}.")
        pixels = math.prod(shape)
        if not 1 <= self.latent <= pixels:
            raise ValueError(
                f"The latent size is {self.latent}; it must lie between 1 and {pixels}, the pixels of an image."
            )
        if any(size < 1 for size in self.hidden):
            raise ValueError(f"Hidden sizes are {list(self.hidden)}; each must be at least 1, for example 512,256.")
        known("activation", self.activation, ACTIVATIONS)
        known("likelihood", self.likelihood, LIKELIHOODS)
        LIKELIHOODS[self.likelihood](self.sigma)


@dataclass(frozen=True)
class NetworksConfig(VAEConfig):
    """As ``VAEConfig``, with a choice of networks: "dense" or "conv" (then ``width`` is their first channels)."""

    architecture: str = "dense"
    width: int = 32

    def __post_init__(self) -> None:
        super().__post_init__()
        known("architecture", self.architecture, ARCHITECTURES)
        if self.architecture == "conv":
            check_conv(self.shape, self.width)


def known(kind: str, name: str, table: Mapping[str, object]) -> None:
    """Raise ValueError unless ``table`` has ``name``."""
    if name not in table:
        raise ValueError(f"There is no {kind} '{name}'; choose one of: {', '.join(table)}.")


def dense_networks(config: NetworksConfig) -> tuple[nn.Module, nn.Module]:
    """Fully connected encoder and decoder."""
    arguments = (config.shape, config.latent, config.hidden, config.activation)
    return dense_encoder(*arguments), dense_decoder(*arguments)


def conv_networks(config: NetworksConfig) -> tuple[nn.Module, nn.Module]:
    """Convolutional encoder and decoder, ``hidden`` the dense layers between."""
    arguments = (config.shape, config.latent, config.hidden, config.activation, config.width)
    return conv_encoder(*arguments), conv_decoder(*arguments)


Networks = Callable[[NetworksConfig], tuple[nn.Module, nn.Module]]
ARCHITECTURES: dict[str, Networks] = {"dense": dense_networks, "conv": conv_networks}


class VAE(nn.Module):
    """Encoder q(z|x), decoder p(x|z), prior N(0, I).

    Pixels go in as floats in [0, 1], [N, C, H, W]; ``likelihood`` says what the decoder's output means.
    Other objectives override ``objective``, and say whether free bits mean something to them, whether they learn where
    only some images have a label, whether they compare the images of a batch, and how many draws of noise they take
    beyond those of z.
    """

    config_class: type[VAEConfig] = NetworksConfig
    takes_free_bits = True
    takes_few_labels = False
    guessed_by = ""
    compares_images = False
    extra_draws = 0

    def __init__(self, config: VAEConfig) -> None:
        super().__init__()
        self.config = config
        self.likelihood = LIKELIHOODS[config.likelihood](config.sigma)
        self.encoder, self.decoder = self.networks(config)

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """The encoder [N, C, H, W] -> [N, 2K] and the decoder [N, K] -> [N, C, H, W]."""
        assert isinstance(config, NetworksConfig)
        return ARCHITECTURES[config.architecture](config)

    @property
    def code(self) -> int:
        """How many numbers ``decode`` takes: those of z, and of a class-conditional model those of the class."""
        return self.config.latent

    def told(self, n: int, labels: Tensor | None, generator: torch.Generator) -> Tensor | None:
        """The condition of ``n`` images in training: from ``labels``, int64 [N], or drawn; None where there is none."""
        return None

    def bound(self, x: Tensor, labels: Tensor | None = None) -> VAE:
        """This model where it has been told of the images x [N, C, H, W] what it is conditioned on.

        ``labels`` int64 [N] are their classes; where they are not known a class-conditional model guesses them.
        """
        return self

    def guess(self, x: Tensor) -> Tensor | None:
        """The class that a class-conditional model takes each image for (``guessed_by``), int64 [N]; else None."""
        return None

    def encode(self, x: Tensor) -> Posterior:
        """[N, C, H, W] -> mu and logvar, [N, K] each, float32."""
        mu, logvar = self.encoder(x).float().chunk(2, dim=-1)
        return Posterior(mu, logvar)

    def decode_params(self, z: Tensor) -> Tensor:
        """[..., K] -> what the likelihood reads (logits or means), [..., C, H, W], float32."""
        flat = z.reshape(-1, z.shape[-1])
        return self.decoder(flat).float().reshape(*z.shape[:-1], *self.config.shape)

    def decode(self, z: Tensor) -> Tensor:
        """[..., K] -> the mean picture E[x|z], [..., C, H, W], in [0, 1]."""
        return self.likelihood.mean(self.decode_params(z))

    def forward(self, x: Tensor) -> Tensor:
        """The reconstruction through the posterior's mean; for display, never for an ELBO."""
        return self.decode(self.encode(x).mu)

    def elbo(self, x: Tensor, samples: int = 1, generator: torch.Generator | None = None) -> Elbo:
        """The ELBO's parts with L = ``samples`` draws of z; Kingma & Welling 2014, equation 10."""
        return self.elbo_given(self.encode(x), x, samples, generator)

    def elbo_given(
        self, posterior: Posterior, x: Tensor, samples: int = 1, generator: torch.Generator | None = None
    ) -> Elbo:
        """As ``elbo``, for a posterior that is known already."""
        return self._elbo(posterior, x, reparameterise(*posterior, samples, generator), self.likelihood.log_prob)

    def elbo_with(self, x: Tensor, noise: Tensor, seen: Tensor | None = None, condition: Tensor | None = None) -> Elbo:
        """What training minimises the ``loss`` of, with standard normal ``noise`` that is drawn already.

        Parameters
        ----------
        noise : [L + ``extra_draws``, N, K]. seen : what the encoder gets where it is not ``x`` itself, [N, C, H, W].
        condition : what a conditional model is told of each image: one-hot classes [N, classes] or a mask [N, 1, H, W].
        """
        assert condition is None, "this model takes no condition"
        posterior = self.encode(x if seen is None else seen)
        return self.objective(posterior, x, noise)

    def objective(self, posterior: Posterior, x: Tensor, noise: Tensor) -> Elbo:
        """The part of ``elbo_with`` that follows the encoder."""
        return self._elbo(posterior, x, reparameterise_with(*posterior, noise), self.likelihood.training_log_prob)

    @property
    def whole_batch(self) -> bool:
        """Whether a batch cannot be shared by several processes: what is trained compares its images."""
        return self.compares_images or self.likelihood.whole_batch

    def _elbo(self, posterior: Posterior, x: Tensor, z: Tensor, log_prob: LogProb) -> Elbo:
        log_px = log_prob(self.decode_params(z), x)  # z [L, N, K] -> [L, N]
        return Elbo(reconstruction=log_px.mean(0), kl=gaussian_kl(*posterior))
