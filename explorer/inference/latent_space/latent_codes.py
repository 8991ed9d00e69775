"""Codes, the inputs of a decoder: z [K]; for a class-conditional model z and a one-hot class, [K + C]."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.inference.latent_space.latent_geometry import Z
from explorer.inference.latent_space.prior import prior_of
from explorer.runs import LoadedRun


def latent_size(run: LoadedRun) -> int:
    """K, the number of latent dimensions."""
    return int(run.model.options["latent"])


def class_count(run: LoadedRun) -> int:
    """C, the number of classes of a class-conditional model; 0 for other models."""
    return int(run.model.options.get("classes", 0))


def class_name(run: LoadedRun, label: int) -> str:
    """The name of a class in the run's data."""
    return run.data.classes[label]


def home(run: LoadedRun) -> Z:
    """The initial code: 0, the mean of a prior N(0, I), in the first class."""
    return codes(run, np.zeros((1, latent_size(run)), np.float32), np.zeros(1, np.int64))[0]


def codes(run: LoadedRun, z: NDArray[np.floating], labels: NDArray[np.int64] | None) -> Z:
    """The codes of ``z`` [N, K] in the classes ``labels`` [N]: float32 [N, K] or [N, K + C].

    Models without classes take z alone; ``labels`` are ignored.
    """
    z, n = np.asarray(z, np.float32), class_count(run)
    if not n:
        return z
    assert labels is not None
    return classed(z, labels, n)


def classed(z: Z, labels: NDArray[np.int64], classes: int) -> Z:
    """``z`` [N, K] concatenated with the one-hot classes ``labels`` [N]: [N, K + classes]."""
    return np.concatenate([z, np.eye(classes, dtype=np.float32)[labels]], 1)


def every_class(run: LoadedRun, code: NDArray[np.floating]) -> Z:
    """The z of one ``code`` [K + C] with every class: [C, K + C]."""
    z = np.tile(np.asarray(code, np.float32)[: latent_size(run)], (class_count(run), 1))
    return codes(run, z, np.arange(len(z)))


def prior_codes(run: LoadedRun, n: int, temperature: float = 1.0, seed: int | None = None) -> Z:
    """Codes of ``n`` draws of the prior at a ``temperature`` (``Prior.draws``), cycling through the classes."""
    z = prior_of(run).draws(n, temperature, seed)
    return codes(run, z, np.arange(n) % max(1, class_count(run)))


def condition_of(run: LoadedRun) -> str:
    """The conditioning of the run's model: "" (none), "class" or "mask"."""
    from models import model_spec

    return model_spec(run.model.name).condition
