"""Reconstruction of single images: posterior, decoded image, and the terms of the ELBO."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.images import Pixels, content_hash, from_unit
from explorer.inference.latent_space import classed
from explorer.inference.likelihood import batches, per_image

if TYPE_CHECKING:
    from models import VAE

ELBO_SAMPLES = 64  # draws of z for one image's ELBO: enough for a stable last digit on the page


@dataclass(frozen=True)
class Reconstruction:
    """One image [C, H, W], its reconstruction and ELBO terms in nats; mu, sigma and kl_per_dim are [K]."""

    original: Pixels
    decoded: Pixels
    mu: NDArray[np.float32]
    sigma: NDArray[np.float32]
    kl_per_dim: NDArray[np.float32]
    elbo_nats: float
    reconstruction_nats: float
    mse: float
    code: NDArray[np.float32]  # what ``decoded`` is decoded from
    label: int | None = None  # the class inferred by a class-conditional model

    @property
    def kl_nats(self) -> float:
        """KL to the prior, summed over dimensions."""
        return float(self.kl_per_dim.sum(dtype=np.float64))

    @property
    def absolute_error(self) -> Pixels:
        """|original - decoded| of each pixel, uint8."""
        return np.abs(self.original.astype(np.int16) - self.decoded).astype(np.uint8)


def reconstruct(model: VAE, pixels: Pixels, samples: int = ELBO_SAMPLES) -> list[Reconstruction]:
    """Reconstructions of images uint8 [N, C, H, W]: decoded from mu, the ELBO averaged over ``samples`` draws of z.

    Each image is worked on alone, with draws of its own (``seed_of``): its numbers do not depend on its neighbours.
    """
    return [reconstructed(model, image, samples) for image in pixels]


def reconstructed(model: VAE, image: Pixels, samples: int) -> Reconstruction:
    """As ``reconstruct``, of one image [C, H, W]."""
    labels = guessed(model, image[None])
    rows = per_image(model, image[None], samples, seed_of(image), labels=labels)
    codes = rows.mu if labels is None else classed(rows.mu, labels, model.code - model.config.latent)
    return Reconstruction(
        original=image,
        decoded=decoded_from(model, codes)[0],
        mu=rows.mu[0],
        sigma=np.exp(0.5 * rows.logvar[0]),
        kl_per_dim=rows.kl_nats[0],
        elbo_nats=float(rows.elbo_nats[0]),
        reconstruction_nats=float(rows.reconstruction_nats[0]),
        mse=float(rows.mse[0]),
        code=codes[0],
        label=None if labels is None else int(labels[0]),
    )


def seed_of(image: Pixels) -> int:
    """The seed of an image's draws: 63 bits of a hash of its pixels, uint8 [C, H, W]."""
    return content_hash(image) >> 1


def decoded_from(model: VAE, codes: NDArray[np.float32]) -> Pixels:
    """The mean images of codes [N, K], uint8 [N, C, H, W]."""
    import torch

    device = next(model.parameters()).device
    with torch.inference_mode():
        return from_unit(model.decode(torch.from_numpy(codes).to(device)).cpu().numpy())


def guessed(model: VAE, pixels: Pixels) -> NDArray[np.int64] | None:
    """The class of each image inferred by a class-conditional model: [N]; None for other models."""
    import torch

    device = next(model.parameters()).device
    with torch.inference_mode():
        found = [model.guess(x) for x in batches(pixels, device)]
    labels = [part.cpu().numpy() for part in found if part is not None]
    return np.concatenate(labels) if labels else None
