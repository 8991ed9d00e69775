"""p(x|z): what a decoder's output means. One class a likelihood, one line in ``LIKELIHOODS``.

A decoder returns one number a pixel ("params"); a likelihood turns it into log-probabilities and into the
mean picture. Pixels ``x`` are floats in [0, 1]. Those with a width of their own are modules, so that it is
trained, kept and moved with the model.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LOG_2PI = math.log(2 * math.pi)
PIXEL_DIMS = (-3, -2, -1)
LEAST_LOG_SIGMA = -6.0  # Rybkin et al. 2021, section 3.2
KEPT_SHARE = 0.1  # of a new batch in the variance that is kept
# Below these, in float32, the series is nearer the truth than the difference of two large numbers.
LOGIT_NEAR_0 = 0.1
MEAN_NEAR_0 = 0.5


class Likelihood(nn.Module):
    """What every likelihood offers. ``params`` is a decoder's output, [..., C, H, W].

    ``whole_batch`` says that the training log-probability of an image depends on the others in its batch.
    """

    whole_batch = False

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """log p(x|z) summed over pixels: [..., C, H, W] -> [...], nats."""
        raise NotImplementedError

    def training_log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As ``log_prob``, for a batch that is trained on."""
        return self.log_prob(params, x)

    def mean(self, params: Tensor) -> Tensor:
        """E[x|z], the picture to show, [..., C, H, W], in [0, 1]."""
        raise NotImplementedError

    def std(self, params: Tensor) -> Tensor:
        """Standard deviation of each pixel under p(x|z), [..., C, H, W]."""
        raise NotImplementedError


class Bernoulli(Likelihood):
    """Each pixel a coin; ``params`` are logits.

    On grey pixels this is not a likelihood of the data (the cross-entropy of a soft target is not
    normalised over [0, 1]); it is a fair objective and the field's usual number, and pages say so.
    """

    def __init__(self, sigma: float = 0.1) -> None:
        """``sigma`` is taken, and unused, so that every likelihood is made in the same way."""
        super().__init__()

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """-BCE(logits, x) summed over pixels; Kingma & Welling 2014, appendix C.1."""
        x = x.expand_as(params)
        return -F.binary_cross_entropy_with_logits(params, x, reduction="none").sum(PIXEL_DIMS)

    def mean(self, params: Tensor) -> Tensor:
        """The coin's bias."""
        return torch.sigmoid(params)

    def std(self, params: Tensor) -> Tensor:
        """sqrt(p (1 - p))."""
        return (torch.sigmoid(params) * torch.sigmoid(-params)).sqrt()


class ContinuousBernoulli(Bernoulli):
    """The Bernoulli made a density on [0, 1] by its normaliser; ``params`` are logits.

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

    def std(self, params: Tensor) -> Tensor:
        """The root of the mean's derivative by the logit: 1 / a^2 - 1 / (4 sinh^2(a / 2))."""
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
    """Each pixel normal around the decoder's output with one fixed ``sigma`` (in units of the [0, 1] scale)."""

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
        """The mean, clipped to what a pixel can be (the density itself is not clipped)."""
        return params.clamp(0, 1)

    def std(self, params: Tensor) -> Tensor:
        """Sigma, everywhere."""
        return torch.full_like(params, self.sigma)


class LearnedGaussian(Gaussian):
    """One sigma for all pixels, learned with the weights and begun about ``sigma``; Rybkin et al. 2021, section 3.1."""

    def __init__(self, sigma: float = 0.1) -> None:
        super().__init__(sigma)
        self.free_log_sigma = nn.Parameter(torch.tensor(math.log(sigma)))

    def log_sigma(self) -> Tensor:
        """log sigma, softly kept above -6: a scalar."""
        return LEAST_LOG_SIGMA + F.softplus(self.free_log_sigma - LEAST_LOG_SIGMA)

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As the Gaussian's, with the learned sigma."""
        return gaussian_log_prob(params, x, self.log_sigma())

    def std(self, params: Tensor) -> Tensor:
        """The learned sigma, everywhere."""
        return self.log_sigma().exp().expand_as(params)


class OptimalGaussian(Gaussian):
    """One sigma for all pixels, at each step the one that suits the batch best: sigma^2 = its mean squared error.

    The sigma-VAE of Rybkin et al. 2021, section 3.2. Evaluation takes the variance that training has kept: a running
    mean over the batches, in which each new one counts a tenth (before any training, ``sigma`` squared).
    """

    whole_batch = True
    variance: Tensor

    def __init__(self, sigma: float = 0.1) -> None:
        super().__init__(sigma)
        self.register_buffer("variance", torch.tensor(sigma**2))

    def log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As the Gaussian's, with the sigma that training has kept."""
        return gaussian_log_prob(params, x, 0.5 * self.variance.log())

    def std(self, params: Tensor) -> Tensor:
        """The sigma that training has kept, everywhere."""
        return self.variance.sqrt().expand_as(params)

    def training_log_prob(self, params: Tensor, x: Tensor) -> Tensor:
        """As the Gaussian's, with the sigma of this batch, which is kept; the gradient passes through it."""
        variance = (x - params).square().mean().clamp_min(math.exp(2 * LEAST_LOG_SIGMA))
        with torch.no_grad():
            self.variance.lerp_(variance.to(self.variance.dtype), KEPT_SHARE)
        return gaussian_log_prob(params, x, 0.5 * variance.log())


def gaussian_log_prob(params: Tensor, x: Tensor, log_sigma: Tensor) -> Tensor:
    """log N(x; params, sigma^2) summed over pixels, for a sigma that is a tensor: [..., C, H, W] -> [...], nats."""
    squares = ((x - params) * torch.exp(-log_sigma)).square().sum(PIXEL_DIMS)
    return -0.5 * squares - math.prod(params.shape[-3:]) * (log_sigma + 0.5 * LOG_2PI)


LIKELIHOODS: dict[str, type[Bernoulli] | type[Gaussian]] = {
    "bernoulli": Bernoulli,
    "continuous-bernoulli": ContinuousBernoulli,
    "gaussian": Gaussian,
    "gaussian-learned": LearnedGaussian,
    "gaussian-optimal": OptimalGaussian,
}
