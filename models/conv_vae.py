"""The VAE with convolutional networks (after Radford et al. 2016's DCGAN layout, without normalisation)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from models.networks import check_conv, conv_decoder, conv_encoder
from models.vae import VAE, VAEConfig


@dataclass(frozen=True)
class ConvVAEConfig(VAEConfig):
    """As ``VAEConfig``; ``hidden`` are the dense layers behind the convolutions, ``width`` their first channels."""

    hidden: tuple[int, ...] = (256,)
    width: int = 32

    def __post_init__(self) -> None:
        super().__post_init__()
        check_conv(self.shape, self.width)


class ConvVAE(VAE):
    """A VAE whose encoder halves the picture by stride-2 convolutions and whose decoder doubles it back."""

    config_class = ConvVAEConfig

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """Convolutional encoder and decoder."""
        assert isinstance(config, ConvVAEConfig)
        arguments = (config.shape, config.latent, config.hidden, config.activation, config.width)
        return conv_encoder(*arguments), conv_decoder(*arguments)
