"""The table of densities that are fitted to posterior means.

To add one: a module with its fit and its inverse of ``Density.arrays``, a function here that loads both, and an entry
in ``DENSITIES``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.base import ExplorerError
from explorer.base.languages import N_
from explorer.base.text import did_you_mean
from explorer.inference.densities.sample import Arrays, Density, Progress, Sample


@dataclass(frozen=True)
class Method:
    """How a density is fitted and read.

    Attributes
    ----------
    fit : the density of a sample, chosen by the likelihood of a second one; it notes its progress, 0 to 1.
    restored : the density of its ``arrays``.
    """

    fit: Callable[[Sample, Sample, Progress], Density]
    restored: Callable[[Arrays], Density]


@dataclass(frozen=True)
class DensitySpec:
    """One entry of ``DENSITIES``.

    Attributes
    ----------
    title : as it stands on pages.
    caption : of a picture of ``n`` draws.
    method : loads its code, which may need torch or scikit-learn.
    """

    title: str
    caption: str
    method: Callable[[], Method]


def mixtures() -> Method:
    """Gaussian mixtures."""
    from explorer.inference.densities.mixture import fit_mixture, restored_mixture

    return Method(fit_mixture, restored_mixture)


def kernels() -> Method:
    """Kernel densities."""
    from explorer.inference.densities.kernel import fit_kernels, restored_kernels

    return Method(fit_kernels, restored_kernels)


def flows() -> Method:
    """Normalising flows."""
    from explorer.inference.densities.flow import fit_flow, restored_flow

    return Method(fit_flow, restored_flow)


DENSITIES: dict[str, DensitySpec] = {
    "gmm": DensitySpec(
        N_("Gaussian mixture"),
        N_("{n} decoded draws of z from a Gaussian mixture fitted to codes, temperature {temperature:g}"),
        mixtures,
    ),
    "kde": DensitySpec(
        N_("Kernel density"),
        N_("{n} decoded codes of images with noise added (kernel density), temperature {temperature:g}"),
        kernels,
    ),
    "flow": DensitySpec(
        N_("Normalising flow"),
        N_("{n} decoded draws of z from a normalising flow fitted to codes, temperature {temperature:g}"),
        flows,
    ),
}


def density_spec(name: str) -> DensitySpec:
    """The entry of ``DENSITIES``; ExplorerError for an unknown name."""
    if name not in DENSITIES:
        hint = f"{did_you_mean(name, DENSITIES)}Choose one of: {', '.join(DENSITIES)}."
        raise ExplorerError(f"There is no density '{name}'.", hint)
    return DENSITIES[name]
