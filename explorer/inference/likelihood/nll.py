"""Importance-sampled log-likelihood: a lower bound of log p(x) from K samples per image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.inference.likelihood.evaluation import Labels, Progress, conditioned_batches

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels
    from models import VAE, Posterior

IMAGES_AT_ONCE = 100  # images per batch
MOST_SAMPLES = 10**6  # of an image
VALUES_AT_ONCE = 2**23  # decoded values at once: 32 MB in each of several arrays
CPU_VALUES = 2 * 10**9  # budget of decoded values on a CPU: about a minute
GPU_VALUES = 40 * CPU_VALUES


@dataclass(frozen=True)
class ImportanceEstimates:
    """What K importance weights an image say of N images.

    Attributes
    ----------
    log_likelihood : nats, [N].
    effective_samples : (sum w)^2 / sum w^2, from 1 to K: how many draws carry the estimate (Kong 1992), [N].
    """

    log_likelihood: NDArray[np.float64]
    effective_samples: NDArray[np.float64]


def importance_estimates(
    model: VAE,
    pixels: Pixels,
    samples: int,
    seed: int = 0,
    progress: Progress | None = None,
    labels: Labels = None,
) -> ImportanceEstimates:
    """Estimates of log p(x) of images uint8 [N, C, H, W], and how many draws carry each.

    log 1/K sum_k p(x, z_k) / q(z_k|x) with K = ``samples`` draws of q(z|x); its expectation is a lower bound of
    log p(x) that increases with K (Burda et al. 2016, theorem 1). Networks and terms in float32, sums over samples in
    float64. A class-conditional model is conditioned on ``labels`` [N]; the estimate is then of log p(x|y).

    Raises ExplorerError as ``check_samples``.
    """
    import torch

    from models import importance_bound

    check_samples(samples)
    size = max(1, min(IMAGES_AT_ONCE, VALUES_AT_ONCE // samples))
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    found: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    with torch.inference_mode():
        for conditioned, x in conditioned_batches(model, pixels, labels, size):
            weights = all_log_weights(conditioned, x, samples, generator)  # [K, N]
            found.append((importance_bound(weights).cpu().numpy(), effective_samples(weights).cpu().numpy()))
            if progress:
                progress(min(1.0, len(found) * size / len(pixels)))
    return ImportanceEstimates(*(np.concatenate(column) for column in zip(*found, strict=True)))


def check_samples(samples: int) -> None:
    """Raise ExplorerError unless ``samples`` lies between 1 and ``MOST_SAMPLES``."""
    if not 1 <= samples <= MOST_SAMPLES:
        raise ExplorerError(
            f"The number of samples is {samples}.", f"It must lie between 1 and {MOST_SAMPLES:,}; 5000 is usual."
        )


def all_log_weights(model: VAE, x: torch.Tensor, samples: int, generator: torch.Generator) -> torch.Tensor:
    """The log weights of one batch [N, C, H, W]: float64 [K, N]; samples are drawn in parts."""
    import torch

    posterior = model.encode(x)
    step = max(1, VALUES_AT_ONCE // max(1, x.numel()))
    parts = [
        log_weights(model, posterior, x, noise_of(posterior, min(step, samples - start), generator)).double()
        for start in range(0, samples, step)
    ]
    return torch.cat(parts)


def effective_samples(log_weights: torch.Tensor) -> torch.Tensor:
    """(sum w)^2 / sum w^2 of log weights [K, N]: [N], from 1 to K (Kong 1992)."""
    import torch

    return torch.exp(2 * torch.logsumexp(log_weights, 0) - torch.logsumexp(2 * log_weights, 0))


def noise_of(posterior: Posterior, samples: int, generator: torch.Generator) -> torch.Tensor:
    """Standard normal draws, [L, N, K]."""
    import torch

    mu = posterior.mu
    return torch.randn((samples, *mu.shape), device=mu.device, dtype=mu.dtype, generator=generator)


def log_weights(model: VAE, posterior: Posterior, x: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """log p(x|z) + log p(z) - log q(z|x) at z = mu + sigma * noise, [L, N, K]: [L, N]."""
    from models import log_prior_ratio, reparameterise_with

    z = reparameterise_with(*posterior, noise)  # [L, N, K]
    return model.likelihood.log_prob(model.decode_params(z), x) + log_prior_ratio(z, posterior.logvar, noise)


def affordable(model: VAE, samples: int, images: int) -> int:
    """The number of images, at most ``images``, within the budget of decoded values (images x samples x pixels)."""
    values = CPU_VALUES if next(model.parameters()).device.type == "cpu" else GPU_VALUES
    return max(1, min(images, values // (samples * math.prod(model.config.shape))))
