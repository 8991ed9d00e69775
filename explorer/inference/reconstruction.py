"""Reconstruction of single images: posterior, decoded image, and the terms of the ELBO."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.images import Pixels, from_unit
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


def reconstruct(model: VAE, pixels: Pixels, samples: int = ELBO_SAMPLES, seed: int = 0) -> list[Reconstruction]:
    """Reconstructions of images uint8 [N, C, H, W]: decoded from mu, the ELBO averaged over ``samples`` draws of z."""
    import torch

    labels = guessed(model, pixels)
    rows = per_image(model, pixels, samples, seed, labels=labels)
    codes = rows.mu if labels is None else classed(rows.mu, labels, model.code - model.config.latent)
    device = next(model.parameters()).device
    with torch.inference_mode():
        decoded = from_unit(model.decode(torch.from_numpy(codes).to(device)).cpu().numpy())
    return [
        Reconstruction(
            original=pixels[i],
            decoded=decoded[i],
            mu=rows.mu[i],
            sigma=np.exp(0.5 * rows.logvar[i]),
            kl_per_dim=rows.kl_nats[i],
            elbo_nats=float(rows.elbo_nats[i]),
            reconstruction_nats=float(rows.reconstruction_nats[i]),
            mse=float(rows.mse[i]),
            code=codes[i],
            label=None if labels is None else int(labels[i]),
        )
        for i in range(len(pixels))
    ]


def guessed(model: VAE, pixels: Pixels) -> NDArray[np.int64] | None:
    """The class of each image inferred by a class-conditional model: [N]; None for other models."""
    import torch

    device = next(model.parameters()).device
    with torch.inference_mode():
        found = [model.guess(x) for x in batches(pixels, device)]
    labels = [part.cpu().numpy() for part in found if part is not None]
    return np.concatenate(labels) if labels else None
