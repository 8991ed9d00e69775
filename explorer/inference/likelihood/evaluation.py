"""Estimators of the ELBO and its terms on a split: z sampled and seeded, averages weighted by images."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels
    from models import VAE

EVALUATION_BATCH = 1000
DECODED_AT_ONCE = 2**28  # values: 1 GB in each of several arrays; more samples are taken of fewer images at once
ACTIVE_VARIANCE = 0.01  # Burda et al. 2016, section 5.2
LEAST_FOR_PERCENTILE = 100  # values: a percentile among n is no finer than 1 / (n + 1)
Progress = Callable[[float], object]
Labels = NDArray[np.int64] | None


@dataclass(frozen=True)
class Evaluation:
    """Averages per image over a whole split. ELBO = reconstruction - KL, in nats, at beta = 1, z sampled.

    ``bits_per_dim`` is -ELBO / (pixels x ln 2): for a Gaussian, of the density on the [0, 1] scale (8 more
    for pixels in 256 steps). ``mse`` is per pixel, of the reconstruction through the posterior's mean.
    ``active_units`` counts the dimensions whose posterior mean varies (Burda et al. 2016, section 5.2).
    ``class_accuracy`` is the share of images that a semi-supervised model classifies correctly, None for other models.
    """

    n: int
    elbo_nats: float
    reconstruction_nats: float
    kl_nats: float
    bits_per_dim: float
    mse: float
    kl_per_dim: tuple[float, ...]
    active_units: int
    class_accuracy: float | None = None


@dataclass(frozen=True)
class PerImage:
    """The same quantities, one row per image: float32 arrays [N] and [N, K]."""

    mu: NDArray[np.float32]
    logvar: NDArray[np.float32]
    reconstruction_nats: NDArray[np.float32]
    kl_nats: NDArray[np.float32]  # [N, K]
    mse: NDArray[np.float32]

    @property
    def elbo_nats(self) -> NDArray[np.float32]:
        """ELBO of each image, [N]."""
        return self.reconstruction_nats - self.kl_nats.sum(1)

    def averages(self, pixels: int) -> Evaluation:
        """Means over the images; ``pixels`` is the number of values an image has."""
        elbo = float(self.elbo_nats.mean(dtype=np.float64))
        return Evaluation(
            n=len(self.mu),
            elbo_nats=elbo,
            reconstruction_nats=float(self.reconstruction_nats.mean(dtype=np.float64)),
            kl_nats=float(self.kl_nats.sum(1).mean(dtype=np.float64)),
            bits_per_dim=-elbo / (pixels * math.log(2)),
            mse=float(self.mse.mean(dtype=np.float64)),
            kl_per_dim=tuple(float(kl) for kl in self.kl_nats.mean(0, dtype=np.float64)),
            active_units=int(np.count_nonzero(self.mu.var(0, dtype=np.float64) > ACTIVE_VARIANCE)),
        )


def unit_pixels(pixels: torch.Tensor) -> torch.Tensor:
    """uint8 -> float32 in [0, 1]."""
    return pixels / 255


def batches(
    pixels: Pixels | torch.Tensor, device: torch.device, size: int = EVALUATION_BATCH
) -> Iterator[torch.Tensor]:
    """uint8 pixels [N, C, H, W] as float batches in [0, 1] on ``device``."""
    import torch

    for start in range(0, len(pixels), size):
        part = pixels[start : start + size]
        tensor = part if isinstance(part, torch.Tensor) else torch.from_numpy(np.ascontiguousarray(part))
        yield unit_pixels(tensor.to(device))


def conditioned_batches(
    model: VAE, pixels: Pixels | torch.Tensor, labels: Labels, size: int = EVALUATION_BATCH
) -> Iterator[tuple[VAE, torch.Tensor]]:
    """As ``batches``, on the model's device, each with the model conditioned on its images and their classes."""
    import torch

    device, done = next(model.parameters()).device, 0
    for x in batches(pixels, device, size):
        classes = None if labels is None else torch.from_numpy(labels[done : done + len(x)]).to(device)
        done += len(x)
        yield model.conditioned_on(x, classes), x


def per_image(
    model: VAE,
    pixels: Pixels | torch.Tensor,
    samples: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
    labels: Labels = None,
) -> PerImage:
    """Encode, sample and decode every image, [N, C, H, W] uint8.

    Parameters
    ----------
    samples : L, the draws of z in the ELBO's Monte Carlo average.
    seed : of these draws.
    progress : called with the share done, 0 to 1.
    labels : the images' classes, on which class-conditional models are conditioned; None: inferred by the model.
    """
    import torch

    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    size = max(1, min(EVALUATION_BATCH, DECODED_AT_ONCE // (samples * math.prod(model.config.shape))))
    rows: list[list[NDArray[np.float32]]] = []
    done = 0
    with torch.inference_mode():
        for conditioned, x in conditioned_batches(model, pixels, labels, size):
            done += len(x)
            rows.append([part.cpu().numpy() for part in batch_parts(conditioned, x, samples, generator)])
            if progress:
                progress(done / len(pixels))
    return PerImage(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def batch_parts(model: VAE, x: torch.Tensor, samples: int, generator: torch.Generator) -> list[torch.Tensor]:
    """The columns of ``PerImage`` for one batch [N, C, H, W]."""
    posterior = model.encode(x)
    elbo = model.elbo_given(posterior, x, samples, generator)
    mse = (model.decode(posterior.mu) - x).square().mean((1, 2, 3))  # [N]
    return [posterior.mu, posterior.logvar, elbo.reconstruction, elbo.kl, mse]


def posterior_draws(model: VAE, pixels: Pixels, labels: Labels = None, seed: int = 0) -> NDArray[np.float32]:
    """One seeded draw of q(z|x) for each image uint8 [N, C, H, W]: [N, K]."""
    import torch

    from models import standard_noise

    generator = torch.Generator(next(model.parameters()).device).manual_seed(seed)
    found = []
    with torch.inference_mode():
        for conditioned, x in conditioned_batches(model, pixels, labels):
            posterior = conditioned.encode(x)
            noise = standard_noise(posterior.mu, 1, generator)
            z, _log_ratio = conditioned.posterior_samples(posterior, x, noise)  # [1, N, K]
            found.append(z[0].cpu().numpy())
    return np.concatenate(found)


def posterior_means(model: VAE, pixels: Pixels, labels: Labels) -> NDArray[np.float32]:
    """Posterior means [N, K] of images [N, C, H, W] uint8, of their classes for class-conditional models."""
    import torch

    with torch.inference_mode():
        found = [conditioned.encode(x).mu.cpu() for conditioned, x in conditioned_batches(model, pixels, labels)]
    return torch.cat(found).numpy()


def evaluate(
    model: VAE, pixels: Pixels | torch.Tensor, samples: int = 1, seed: int = 0, labels: Labels = None
) -> Evaluation:
    """Averages over all the images; see ``Evaluation`` and ``per_image``."""
    return per_image(model, pixels, samples, seed, labels=labels).averages(math.prod(model.config.shape))


def class_hits(
    model: VAE, pixels: Pixels | torch.Tensor, labels: NDArray[np.int64], progress: Progress | None = None
) -> NDArray[np.bool_]:
    """Which images the model classifies correctly (``VAE.guess``), not conditioned on ``labels`` [N]: [N]."""
    import torch

    found: list[NDArray[np.int64]] = []
    with torch.inference_mode():
        for x in batches(pixels, next(model.parameters()).device):
            named = model.guess(x)
            assert named is not None, "this model names no classes"
            found.append(named.cpu().numpy())
            if progress:
                progress(sum(map(len, found)) / len(pixels))
    return np.concatenate(found) == labels


def percentile(values: NDArray[np.floating], value: float) -> float:
    """The share of ``values`` below ``value`` (ties count half), in percent."""
    below, equal = np.count_nonzero(values < value), np.count_nonzero(values == value)
    return 100 * (below + equal / 2) / len(values)
