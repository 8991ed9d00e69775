"""The variational autoencoder of Kingma & Welling 2014, with fully connected networks."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.adam import Adam
from models.likelihoods import ALL_LIKELIHOODS
from models.networks import (
    ACTIVATIONS,
    CONVOLUTIONS,
    OUTPUTS,
    Shape,
    check_conv,
    conv_decoder,
    conv_encoder,
    dense_decoder,
    dense_encoder,
)
from models.objectives import Elbo, gaussian_kl, log_prior_ratio, reparameterise_with, standard_noise
from models.priors import GaussianMixture
from models.resnet import resnet_decoder, resnet_encoder

LogProb = Callable[[Tensor, Tensor], Tensor]  # params and x [..., C, H, W] -> [...], nats


class Posterior(NamedTuple):
    """q(z|x) = N(mu, exp(logvar)), diagonal; both [N, K]."""

    mu: Tensor
    logvar: Tensor


@dataclass(frozen=True)
class VAEConfig:
    """The constructor options of the model, as kept in a run's config.

    Raises
    ------
    ValueError
        With a sentence that names the problem and what is accepted.
    """

    shape: Shape
    latent: int
    hidden: tuple[int, ...] = (512, 256)
    activation: str = "relu"
    likelihood: str = "bernoulli"
    sigma: float = 0.1  # of the Gaussian likelihood, on the [0, 1] pixel scale
    output: str = "params"  # what the decoder returns (``networks.OUTPUTS``): others than we train end in a sigmoid

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
        known("likelihood", self.likelihood, ALL_LIKELIHOODS)
        known("output", self.output, OUTPUTS)
        ALL_LIKELIHOODS[self.likelihood](self.sigma)


@dataclass(frozen=True)
class NetworksConfig(VAEConfig):
    """As ``VAEConfig``, with a choice of networks; ``width`` is the number of the first channels of convolutions."""

    architecture: str = "dense"
    width: int = 32

    def __post_init__(self) -> None:
        super().__post_init__()
        known("architecture", self.architecture, ARCHITECTURES)
        if takes := CONVOLUTIONS.get(self.architecture):
            check_conv(self.shape, self.width, takes)


def known(kind: str, name: str, table: Mapping[str, object]) -> None:
    """Raise ValueError, with the name that was probably meant, unless ``table`` has ``name``."""
    if name not in table:
        similar = difflib.get_close_matches(name.lower(), table, n=1)
        choose = f"did you mean '{similar[0]}'? Choose" if similar else "choose"
        raise ValueError(f"There is no {kind} '{name}'; {choose} one of: {', '.join(table)}.")


def dense_networks(config: NetworksConfig) -> tuple[nn.Module, nn.Module]:
    """Fully connected encoder and decoder."""
    arguments = (config.shape, config.latent, config.hidden, config.activation)
    return dense_encoder(*arguments), dense_decoder(*arguments)


def conv_networks(config: NetworksConfig) -> tuple[nn.Module, nn.Module]:
    """Convolutional encoder and decoder, ``hidden`` the dense layers between."""
    widest = CONVOLUTIONS[config.architecture].widest
    arguments = (config.shape, config.latent, config.hidden, config.activation, config.width, widest)
    return conv_encoder(*arguments), conv_decoder(*arguments)


def resnet_networks(config: NetworksConfig) -> tuple[nn.Module, nn.Module]:
    """Residual convolutional encoder and decoder, ``hidden`` and ``activation`` those of the dense layers between."""
    arguments = (config.shape, config.latent, config.hidden, config.activation, config.width)
    return resnet_encoder(*arguments), resnet_decoder(*arguments)


Networks = Callable[[NetworksConfig], tuple[nn.Module, nn.Module]]
ARCHITECTURES: dict[str, Networks] = {
    "dense": dense_networks, "conv": conv_networks, "burgess": conv_networks, "resnet": resnet_networks,
}  # fmt: skip


class VAE(nn.Module):
    """Encoder q(z|x), decoder p(x|z), prior N(0, I).

    Images are floats in [0, 1], [N, C, H, W]; ``likelihood`` interprets the decoder's output. Other models override
    ``objective``; where the prior is another or the posterior no diagonal normal distribution, ``prior``,
    ``posterior_samples`` and ``kl``, from which every estimate is made; and the class attributes:

    Attributes
    ----------
    takes_free_bits : whether free bits apply to the objective.
    takes_few_labels : whether it is semi-supervised.
    guessed_by : how a class-conditional model infers the class of an image, for the page.
    compares_images : whether the objective couples the images of a batch.
    extra_draws : draws of noise per image and step beyond those of z.
    normal_prior : whether the prior of z is N(0, I).
    diagonal_posterior : whether q(z|x) is the diagonal normal distribution that ``encode`` returns.
    """

    config_class: type[VAEConfig] = NetworksConfig
    takes_free_bits = True
    takes_few_labels = False
    guessed_by = ""
    compares_images = False
    extra_draws = 0
    normal_prior = True
    diagonal_posterior = True

    def __init__(self, config: VAEConfig) -> None:
        super().__init__()
        self.config = config
        self.likelihood = ALL_LIKELIHOODS[config.likelihood](config.sigma)
        self.output = OUTPUTS[config.output]
        self.encoder, self.decoder = self.networks(config)

    @classmethod
    def restored(cls, config: VAEConfig, tensors: Mapping[str, Tensor]) -> VAE:
        """The model with the tensors of a weights file. Raises RuntimeError for tensors that do not fit."""
        model = cls(config)
        model.load_state_dict(tensors)
        return model

    def optimizers(self, lr: float, weight_decay: float, eps: float) -> list[Adam]:
        """What trains the weights, together in the order of ``parameters``; a schedule changes the first one's rate."""
        return [Adam([p for p in self.parameters() if p.requires_grad], lr, weight_decay, eps=eps)]

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """The encoder [N, C, H, W] -> [N, 2K] and the decoder [N, K] -> [N, C, H, W]."""
        assert isinstance(config, NetworksConfig)
        return ARCHITECTURES[config.architecture](config)

    def passes(self, images: int, samples: int) -> tuple[int, int]:
        """How many inputs the encoder and the decoder take in a step with ``samples`` draws of z for each image."""
        return images, images * samples

    def start_at_mean(self, mean: Tensor) -> None:
        """Set the decoder's last bias so that, with its other weights at 0, every code gives this ``mean`` [C, H, W].

        A bias of each channel, as convolutions have, takes the channel's mean.
        """
        bias = [value for name, value in self.decoder.named_parameters() if name.endswith("bias")][-1]
        each = mean if bias.numel() == mean.numel() else mean.mean((1, 2))
        with torch.no_grad():
            bias.copy_(self.likelihood.params_of(each).flatten())

    @property
    def code(self) -> int:
        """The length of a code for ``decode``: K, plus the classes of a class-conditional model."""
        return self.config.latent

    @property
    def starting_images(self) -> int:
        """How many training images ``start_from`` takes."""
        return 0

    def start_from(self, images: Tensor) -> None:
        """Initialise what begins as training images, ``starting_images`` of them, [n, C, H, W]; nothing here."""

    def training_condition(self, n: int, labels: Tensor | None, generator: torch.Generator) -> Tensor | None:
        """The condition of ``n`` training images: from their ``labels``, int64 [n], or drawn; None for no condition."""
        return None

    def conditioned_on(self, x: Tensor, labels: Tensor | None = None) -> VAE:
        """The model made ready for the images x [N, C, H, W]: this one, or a copy that shares its weights.

        ``labels``, int64 [N], are their classes; without them a class-conditional model infers the classes.
        """
        return self

    def guess(self, x: Tensor) -> Tensor | None:
        """The class that the model infers for each image (``guessed_by``), int64 [N]; None of other models."""
        return None

    def encode(self, x: Tensor) -> Posterior:
        """[N, C, H, W] -> mu and logvar, [N, K] each, float32."""
        mu, logvar = self.encoder(x).float().chunk(2, dim=-1)
        return Posterior(mu, logvar)

    def prior(self) -> GaussianMixture:
        """p(z)."""
        origin = next(self.parameters()).new_zeros((1, self.config.latent), dtype=torch.float32)
        return GaussianMixture(origin, origin)

    def posterior_samples(self, posterior: Posterior, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Draws z of q(z|x) from standard normal ``noise``, and log p(z) - log q(z|x) of each.

        ``posterior`` is that of x. [N, K] each, [N, C, H, W], [L, N, K] -> [L, N, K] and [L, N], nats.
        """
        z = reparameterise_with(*posterior, noise)
        return z, log_prior_ratio(z, posterior.logvar, noise)

    def kl(self, posterior: Posterior, x: Tensor, z: Tensor) -> Tensor:
        """The KL of q(z|x) to the prior, by dimension: [N, K], nats.

        In closed form; where there is none, the mean of estimates at z [L, N, K], draws of ``posterior_samples``.
        """
        return gaussian_kl(*posterior)

    def decode_params(self, z: Tensor) -> Tensor:
        """[..., K] -> the likelihood's parameters (logits or means), [..., C, H, W], float32."""
        flat = z.reshape(-1, z.shape[-1])
        return self.output(self.decoder(flat).float()).reshape(*z.shape[:-1], *self.config.shape)

    def decode(self, z: Tensor) -> Tensor:
        """[..., K] -> the mean image E[x|z], [..., C, H, W], in [0, 1]."""
        return self.likelihood.mean(self.decode_params(z))

    def forward(self, x: Tensor) -> Tensor:
        """The reconstruction from the posterior mean; for display, not for an ELBO."""
        return self.decode(self.encode(x).mu)

    def elbo(self, x: Tensor, samples: int = 1, generator: torch.Generator | None = None) -> Elbo:
        """The terms of the ELBO, from L = ``samples`` draws of z; Kingma & Welling 2014, equation 10."""
        return self.elbo_given(self.encode(x), x, samples, generator)

    def elbo_given(
        self, posterior: Posterior, x: Tensor, samples: int = 1, generator: torch.Generator | None = None
    ) -> Elbo:
        """As ``elbo``, for a posterior that has been computed."""
        noise = standard_noise(posterior.mu, samples, generator)
        z, _ = self.posterior_samples(posterior, x, noise)
        return self._elbo(posterior, x, z, self.likelihood.log_prob)

    def elbo_with(self, x: Tensor, noise: Tensor, seen: Tensor | None = None, condition: Tensor | None = None) -> Elbo:
        """The objective, whose ``loss`` training minimises, as a function of the noise.

        Parameters
        ----------
        x : [N, C, H, W], in [0, 1].
        noise : standard normal, [L + ``extra_draws``, N, K].
        seen : the encoder's input, [N, C, H, W]; None for ``x``.
        condition : of a conditional model: one-hot classes [N, classes] or a mask [N, 1, H, W].
        """
        assert condition is None, "this model takes no condition"
        posterior = self.encode(x if seen is None else seen)
        return self.objective(posterior, x, noise)

    def objective(self, posterior: Posterior, x: Tensor, noise: Tensor) -> Elbo:
        """``elbo_with`` after the encoder: the objective for a given posterior."""
        return self._elbo(posterior, x, reparameterise_with(*posterior, noise), self.likelihood.training_log_prob)

    @property
    def whole_batch(self) -> bool:
        """Whether the loss couples the images of a batch, so that processes cannot share one."""
        return self.compares_images or self.likelihood.whole_batch

    def _elbo(self, posterior: Posterior, x: Tensor, z: Tensor, log_prob: LogProb) -> Elbo:
        log_px = log_prob(self.decode_params(z), x)  # z [L, N, K] -> [L, N]
        return Elbo(reconstruction=log_px.mean(0), kl=self.kl(posterior, x, z))
