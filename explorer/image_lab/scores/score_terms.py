"""The terms of the anomaly scores: a batch of images under a model, each term computed on first use.

The noise of sampled terms is drawn once and shared by all images. A term is therefore a fixed function of the image,
independent of its batch, and an upload is scored exactly as the held-out images that it is ranked among.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

from explorer.inference.likelihood import log_weights

if TYPE_CHECKING:
    import torch

    from models import VAE, Likelihood, Posterior

SCORE_DRAWS = 8  # of z, for E_q log p(x|z)
WEIGHTED_DRAWS = 32  # for the importance-weighted bound
NOISE_SEED = 0
MIN_MEAN = 0.01  # predicted means are clipped to [MIN_MEAN, 1 - MIN_MEAN]


class ScoreTerms:
    """A batch of images under the model; each term is computed when a score first uses it.

    Parameters
    ----------
    x : [N, C, H, W] in [0, 1].
    codes : [M, K]; posterior means to which distances are taken.
    own : [N]; which of ``codes`` is that of the image itself, -1 for none.
    prior : False for an autoencoder, whose codes are points.
    """

    def __init__(
        self,
        model: VAE,
        x: torch.Tensor,
        codes: torch.Tensor | None = None,
        own: torch.Tensor | None = None,
        prior: bool = True,
    ) -> None:
        self.model, self.x, self.codes, self.own, self.prior = model, x, codes, own, prior

    @cached_property
    def posterior(self) -> Posterior:
        """q(z|x), [N, K] each."""
        return self.model.encode(self.x)

    @cached_property
    def mse(self) -> torch.Tensor:
        """Mean squared error per pixel of the reconstruction through the mean: [N]."""
        return (self.model.decode(self.posterior.mu) - self.x).square().mean((1, 2, 3))

    @cached_property
    def reconstruction(self) -> torch.Tensor:
        """E_q log p(x|z) over ``SCORE_DRAWS`` draws, nats: [N]."""
        return self.model.likelihood.log_prob(self.decoded_params(), self.x).mean(0)

    def drawn(self, draws: int = SCORE_DRAWS) -> torch.Tensor:
        """Draws of q(z|x): [L, N, K]."""
        z, _log_ratio = self.model.posterior_samples(self.posterior, self.x, self.noise(draws))
        return z

    def decoded_params(self, draws: int = SCORE_DRAWS) -> torch.Tensor:
        """Decoder outputs for draws of q(z|x): [L, N, C, H, W]."""
        return self.model.decode_params(self.drawn(draws))

    @cached_property
    def kl(self) -> torch.Tensor:
        """KL to the prior, nats: [N]; 0 for an autoencoder."""
        each = self.model.kl(self.posterior, self.x, self.drawn()).sum(-1)
        return each if self.prior else each.new_zeros(each.shape)

    @cached_property
    def elbo(self) -> torch.Tensor:
        """ELBO at beta = 1, nats: [N]."""
        return self.reconstruction - self.kl

    @cached_property
    def bound(self) -> torch.Tensor:
        """log p(x), estimated from below with ``WEIGHTED_DRAWS`` draws (Burda et al. 2016, equation 8), nats: [N]."""
        from models import importance_bound

        return importance_bound(log_weights(self.model, self.posterior, self.x, self.noise(WEIGHTED_DRAWS)).double())

    @cached_property
    def neighbour_nats(self) -> torch.Tensor:
        """Code length of the image predicted from neighbouring pixels or, if shorter, from its mean, nats: [N].

        The complexity term of Serrà et al. 2020 ("Input complexity and out-of-distribution detection", equation 3),
        which corrects that likelihoods rank simple images too high (Nalisnick et al. 2019). Theirs is the length of a
        PNG; here the prediction is coded by the model's own likelihood, so that both terms have one measure: the bits
        of a PNG are not comparable to the nats of a Bernoulli on grey pixels.
        """
        import torch

        likelihood = self.model.likelihood
        guesses = torch.stack(
            [predicted_from_neighbours(self.x), self.x.mean((2, 3), keepdim=True).expand_as(self.x)]
        )  # [2, N, C, H, W]
        params = likelihood.params_of(guesses.clamp(MIN_MEAN, 1 - MIN_MEAN))
        return -likelihood.log_prob(params, self.x).amax(0)

    @cached_property
    def nearest(self) -> torch.Tensor:
        """Euclidean distance from the posterior mean to the nearest one of another image: [N]."""
        import torch

        assert self.codes is not None
        assert self.own is not None
        away = torch.cdist(self.posterior.mu, self.codes, compute_mode="donot_use_mm_for_euclid_dist")  # [N, M]
        known = self.own >= 0
        away[known, self.own[known]] = math.inf
        return away.amin(1)

    def noise(self, draws: int) -> torch.Tensor:
        """Standard normal draws, the same for all images: [L, N, K]."""
        import torch

        mu = self.posterior.mu
        generator = torch.Generator().manual_seed(NOISE_SEED)  # of the CPU: the same draws on every device
        drawn = torch.randn((draws, 1, mu.shape[1]), generator=generator)
        return drawn.to(mu.device).expand(-1, len(mu), -1)


def predicted_from_neighbours(x: torch.Tensor) -> torch.Tensor:
    """Each pixel predicted by the mean of its left, upper left, upper and upper right neighbours, black outside.

    [N, C, H, W] in [0, 1] -> the same. These precede the pixel in raster order, as in lossless image formats.
    """
    import torch.nn.functional as F

    padded = F.pad(x, (1, 1, 1, 0))  # one more column at either side, one more row above
    above, row = padded[..., :-1, :], padded[..., 1:, :]
    return (row[..., :-2] + above[..., :-2] + above[..., 1:-1] + above[..., 2:]) / 4


def log_prob_of_pixels(likelihood: Likelihood, params: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """log p(x|z) of each pixel, nats: [..., C, H, W] of both -> the same."""
    return likelihood.log_prob(params[..., None, None, None], x[..., None, None, None])
