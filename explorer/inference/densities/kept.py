"""Densities that a run keeps, each with the hash of the weights whose codes it was fitted to."""

from __future__ import annotations

import contextlib

import numpy as np

from explorer.base import DamagedFileError, ExplorerError
from explorer.inference.densities.codes_to_fit import codes_to_fit
from explorer.inference.densities.fitted_density import FittedDensity, fitted
from explorer.inference.densities.registry import density_spec
from explorer.inference.densities.sample import Progress
from explorer.inference.latents import read_npz, write_npz
from explorer.runs import LoadedRun

VERSION = 1  # of the fits; densities of another are fitted again


def density_of(run: LoadedRun, name: str, progress: Progress = lambda done: None) -> FittedDensity:
    """The density ``name`` of the run's codes: kept, or fitted now (seconds) and kept where the run can be written.

    One that was fitted to test images is fitted again where the training images have come.
    Raises ExplorerError for an unknown name, where there are no codes, and where nothing can be fitted to them.
    """
    density_spec(name)
    kept = kept_density(run, name)
    if kept is not None and kept.split == "train":
        return kept
    codes = codes_to_fit(run)
    if kept is not None and kept.split == codes.split:
        return kept
    found = fitted(name, codes, progress)
    with contextlib.suppress(ExplorerError):
        write_density(run, found)
    return found


def kept_density(run: LoadedRun, name: str) -> FittedDensity | None:
    """The kept density; None where there is none of these weights and of this version, or it is damaged."""
    try:
        arrays = read_npz(run, density_file(name))
        if arrays is None or int(arrays["version"]) != VERSION:
            return None
        return FittedDensity.restored(arrays)
    except (DamagedFileError, KeyError, TypeError, ValueError, RuntimeError):
        return None


def write_density(run: LoadedRun, density: FittedDensity) -> None:
    """Keep it; ExplorerError where the run cannot be written."""
    facts = {"weights": np.array(run.weights_sha256), "version": np.array(VERSION)}
    write_npz(run, density_file(density.name), {**density.arrays(), **facts})


def density_file(name: str) -> str:
    """The file of a density in the run."""
    return f"densities/{name}.npz"
