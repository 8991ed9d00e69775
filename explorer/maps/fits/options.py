"""Options of a map: the images it shows, and the parameters of its method."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.base.text import did_you_mean
from explorer.datasets import Split

Means = NDArray[np.float32]  # posterior means, [N, K]
Points = NDArray[np.float32]  # positions on a map, [N, 2]
MapSplit = Literal["train", "test", "all"]
MAP_SPLITS: dict[MapSplit, tuple[Split, ...]] = {"test": ("test",), "train": ("train",), "all": ("train", "test")}
DISTANCE_METRICS = ("euclidean", "cosine", "manhattan")
TREE_DIMS = 6  # latent dimensions up to which scikit-learn finds neighbours faster by a tree than by matrix products
EXACT_BELOW = 100_000  # points; from there on neighbours are searched approximately
MAX_SEED = 2**32 - 1
MIN_POINTS = 5
OPTION_HELP = {
    "perplexity": N_(
        "About how many neighbours count: few show fine detail, many the large shape. With fewer than three "
        "times as many images it is lowered."
    ),
    "exaggeration": N_(
        "How much stronger attraction is than repulsion at the end. 1 is t-SNE; 4 is near UMAP: tighter "
        "groups, wider gaps."
    ),
    "metric": N_(
        "What near means in latent space: euclidean is distance, cosine only direction, manhattan the sum of "
        "differences."
    ),
    "seed": N_("Of the random numbers; another one gives another, equally good map."),
    "sample": N_("So many images instead of all, of each class its share, drawn at random with the seed."),
    "dims": N_("The two latent dimensions to show; without a choice the two in which μ varies most."),
}


@dataclass(frozen=True)
class MapOptions:
    """Options of all methods; ``ProjectionSpec.uses`` names those that a method uses.

    Attributes
    ----------
    perplexity : effective number of neighbours, 2 to 500.
    exaggeration : factor of the attraction in t-SNE's last phase, 1 to 30.
    metric : distance in latent space, one of ``DISTANCE_METRICS``.
    seed : of the method and of the sample.
    dims : two latent dimensions; None: those in which mu varies most.
    sample : number of images, drawn with ``seed``; None: every image. Used by all methods.

    Raises
    ------
    ExplorerError
        For values out of range.
    """

    perplexity: float = 30.0
    exaggeration: float = 1.0
    metric: str = "euclidean"
    seed: int = 0
    dims: tuple[int, int] | None = None
    sample: int | None = None

    def __post_init__(self) -> None:
        if not 2 <= self.perplexity <= 500:
            raise ExplorerError(f"The perplexity is {self.perplexity:g}.", "It must lie between 2 and 500.")
        if not 1 <= self.exaggeration <= 30:
            raise ExplorerError(f"The exaggeration is {self.exaggeration:g}.", "It must lie between 1 and 30.")
        if self.metric not in DISTANCE_METRICS:
            raise ExplorerError(
                f"There is no metric '{self.metric}'.",
                f"{did_you_mean(self.metric, DISTANCE_METRICS)}Choose one of: {', '.join(DISTANCE_METRICS)}.",
            )
        if not 0 <= self.seed <= MAX_SEED:
            raise ExplorerError(f"The seed is {self.seed}.", f"It must be a whole number from 0 to {MAX_SEED}.")
        if self.dims is not None and (min(self.dims) < 0 or self.dims[0] == self.dims[1]):
            raise ExplorerError(
                f"The dimensions are {self.dims[0]} and {self.dims[1]}.", "Give two different ones, counted from 0."
            )

        if self.sample is not None and self.sample < MIN_POINTS:
            raise ExplorerError(
                _("The sample is {sample}.").format(sample=self.sample),
                _("A map needs at least {least} images.").format(least=MIN_POINTS),
            )

    @property
    def subset(self) -> tuple[int, int] | None:
        """Sample size and seed, which determine the images shown; None: all of them."""
        return None if self.sample is None else (self.sample, self.seed)


DEFAULTS = MapOptions()


def effective_perplexity(n: int, options: MapOptions) -> float:
    """The perplexity used for ``n`` points: at most a third of the other points."""
    return min(options.perplexity, (n - 1) / 3)


def affinity_neighbours(n: int, options: MapOptions) -> int:
    """The number of neighbours with equal affinity to each of ``n`` points.

    Half the perplexity: affinities are symmetrised, and equal weights reach as far as the tail of Gaussian ones.
    """
    return min(n - 1, max(2, math.ceil(effective_perplexity(n, options) / 2)))


def in_metric(mu: Means, metric: str) -> tuple[Means, str]:
    """Means and metric with the same neighbours, without cosine: it is Euclidean distance between unit vectors."""
    if metric != "cosine":
        return mu, metric
    lengths = np.linalg.norm(mu, axis=1, keepdims=True)
    return mu / np.maximum(lengths, np.finfo(np.float32).tiny), "euclidean"


def neighbour_algorithm(data: Means) -> str:
    """scikit-learn's faster exact neighbour search for ``data`` [N, K]: ``kd_tree`` or ``brute``."""
    return "kd_tree" if data.shape[1] <= TREE_DIMS else "brute"


def chosen_dims(mu: Means, options: MapOptions) -> tuple[int, ...]:
    """The dimensions that the method ``latent`` shows: two, or one where K = 1.

    Raises ExplorerError for a dimension that the model does not have.
    """
    if options.dims is None:
        return tuple(int(i) for i in np.argsort(-mu.var(0, dtype=np.float64), kind="stable")[:2])
    if max(options.dims) >= mu.shape[1]:
        raise ExplorerError(
            f"There is no latent dimension {max(options.dims)}.", f"They are numbered 0 to {mu.shape[1] - 1}."
        )
    return options.dims
