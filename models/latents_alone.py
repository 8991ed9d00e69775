"""Latents that were computed elsewhere, without the model that they are of: codes of images, perhaps the images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from models.vae import VAE, Posterior, VAEConfig


@dataclass(frozen=True)
class LatentsConfig(VAEConfig):
    """Of the latents: how many dimensions, and the shape of the images, (0, 0, 0) where these did not come along."""

    hidden: tuple[int, ...] = ()
    likelihood: str = "unknown"
    encodes: bool = False
    decodes: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))
        object.__setattr__(self, "hidden", tuple(self.hidden))
        if self.latent < 1:
            raise ValueError(f"The latent size is {self.latent}; it must be at least 1.")


class LatentsAlone(VAE):
    """No networks. Its weights are "mu" [N, K] and, where they came along, "logvar", "images" and "labels"."""

    config_class = LatentsConfig

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """None."""
        return nn.Identity(), nn.Identity()

    @classmethod
    def restored(cls, config: VAEConfig, tensors: Mapping[str, Tensor]) -> VAE:
        """The latents. Raises RuntimeError where mu is missing or has another number of dimensions."""
        model = cls(config)
        if "mu" not in tensors or tensors["mu"].shape[1:] != (config.latent,):
            raise RuntimeError(f"the weights hold no mu of {config.latent} dimensions")
        model.mu = nn.Parameter(tensors["mu"], requires_grad=False)
        return model

    def encode(self, x: Tensor) -> Posterior:
        """Raises ValueError: there is no encoder."""
        raise ValueError("latents alone have no encoder")

    def decode_params(self, z: Tensor) -> Tensor:
        """Raises ValueError: there is no decoder."""
        raise ValueError("latents alone have no decoder")
