"""The latents, and perhaps the images, of a run that is made of them: they are its weights file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.datasets import Images
from explorer.runs import WEIGHTS, LoadedRun, packed

POINT_LOGVAR = -30.0  # of codes without a spread, as ``models.ae.POINT_LOGVAR``
Arrays = dict[str, NDArray[np.generic]]


def latents_arrays(run: LoadedRun) -> Arrays:
    """The arrays of the latents as a run keeps them (``latents.arrays_of``): what a decoder would tell is NaN."""
    arrays = weights_arrays(run)
    mu, n = arrays["mu"], len(arrays["mu"])
    unknown = np.full(n, np.nan, np.float32)
    found: Arrays = {"mu": mu, "logvar": arrays.get("logvar", np.full(mu.shape, POINT_LOGVAR, np.float32)),
                     "reconstruction_nats": unknown, "mse": unknown}  # fmt: skip
    if "logvar" not in arrays:
        found["kl_nats"] = np.zeros(mu.shape, np.float32)
    if "labels" in arrays:
        found["labels"] = arrays["labels"]
    return found


def images_alone(run: LoadedRun) -> Images | None:
    """The images that came with the latents, None where there are none."""
    arrays = weights_arrays(run)
    if "images" not in arrays:
        return None
    labels = arrays["labels"].astype(np.int64) if "labels" in arrays else None
    return Images(arrays["images"].astype(np.uint8, copy=False), labels, run.data.classes)


def weights_arrays(run: LoadedRun) -> Arrays:
    """The content of the weights file. Raises as ``runs.packed``."""
    from safetensors.numpy import load

    return dict(load(packed(run)[WEIGHTS]))
