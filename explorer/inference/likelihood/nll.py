"""Importance-sampled log-likelihood: a lower bound of log p(x) from K samples per image."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.threads import a_core_left
from explorer.inference.likelihood.evaluation import Labels, Progress, conditioned_batches

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels
    from models import VAE, Posterior

IMAGES_AT_ONCE = 100  # images per batch, at most
MOST_SAMPLES = 10**6  # of an image
CPU_VALUES_AT_ONCE = 2**18  # decoded values: with the activations of convolutions, what fits into the cache of a core
GPU_VALUES_AT_ONCE = 2**23  # 32 MB in each of several arrays
WEIGHTS_AT_ONCE = 2**23  # of all samples: 64 MB
CPU_OPERATIONS = 2 * 10**12  # budget of floating-point operations on a CPU: half a minute of one core
GPU_OPERATIONS = 40 * CPU_OPERATIONS
OPERATIONS_PER_VALUE = 250  # of sampling and likelihood, at the speed of the decoder's: they wait for memory
LEAST_IMAGES = 5  # whatever they cost: of fewer the standard error says nothing


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
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed)
    at_once = CPU_VALUES_AT_ONCE if device.type == "cpu" else GPU_VALUES_AT_ONCE
    size = max(1, min(IMAGES_AT_ONCE, at_once // math.prod(model.config.shape), WEIGHTS_AT_ONCE // samples))
    found: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    done = 0
    with torch.inference_mode(), a_core_left() if device.type == "cpu" else contextlib.nullcontext():
        for conditioned, x in conditioned_batches(model, pixels, labels, size):
            note = share_of(progress, done / len(pixels), len(x) / len(pixels))
            weights = all_log_weights(conditioned, x, samples, generator, max(1, at_once // x.numel()), note)  # [K, N]
            found.append((importance_bound(weights).cpu().numpy(), effective_samples(weights).cpu().numpy()))
            done += len(x)
    return ImportanceEstimates(*(np.concatenate(column) for column in zip(*found, strict=True)))


def check_samples(samples: int) -> None:
    """Raise ExplorerError unless ``samples`` lies between 1 and ``MOST_SAMPLES``."""
    if not 1 <= samples <= MOST_SAMPLES:
        raise ExplorerError(
            f"The number of samples is {samples}.", f"It must lie between 1 and {MOST_SAMPLES:,}; 5000 is usual."
        )


def share_of(progress: Progress | None, done: float, share: float) -> Progress:
    """A callback for a part that is ``share`` of the whole and begins at ``done``."""
    return lambda part: progress(done + share * part) if progress else None


def all_log_weights(
    model: VAE, x: torch.Tensor, samples: int, generator: torch.Generator, step: int, progress: Progress
) -> torch.Tensor:
    """The log weights of one batch [N, C, H, W]: float64 [K, N]; ``step`` samples are drawn at a time."""
    import torch

    from models import standard_noise

    posterior = model.encode(x)
    parts = []
    for start in range(0, samples, step):
        noise = standard_noise(posterior.mu, min(step, samples - start), generator)
        parts.append(log_weights(model, posterior, x, noise).double())
        progress((start + len(noise)) / samples)
    return torch.cat(parts)


def effective_samples(log_weights: torch.Tensor) -> torch.Tensor:
    """(sum w)^2 / sum w^2 of log weights [K, N]: [N], from 1 to K (Kong 1992)."""
    import torch

    return torch.exp(2 * torch.logsumexp(log_weights, 0) - torch.logsumexp(2 * log_weights, 0))


def log_weights(model: VAE, posterior: Posterior, x: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """log p(x|z) + log p(z) - log q(z|x) at the draws z of q(z|x) from ``noise`` [L, N, K]: [L, N]."""
    z, log_ratio = model.posterior_samples(posterior, x, noise)  # [L, N, K], [L, N]
    return model.likelihood.log_prob(model.decode_params(z), x) + log_ratio


def affordable(model: VAE, samples: int, images: int) -> int:
    """How many of ``images`` are within the budget of operations (images x samples x those of a decoded image)."""
    budget = CPU_OPERATIONS if next(model.parameters()).device.type == "cpu" else GPU_OPERATIONS
    return min(images, max(LEAST_IMAGES, budget // (samples * operations_of_a_draw(model))))


def operations_of_a_draw(model: VAE) -> int:
    """Floating-point operations that one z of one image takes: drawn, weighted and decoded, with its likelihood."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    x = torch.zeros((1, *model.config.shape), device=next(model.parameters()).device)
    with torch.inference_mode():
        conditioned = model.conditioned_on(x)
        posterior = conditioned.encode(x)
        with FlopCounterMode(display=False) as counted:
            z, _log_ratio = conditioned.posterior_samples(posterior, x, torch.zeros_like(posterior.mu)[None])
            conditioned.decode_params(z)
    return int(counted.get_total_flops()) + OPERATIONS_PER_VALUE * x.numel()


def carried_over(
    log_likelihood: NDArray[np.float64], elbo_nats: NDArray[np.floating], chosen: NDArray[np.int64]
) -> tuple[float, float | None]:
    """NLL of all images and its standard error, from log p(x) of a random subset of them, nats.

    -ELBO of all images, less the mean gap of -ELBO to -log p(x) over the subset: the gap varies less over the images
    than log p(x) does, and the subset's own level cancels.

    Parameters
    ----------
    log_likelihood : [n], of the images ``chosen``. elbo_nats : [N], of all.
    """
    wide = elbo_nats.astype(np.float64)
    gap = log_likelihood - wide[chosen]
    return -float(wide.mean() + gap.mean()), carried_stderr(log_likelihood, gap, len(wide))


def carried_stderr(log_likelihood: NDArray[np.float64], gap: NDArray[np.float64], total: int) -> float | None:
    """Standard error of a mean over ``total`` images, whose correction ``gap`` [n] is known of a random subset alone.

    The variance of log p(x) over all images, and that of the mean gap of n images drawn without replacement.
    """
    n = len(gap)
    if n < 2:
        return None
    with np.errstate(invalid="ignore"):
        return math.sqrt(log_likelihood.var(ddof=1) / total + gap.var(ddof=1) * (1 / n - 1 / total))
