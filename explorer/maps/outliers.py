"""Images worth a look: far from the prior, badly reconstructed, unlikely, or labelled unlike their neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.inference import Latents
from explorer.maps.fits import others

NEIGHBOURS = 10


@dataclass(frozen=True)
class Ranking:
    """One list of suspects: ``score(latents) -> [N]``, the highest first; NaN is never listed."""

    title: str
    column: str  # what a score is, with its unit
    summary: str
    score: Callable[[Latents], NDArray[np.floating]]
    labelled: bool = False  # needs labels
    variational: bool = False  # needs a KL


def kl_nats(latents: Latents) -> NDArray[np.float32]:
    """KL to the prior of each image, nats: [N]."""
    return latents.values.kl_nats.sum(1)


def disagreement(latents: Latents) -> NDArray[np.float64]:
    """How many of each image's ``NEIGHBOURS`` nearest by mu bear another label: [N]."""
    assert latents.labels is not None
    nearest = neighbours_of(latents, np.arange(len(latents)))
    return (latents.labels[nearest] != latents.labels[:, None]).sum(1).astype(np.float64)


def neighbours_of(latents: Latents, indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """The ``NEIGHBOURS`` nearest others by mu of each image of ``indices`` [n], Euclidean, nearest first: [n, k]."""
    from sklearn.neighbors import NearestNeighbors

    k = min(NEIGHBOURS, len(latents) - 1)
    search = NearestNeighbors(n_neighbors=k + 1).fit(latents.mu)
    return others(search.kneighbors(latents.mu[indices], return_distance=False), indices)


# The one that compares all pairs comes last: it takes seconds where images are many.
RANKINGS: dict[str, Ranking] = {
    "kl": Ranking("KL", "KL, nats", "Codes far from the prior: unusual images.", kl_nats, variational=True),
    "error": Ranking(
        "error", "squared error a pixel", "Images that the model cannot redraw.", lambda latents: latents.values.mse
    ),
    "elbo": Ranking(
        "-ELBO", "-ELBO, nats", "Images that the model finds least likely.", lambda latents: -latents.values.elbo_nats,
        variational=True,
    ),
    "label": Ranking(
        "label", "differ, of 10", "Labels that the 10 nearest images by μ do not share: likely mislabelled.",
        disagreement, labelled=True,
    ),
}  # fmt: skip


def rankings(latents: Latents) -> dict[str, Ranking]:
    """The rankings that these latents allow."""
    labelled, has_kl = latents.labels is not None, latents.has_kl
    return {key: one for key, one in RANKINGS.items() if labelled >= one.labelled and has_kl >= one.variational}


def worst(scores: NDArray[np.floating], n: int) -> NDArray[np.int64]:
    """Indices of the ``n`` highest scores, the highest first; NaN is left out."""
    order = np.argsort(-scores, kind="stable")
    return order[~np.isnan(scores[order])][:n]


def common_labels(latents: Latents, indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """The label that most of each image's nearest neighbours bear; the smallest of equals: [n] for indices [n]."""
    assert latents.labels is not None
    nearest = latents.labels[neighbours_of(latents, indices)]
    return np.array([np.bincount(row).argmax() for row in nearest], np.int64)
