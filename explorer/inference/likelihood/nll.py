"""Importance-sampled log-likelihood: log p(x) estimated from below with K samples an image."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.inference.likelihood.evaluation import Labels, Progress, conditioned_batches

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels
    from models import VAE, Posterior

IMAGES = 100  # whose samples are drawn together
HELD = 2**23  # decoded values at once: 32 MB in each of the few arrays that live together
CPU_VALUES = 2 * 10**9  # decoded values that a CPU is asked for: about a minute
GPU_VALUES = 40 * CPU_VALUES


def log_likelihood(
    model: VAE,
    pixels: Pixels,
    samples: int,
    seed: int = 0,
    progress: Progress | None = None,
    labels: Labels = None,
) -> NDArray[np.float64]:
    """Estimates of log p(x), one an image of uint8 [N, C, H, W], nats: [N].

    log 1/K sum_k p(x, z_k) / q(z_k|x) with K = ``samples`` draws of q(z|x); its expectation lies below log p(x) and
    rises with K (Burda et al. 2016, theorem 1). Networks and terms in float32, sums over samples in float64.
    ``labels`` [N] are told to a class-conditional model, whose estimate is then of log p(x|y).

    Raises ExplorerError when ``samples`` is not positive.
    """
    import torch

    check_samples(samples)
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    found: list[NDArray[np.float64]] = []
    with torch.inference_mode():
        for conditioned, x in conditioned_batches(model, pixels, labels, IMAGES):
            found.append(batch_importance_bound(conditioned, x, samples, generator).cpu().numpy())
            if progress:
                progress(min(1.0, len(found) * IMAGES / len(pixels)))
    return np.concatenate(found)


def check_samples(samples: int) -> None:
    """Raise ExplorerError unless there is at least one."""
    if samples < 1:
        raise ExplorerError(f"The number of samples is {samples}.", "It must be at least 1; 5000 is usual.")


def batch_importance_bound(model: VAE, x: torch.Tensor, samples: int, generator: torch.Generator) -> torch.Tensor:
    """The bound of one batch [N, C, H, W], a few samples of all images at a time: float64 [N]."""
    import torch

    from models import importance_bound

    posterior = model.encode(x)
    step = max(1, HELD // max(1, x.numel()))
    parts = [
        log_weights(model, posterior, x, noise_of(posterior, min(step, samples - start), generator)).double()
        for start in range(0, samples, step)
    ]
    return importance_bound(torch.cat(parts))


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
    """How many of so many images take reasonable time, which goes by decoded values: images x samples x pixels."""
    values = CPU_VALUES if next(model.parameters()).device.type == "cpu" else GPU_VALUES
    return max(1, min(images, values // (samples * math.prod(model.config.shape))))
