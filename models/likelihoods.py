"""The likelihoods p(x|z): one class and one line in ``LIKELIHOODS`` each.

A decoder returns one parameter a pixel ("params"), from which a likelihood computes log-probabilities and the
mean image. Pixels ``x`` are floats in [0, 1]. Likelihoods are modules, so that a learned variance is trained, saved
and moved with the model.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

LOG_2PI = math.log(2 * math.pi)
PIXEL_DIMS = (-3, -2, -1)
LEAST_LOG_SIGMA = -6.0  # Rybkin et al. 2021, section 3.2
LEAST_MEAN = 0.001  # of a pixel, and its distance from 1, in logits of a mean
LEVELS = 2**14 + 1  # logits at which the continuous Bernoulli's mean is tabulated: closest near 0, where it is steepest
KEPT_SHARE = 0.1  # weight of a new batch in the running mean of the variance
# Below these, in float32, the series is more accurate than the difference of two large numbers.
LOGIT_NEAR_0 = 0.1
MEAN_NEAR_0 = 0.5


class Likelihood(nn.Module):
    """Interface of the likelihoods. ``params`` is a decoder's output, [..., C, H, W].

    ``whole_batch``: whether the training log-probability of an image depends on the others in its batch.
    """

    whole_batch = False

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """log p(x|z) summed over pixels: [..., C, H, W] -> [...], nats."""
        raise NotImplementedError

    def training_log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As ``log_prob``, for a training batch."""
        return self.log_prob(params, x)

    def held_log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As ``training_log_prob``, with a gradient through ``params`` alone; nothing is kept of the batch."""
        return self.training_log_prob(params, x)

    def mean(self, params: Tensor) -> Tensor:
        """E[x|z], the image to show, [..., C, H, W], in [0, 1]."""
        raise NotImplementedError

    def params_of(self, mean: Tensor) -> Tensor:
        """The params whose mean image is ``mean``, of any shape; a mean of 0 or 1 that no params have is approached."""
        return mean

    def std(self, params: Tensor) -> Tensor:
        """Standard deviation of each pixel under p(x|z), [..., C, H, W]."""
        raise NotImplementedError


class Bernoulli(Likelihood):
    """Independent Bernoulli pixels; ``params`` are logits.

    On grey pixels this is not a likelihood of the data (the cross-entropy of a soft target is not
    normalised over [0, 1]), though a usual objective; pages say so.
    """

    def __init__(self, sigma: float = 0.1) -> None:
        """``sigma`` is ignored; it is accepted so that all likelihoods have the same constructor."""
        super().__init__()

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """-BCE(logits, x) summed over pixels; Kingma & Welling 2014, appendix C.1."""
        x = x.expand_as(params)
        return -F.binary_cross_entropy_with_logits(params, x, reduction="none").sum(PIXEL_DIMS)

    def mean(self, params: Tensor) -> Tensor:
        """The probability of 1."""
        return torch.sigmoid(params)

    def params_of(self, mean: Tensor) -> Tensor:
        """The log-odds of ``mean``, which is brought to at least 0.001 and at most 0.999."""
        return torch.logit(mean, LEAST_MEAN)

    def std(self, params: Tensor) -> Tensor:
        """sqrt(p (1 - p))."""
        return (torch.sigmoid(params) * torch.sigmoid(-params)).sqrt()


class UnknownLikelihood(Likelihood):
    """Of a decoder whose p(x|z) nobody stated: ``params`` are the mean image, and log-probabilities are NaN."""

    def __init__(self, sigma: float = 0.1) -> None:
        """``sigma`` is ignored, as by the Bernoulli."""
        super().__init__()

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """NaN for each image, so that nothing computed from it can pass for a number."""
        return torch.full(params.shape[:-3], math.nan, device=params.device)

    def mean(self, params: Tensor) -> Tensor:
        """The decoder's picture, clipped to [0, 1] for display."""
        return params.clamp(0, 1)

    def std(self, params: Tensor) -> Tensor:
        """NaN for each pixel."""
        return torch.full_like(params, math.nan)


class ContinuousBernoulli(Bernoulli):
    """The Bernoulli normalised to a density on [0, 1]; ``params`` are logits.

    Loaiza-Ganem & Cunningham 2019. With lambda = sigmoid(a): C = 2 artanh(1 - 2 lambda) / (1 - 2 lambda)
    = a / tanh(a / 2), which is 2 at a = 0.
    """

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """-BCE(logits, x) + log C, summed over pixels."""
        return super().log_prob(params, x) + log_normaliser(params).sum(PIXEL_DIMS)

    def mean(self, params: Tensor) -> Tensor:
        """E[x], which is not lambda: lambda / (2 lambda - 1) + 1 / (2 artanh(1 - 2 lambda))."""
        near = params.abs() < MEAN_NEAR_0
        a = torch.where(near, torch.ones_like(params), params)
        series = 0.5 + params / 12 - params**3 / 720 + params**5 / 30240
        return torch.where(near, series, 0.5 + 0.5 / torch.tanh(a / 2) - 1 / a)

    def params_of(self, mean: Tensor) -> Tensor:
        """The logits of ``mean``, interpolated; it is brought to at least 0.001 and at most 0.999, as above."""
        levels = torch.linspace(-1, 1, LEVELS, dtype=torch.float64) ** 3 / LEAST_MEAN  # the last: mean 0.999
        sure = mean.detach().cpu().double().clamp(LEAST_MEAN, 1 - LEAST_MEAN)
        return torch.from_numpy(np.interp(sure, self.mean(levels), levels)).to(mean)

    def std(self, params: Tensor) -> Tensor:
        """The square root of the derivative of the mean with respect to the logit: 1 / a^2 - 1 / (4 sinh^2(a / 2))."""
        near = params.abs() < MEAN_NEAR_0
        a = torch.where(near, torch.ones_like(params), params)
        series = 1 / 12 - params**2 / 240 + params**4 / 6048
        return torch.where(near, series, 1 / a.square() - 0.25 / torch.sinh(a / 2).square()).sqrt()


def log_normaliser(logits: Tensor) -> Tensor:
    """log C of the continuous Bernoulli, pixel by pixel, nats; by its Taylor series near logit 0."""
    near = logits.abs() < LOGIT_NEAR_0
    a = torch.where(near, torch.ones_like(logits), logits).abs()
    half_squared = (logits / 2).square()
    series = math.log(2) + half_squared / 3 - 7 * half_squared.square() / 90
    return torch.where(near, series, a.log() - torch.tanh(a / 2).log())


class Gaussian(Likelihood):
    """Independent normal pixels with the decoder's output as mean and one fixed ``sigma`` (pixels in [0, 1])."""

    def __init__(self, sigma: float = 0.1) -> None:
        super().__init__()
        if not (math.isfinite(sigma) and sigma > 0):
            raise ValueError(f"sigma is {sigma}; it must be a positive number, for example 0.1.")
        self.sigma = sigma

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """log N(x; params, sigma^2) with its constant, summed over pixels; Kingma & Welling 2014, appendix C.2."""
        squares = ((x - params) / self.sigma).square().sum(PIXEL_DIMS)
        pixels = math.prod(params.shape[-3:])
        return -0.5 * squares - pixels * (math.log(self.sigma) + 0.5 * LOG_2PI)

    def mean(self, params: Tensor) -> Tensor:
        """The mean, clipped to [0, 1] for display; the density is not clipped."""
        return params.clamp(0, 1)

    def std(self, params: Tensor) -> Tensor:
        """Sigma, for every pixel."""
        return torch.full_like(params, self.sigma)


class LearnedGaussian(Gaussian):
    """One sigma for all pixels, learned with the weights, initially near ``sigma``; Rybkin et al. 2021, section 3.1."""

    def __init__(self, sigma: float = 0.1) -> None:
        super().__init__(sigma)
        self.free_log_sigma = nn.Parameter(torch.tensor(math.log(sigma)))

    def log_sigma(self) -> Tensor:
        """log sigma, soft-clipped at -6: a scalar."""
        return LEAST_LOG_SIGMA + F.softplus(self.free_log_sigma - LEAST_LOG_SIGMA)

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As the Gaussian's, with the learned sigma."""
        return gaussian_log_prob(params, x, self.log_sigma())

    def held_log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As the Gaussian's, with the learned sigma as a constant."""
        return gaussian_log_prob(params, x, self.log_sigma().detach())

    def std(self, params: Tensor) -> Tensor:
        """The learned sigma, for every pixel."""
        return self.log_sigma().exp().expand_as(params)


class OptimalGaussian(Gaussian):
    """One sigma for all pixels, of maximum likelihood for each training batch: sigma^2 = its mean squared error.

    The sigma-VAE of Rybkin et al. 2021, section 3.2. Evaluation uses an exponential running mean of
    the training batches' variances, in which a new one has weight 0.1 (initially, ``sigma`` squared).
    """

    whole_batch = True
    variance: Tensor

    def __init__(self, sigma: float = 0.1) -> None:
        super().__init__(sigma)
        self.register_buffer("variance", torch.tensor(sigma**2))

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As the Gaussian's, with the running sigma."""
        return gaussian_log_prob(params, x, 0.5 * self.variance.log())

    def std(self, params: Tensor) -> Tensor:
        """The running sigma, for every pixel."""
        return self.variance.sqrt().expand_as(params)

    def training_log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As the Gaussian's, with the sigma of this batch, which is kept; the gradient passes through it."""
        variance = variance_of(params, x)
        with torch.no_grad():
            self.variance.lerp_(variance.to(self.variance.dtype), KEPT_SHARE)
        return gaussian_log_prob(params, x, 0.5 * variance.log())

    def held_log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As the Gaussian's, with the sigma of this batch as a constant."""
        return gaussian_log_prob(params, x, 0.5 * variance_of(params, x).detach().log())


def variance_of(params: Tensor, x: Tensor) -> Tensor:
    """The sigma^2 of maximum likelihood of a batch, a scalar."""
    return (x - params).square().mean().clamp_min(math.exp(2 * LEAST_LOG_SIGMA))


def gaussian_log_prob(params: Tensor, x: Tensor, log_sigma: Tensor) -> Tensor:
    """log N(x; params, sigma^2) summed over pixels, for a sigma that is a tensor: [..., C, H, W] -> [...], nats."""
    squares = ((x - params) * torch.exp(-log_sigma)).square().sum(PIXEL_DIMS)
    return -0.5 * squares - math.prod(params.shape[-3:]) * (log_sigma + 0.5 * LOG_2PI)


# Those that a model can be trained with; that of a model made elsewhere may be unknown.
LIKELIHOODS: dict[str, type[Bernoulli] | type[Gaussian]] = {
    "bernoulli": Bernoulli,
    "continuous-bernoulli": ContinuousBernoulli,
    "gaussian": Gaussian,
    "gaussian-learned": LearnedGaussian,
    "gaussian-optimal": OptimalGaussian,
}
ALL_LIKELIHOODS: dict[str, type[Bernoulli] | type[Gaussian] | type[UnknownLikelihood]] = {
    **LIKELIHOODS,
    "unknown": UnknownLikelihood,
}
