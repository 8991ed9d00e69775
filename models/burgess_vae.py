"""The VAE with the network of the disentanglement literature (Burgess et al. 2018, appendix A)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from models.networks import BURGESS, check_conv, conv_decoder, conv_encoder
from models.vae import VAE, VAEConfig

WIDTH = 32  # channels of every convolution


@dataclass(frozen=True)
class BurgessVAEConfig(VAEConfig):
    """As ``VAEConfig``; ``hidden`` are the dense layers behind the convolutions, two of 256 in the paper."""

    hidden: tuple[int, ...] = (256, 256)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_conv(self.shape, WIDTH, BURGESS)


class BurgessVAE(VAE):
    """A VAE of 4 x 4 stride-2 convolutions with 32 channels each, four at 64 pixels and three at 32."""

    config_class = BurgessVAEConfig

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """The paper's networks, which disentangling-vae and disentanglement_lib use too."""
        arguments = (config.shape, config.latent, config.hidden, config.activation, WIDTH, BURGESS.widest)
        return conv_encoder(*arguments), conv_decoder(*arguments)
