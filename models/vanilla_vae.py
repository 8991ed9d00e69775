"""VanillaVAE of the PyTorch-VAE collection, as its checkpoints hold it: to be explored, not trained."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import nn

from models.imported import ImportedConfig, ImportedVAE
from models.vae import VAEConfig

INNER = 2  # height and width after the five halvings of 64 pixels


@dataclass(frozen=True)
class VanillaVAEConfig(ImportedConfig):
    """As ``ImportedConfig``; ``hidden`` are the channels of the convolutions, each of which halves the picture."""

    hidden: tuple[int, ...] = (32, 64, 128, 256, 512)


class VanillaVAE(ImportedVAE):
    """Convolutions with batch normalisation and leaky ReLU; pixels in [-1, 1], tanh at the end."""

    config_class = VanillaVAEConfig

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """The encoder [N, C, 64, 64] -> [N, 2K] and the decoder [N, K] -> [N, C, 64, 64]."""
        channels = config.hidden
        flat = channels[-1] * INNER**2
        encoder: list[nn.Module] = []
        for c_in, c_out in pairwise([config.shape[0], *channels]):
            encoder += [nn.Conv2d(c_in, c_out, 3, stride=2, padding=1), nn.BatchNorm2d(c_out), nn.LeakyReLU()]
        decoder: list[nn.Module] = [nn.Linear(config.latent, flat), nn.Unflatten(1, (channels[-1], INNER, INNER))]
        for c_in, c_out in pairwise([*reversed(channels), channels[0]]):  # the last one keeps the number of channels
            decoder += [
                nn.ConvTranspose2d(c_in, c_out, 3, stride=2, padding=1, output_padding=1),
                nn.BatchNorm2d(c_out),
                nn.LeakyReLU(),
            ]
        decoder += [nn.Conv2d(channels[0], config.shape[0], 3, padding=1), nn.Tanh()]
        return nn.Sequential(*encoder, nn.Flatten(), nn.Linear(flat, 2 * config.latent)), nn.Sequential(*decoder)
