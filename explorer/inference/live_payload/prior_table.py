"""A learned prior as ``live/prior.js`` reads it."""

from __future__ import annotations

import numpy as np

from explorer.inference.latent_space import prior_of
from explorer.runs import LoadedRun


def prior_blobs(run: LoadedRun) -> dict[str, bytes]:
    """Mean and standard deviation of each component, float32 [P, 2 K], as "prior"; nothing where it is N(0, I)."""
    prior = prior_of(run)
    if prior.is_normal:
        return {}
    return {"prior": np.concatenate([prior.mean, prior.sd], 1).astype("<f4").tobytes()}
