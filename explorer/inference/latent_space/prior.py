"""The prior of a run's latent space, as arrays: N(0, I), or the mixture that the model has learned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.inference.decoding import model_of
from explorer.runs import LoadedRun

if TYPE_CHECKING:
    from models import VAE

Z = NDArray[np.float32]
KEPT = 8  # mixtures
ROWS_AT_ONCE = 256  # of z: with 500 components of 50 dimensions 50 MB
QUANTILE_DRAWS = 50_000  # of which the quantiles of a mixture are taken
DENSITY_DRAWS = 2000  # with which densities of z are compared: shares to 1 %


@dataclass(frozen=True, eq=False)
class Prior:
    """1/P sum_p N(mean_p, diag(sd_p^2)); ``mean`` and ``sd`` are [P, K]."""

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]

    @property
    def is_normal(self) -> bool:
        """Whether it is N(0, I): one component may be a learned one."""
        return len(self.mean) == 1 and not self.mean.any() and bool((self.sd == 1).all())

    def draws(self, n: int, temperature: float = 1.0, seed: int | None = None) -> Z:
        """``n`` draws, the components' standard deviations times ``temperature``: [n, K]."""
        return self.drawn(n, np.random.default_rng(seed), temperature).astype(np.float32)

    def drawn(self, n: int, rng: np.random.Generator, temperature: float = 1.0) -> NDArray[np.float64]:
        """As ``draws``, in float64."""
        noise = rng.standard_normal((n, self.mean.shape[1])) * temperature
        chosen = rng.integers(len(self.mean), size=n)
        return self.mean[chosen] + self.sd[chosen] * noise

    def quantiles(self, n: int) -> NDArray[np.floating]:
        """``n`` quantiles of each dimension at even shares, ascending; of a mixture those of many draws: [n, K]."""
        from scipy.stats import norm

        shares = (np.arange(n) + 0.5) / n
        if self.is_normal:
            return np.tile(norm.ppf(shares)[:, None], (1, self.mean.shape[1]))
        return self.sorted_draws[(shares * QUANTILE_DRAWS).astype(np.int64)]

    @cached_property
    def sorted_draws(self) -> Z:
        """``QUANTILE_DRAWS`` draws, each dimension sorted by itself."""
        return np.sort(self.draws(QUANTILE_DRAWS, seed=0), axis=0)

    def spread(self) -> NDArray[np.float64]:
        """The standard deviation of each dimension, [K]."""
        return np.sqrt(self.mean.var(0) + np.square(self.sd).mean(0))

    def marginal_density(self, values: NDArray[np.floating], dim: int) -> NDArray[np.float64]:
        """The density of one dimension at ``values`` [n]: [n]."""
        from scipy.stats import norm

        return norm.pdf(values[:, None], self.mean[:, dim], self.sd[:, dim]).mean(1)

    def scale_of(self, z: NDArray[np.floating]) -> NDArray[np.float64]:
        """The standard deviations of the component that each z most probably is of: [N, K] -> [N, K]."""
        parts = range(0, len(z), ROWS_AT_ONCE)
        return np.concatenate([self.sd[self.densities(z[first : first + ROWS_AT_ONCE]).argmax(1)] for first in parts])

    def log_densities(self, z: NDArray[np.floating]) -> NDArray[np.float64]:
        """log p(z) of each row of z, [N, K], in nats: [N]."""
        from scipy.special import logsumexp

        if not len(z):
            return np.zeros(0)
        parts = range(0, len(z), ROWS_AT_ONCE)
        found = [logsumexp(self.densities(z[first : first + ROWS_AT_ONCE]), 1) for first in parts]
        return np.concatenate(found) - math.log(len(self.mean))

    def densities(self, z: NDArray[np.floating]) -> NDArray[np.float64]:
        """The log density of each row of z [N, K] under each component, nats: [N, P]."""
        away = (np.asarray(z, np.float64)[:, None] - self.mean) / self.sd
        return -0.5 * (np.square(away) + 2 * np.log(self.sd) + math.log(2 * math.pi)).sum(2)

    def log_density(self, z: NDArray[np.floating]) -> float:
        """log p(z) of one z, [K], in nats."""
        return float(self.log_densities(np.asarray(z)[None])[0])

    def share_less_probable(self, z: NDArray[np.floating]) -> float:
        """The probability that a draw has a lower density than z [K]: of N(0, I) a larger norm."""
        from scipy.stats import chi2

        if self.is_normal:
            return float(chi2.sf(np.square(z, dtype=np.float64).sum(), len(z)))
        return float((self.drawn_densities < self.log_density(z)).mean())

    @cached_property
    def drawn_densities(self) -> NDArray[np.float64]:
        """log p(z) of ``DENSITY_DRAWS`` draws."""
        return self.log_densities(self.draws(DENSITY_DRAWS, seed=0))


def normal_prior(latent: int) -> Prior:
    """N(0, I) of ``latent`` dimensions."""
    return Prior(np.zeros((1, latent)), np.ones((1, latent)))


def prior_under(model: VAE) -> Prior:
    """The prior of a model."""
    import torch

    if model.normal_prior:
        return normal_prior(model.config.latent)
    with torch.inference_mode():
        mu, logvar = (part.double().cpu().numpy() for part in model.prior())
    return Prior(mu, np.exp(0.5 * logvar))


def prior_of(run: LoadedRun) -> Prior:
    """The prior of a run's model; of an autoencoder, which has none, N(0, I) all the same.

    Raises as ``model_of`` where it is learned.
    """
    return _learned(run) if run.model.variational and not run.model.normal_prior else _normal(run)


@lru_cache(maxsize=KEPT)
def _learned(run: LoadedRun) -> Prior:
    return prior_under(model_of(run))


def _normal(run: LoadedRun) -> Prior:
    return normal_prior(int(run.model.options["latent"]))
