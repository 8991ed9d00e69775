"""The coordinates in which densities are fitted: the principal directions of mu, scaled to variance 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.inference.densities.sample import Arrays, Floats
from explorer.inference.latent_space import Z, principal_directions
from explorer.inference.likelihood import ACTIVE_VARIANCE

MOST_FOUND = 256  # directions; beyond these, draws stay at the mean
MOST_MODELLED = 64  # directions whose density is fitted; along the others it is normal
LEAST_SHARE = 1e-6  # of the largest variance, where there is no prior to measure it by or no unit is active


@dataclass(frozen=True)
class Frame:
    """Principal directions of mu, by decreasing variance; a density is fitted along the first ``modelled``.

    The others, along which mu hardly varies (inactive dimensions among them), are drawn from independent normal
    distributions of mu's own mean and variance.

    Attributes
    ----------
    mean : of mu, [K].
    basis : orthonormal rows, [D, K].
    sd : standard deviation of mu along each row, [D].
    modelled : how many of the rows have a density of their own.
    """

    mean: Floats
    basis: Floats
    sd: Floats
    modelled: int

    def coordinates(self, mu: NDArray[np.floating]) -> Floats:
        """The scaled coordinates of ``mu`` [N, K] along the modelled directions: [N, modelled]."""
        m = self.modelled
        return (np.asarray(mu, np.float64) - self.mean) @ self.basis[:m].T / self.sd[:m]

    def codes(self, inner: Floats, noise: Floats) -> Z:
        """The codes of coordinates [N, modelled] and of standard normal ``noise`` [N, D - modelled]: [N, K]."""
        along = np.concatenate([inner, noise], 1) * self.sd
        return (self.mean + along @ self.basis).astype(np.float32)

    @property
    def log_scale(self) -> float:
        """log of the volume of a unit cube of coordinates, in units of z."""
        return float(np.log(self.sd[: self.modelled]).sum())

    def prior_log_density(self, inner: Floats) -> Floats:
        """log density of N(0, I) along the modelled directions, at coordinates [N, modelled], in units of z: [N]."""
        m = self.modelled
        z = inner * self.sd[:m] + self.basis[:m] @ self.mean
        return -0.5 * (np.square(z).sum(1) + m * np.log(2 * np.pi))

    def arrays(self) -> Arrays:
        """What it is kept as."""
        small: Arrays = {name: getattr(self, name).astype(np.float32) for name in ("mean", "basis", "sd")}
        return {**small, "modelled": np.array(self.modelled)}

    @classmethod
    def restored(cls, arrays: Arrays) -> Frame:
        """The inverse of ``arrays``."""
        mean, basis, sd = (arrays[name].astype(np.float64) for name in ("mean", "basis", "sd"))
        return cls(mean, basis, sd, int(arrays["modelled"]))


def frame_of(mu: NDArray[np.floating], has_prior: bool) -> Frame:
    """The frame of posterior means [N, K].

    Modelled are directions along which mu has a variance above that of an active unit or, without a prior or an active
    unit, any. Raises ExplorerError where there is none: the codes are all the same.
    """
    found = principal_directions(mu, MOST_FOUND)
    variances = np.square(found.sd)
    active = int(np.count_nonzero(variances > ACTIVE_VARIANCE)) if has_prior else 0
    modelled = min(MOST_MODELLED, active or int(np.count_nonzero(variances > LEAST_SHARE * variances.max(initial=0))))
    if not modelled:
        raise ExplorerError(
            _("The codes of all images are the same: there is no density to fit."), _("Draw from the prior.")
        )
    return Frame(found.mean, found.basis, found.sd, modelled)
