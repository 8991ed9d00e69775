"""Rankings of outliers: far from the prior, poorly reconstructed, of low ELBO, labelled unlike their like, or twins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base.languages import N_
from explorer.inference import Latents
from explorer.maps.fits import without_self

LABEL_NEIGHBOURS = 10
TWIN_FACTOR = 10  # times nearer than usual: twins; in two dimensions chance makes some of 1 image in 140
LEAST_FOR_LABELS = 2 * LABEL_NEIGHBOURS + 1  # images: of fewer the nearest are most of all


@dataclass(frozen=True)
class Ranking:
    """One ranking of outliers by ``score(latents) -> [N]``, highest first; NaN is left out."""

    title: str
    column: str  # name of the score, with its unit
    summary: str
    score: Callable[[Latents], NDArray[np.floating]]
    labelled: bool = False  # needs labels
    variational: bool = False  # needs a KL
    of_error: bool = False  # needs reconstructions
    of_nats: bool = False  # needs log p(x|z)
    least: int = 1  # images
    paired: bool = False  # an image with its nearest by mu
    note: str = ""  # more than the summary


def kl_nats(latents: Latents) -> NDArray[np.float32]:
    """KL to the prior of each image, nats: [N], summed over dimensions."""
    return latents.values.kl_nats.sum(1)


def label_disagreement(latents: Latents) -> NDArray[np.float64]:
    """The number of each image's ``LABEL_NEIGHBOURS`` nearest by mu that have another label: [N]."""
    assert latents.labels is not None
    nearest = neighbours_of(latents, np.arange(len(latents)))
    return (latents.labels[nearest] != latents.labels[:, None]).sum(1).astype(np.float64)


def nearness(latents: Latents) -> NDArray[np.float64]:
    """How many times nearer than usual, in the median, the nearest other mu is: [N].

    Infinite for an equal one; NaN below ``TWIN_FACTOR``, and where at least half of the images have an equal one.
    """
    nearest = neighbours_of(latents, np.arange(len(latents)))[:, 0]
    away = np.linalg.norm(latents.mu - latents.mu[nearest], axis=1).astype(np.float64)
    usual = np.median(away)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = usual / away
    return np.where((times >= TWIN_FACTOR) & (usual > 0), times, np.nan)


def neighbours_of(latents: Latents, indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """The ``LABEL_NEIGHBOURS`` nearest images by mu (Euclidean) of each of ``indices`` [n], nearest first: [n, k]."""
    from sklearn.neighbors import NearestNeighbors

    k = min(LABEL_NEIGHBOURS, len(latents) - 1)
    search = NearestNeighbors(n_neighbors=k + 1).fit(latents.mu)
    return without_self(search.kneighbors(latents.mu[indices], return_distance=False), indices)


# Those by label and of twins come last: their neighbour search takes seconds for many images.
RANKINGS: dict[str, Ranking] = {
    "kl": Ranking("KL", "KL, nats", N_("Codes far from the prior: unusual images."), kl_nats, variational=True),
    "error": Ranking(
        N_("error"), N_("squared error a pixel"), N_("Images that the model cannot redraw."),
        lambda latents: latents.values.mse, of_error=True,
    ),
    "elbo": Ranking(
        "-ELBO", "-ELBO, nats", N_("Images of the highest -ELBO: those that cost the model most."),
        lambda latents: -latents.values.elbo_nats, variational=True, of_nats=True,
    ),
    "label": Ranking(
        N_("label"), N_("differ, of 10"),
        N_("Labels that the 10 nearest images by μ do not share: likely mislabelled."),
        label_disagreement, labelled=True, least=LEAST_FOR_LABELS,
    ),
    "twins": Ranking(
        N_("twins by μ"), N_("times nearer"),
        N_("Images whose nearest other by μ is 10 times nearer than usual: likely duplicates."), nearness, least=3,
        paired=True, note=N_("In a latent space of two dimensions about 0.7 % of the images are so by chance; the more "
        "dimensions, the fewer."),
    ),
}  # fmt: skip


def rankings(latents: Latents) -> dict[str, Ranking]:
    """The rankings defined for these latents: some need labels, a KL, reconstructions, a likelihood, or many images."""
    return {key: one for key, one in RANKINGS.items() if len(latents) >= one.least and is_defined(one, latents)}


def is_defined(ranking: Ranking, latents: Latents) -> bool:
    """Whether the latents have what the ranking needs."""
    return (
        (latents.labels is not None) >= ranking.labelled
        and latents.has_kl >= ranking.variational
        and latents.has_error >= ranking.of_error
        and latents.has_nats >= ranking.of_nats
    )


def worst(scores: NDArray[np.floating], n: int) -> NDArray[np.int64]:
    """Indices of the ``n`` highest scores, highest first; NaN is left out."""
    order = np.argsort(-scores, kind="stable")
    return order[~np.isnan(scores[order])][:n]


def common_labels(latents: Latents, indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Majority label of each image's nearest neighbours, the smallest of ties: [n] for ``indices`` [n]."""
    assert latents.labels is not None
    nearest = latents.labels[neighbours_of(latents, indices)]
    return np.array([np.bincount(row).argmax() for row in nearest], np.int64)
