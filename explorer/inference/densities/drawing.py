"""Codes drawn from the prior or from a density that is fitted to the codes of images."""

from __future__ import annotations

import numpy as np

from explorer.base import ExplorerError
from explorer.base.text import did_you_mean
from explorer.inference.densities.fitted_density import FittedDensity
from explorer.inference.densities.kept import density_of
from explorer.inference.densities.registry import DENSITIES
from explorer.inference.densities.sample import Progress
from explorer.inference.latent_space import Z, class_count, codes, prior_codes
from explorer.runs import LoadedRun

PRIOR = "prior"
SOURCES = (PRIOR, *DENSITIES)


def draw_codes(
    run: LoadedRun,
    source: str,
    n: int,
    temperature: float = 1.0,
    seed: int | None = None,
    progress: Progress = lambda done: None,
) -> Z:
    """Codes of ``n`` draws from ``source``, the prior or one of ``DENSITIES``, cycling through the classes.

    The temperature is the standard deviation of the normal noise that a draw is made of: of the prior the draw itself,
    of a mixture what is added to a component's mean, of kernels to a code, of a flow what goes through it.
    Raises ExplorerError as ``density_of``, and for an unknown source.
    """
    check_source(source)
    density = None if source == PRIOR else density_of(run, source, progress)
    return drawn_from(density, run, n, temperature, seed)


def drawn_from(
    density: FittedDensity | None, run: LoadedRun, n: int, temperature: float = 1.0, seed: int | None = None
) -> Z:
    """Codes of ``n`` draws from a fitted density, None for the prior, cycling through the classes."""
    if density is None:
        return prior_codes(run, n, temperature, seed)
    labels = np.arange(n) % max(1, class_count(run))
    return codes(run, density.draw(n, labels, temperature, seed), labels)


def check_source(source: str) -> None:
    """Raise ExplorerError for what nothing can be drawn from."""
    if source not in SOURCES:
        hint = f"{did_you_mean(source, SOURCES)}Choose one of: {', '.join(SOURCES)}."
        raise ExplorerError(f"Nothing is drawn from '{source}'.", hint)
