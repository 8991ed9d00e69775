"""Maps: posterior means [N, K] to points on a plane [N, 2], kept in the run. One line a method in ``PROJECTIONS``."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, record
from explorer.inference import Latents, read_npz, write_npz
from explorer.maps.fits.fit_callback import Watch
from explorer.maps.fits.image_index import map_images, size_of
from explorer.maps.fits.methods import (
    Join,
    Transform,
    fit_tsne,
    fit_tsne_sklearn,
    fit_umap_from_pca,
    join_tsne,
    latent_transform,
    pca_transform,
)
from explorer.maps.fits.options import DEFAULTS, MIN_POINTS, MapOptions, MapSplit, Means
from explorer.maps.fits.options import Points as Points
from explorer.maps.fits.quality import Quality, quality_of
from explorer.maps.fits.torchdr_fit import TORCHDR, at_hand, fit_tsne_torchdr, fit_umap_torchdr
from explorer.maps.fits.umap_fit import join_umap
from explorer.runs import LoadedRun

Fit = Callable[[Means, MapOptions, Watch | None], Points]


@dataclass(frozen=True)
class ProjectionSpec:
    """One entry of the table.

    ``fit(mu, options, watch) -> points``; where the method is one formula, ``exact(mu, options)`` gives it, for
    newcomers too; elsewhere ``join(points, neighbours, distances, options)`` places these among the points. ``uses``
    names the options that change the map. ``library``: what makes it; ``torchdr`` makes it on CUDA, where installed.
    """

    title: str
    summary: str
    fit: Fit
    axes: tuple[str, str]
    uses: tuple[str, ...] = ()
    exact: Callable[[Means, MapOptions], Transform] | None = None
    join: Join = join_tsne
    library: str = ""
    torchdr: Fit | None = None

    @property
    def quick(self) -> bool:
        """A page may wait for it; the others are fitted in a process of their own."""
        return self.exact is not None


def exact_spec(
    title: str,
    summary: str,
    transform: Callable[[Means, MapOptions], Transform],
    axes: tuple[str, str],
    uses: tuple[str, ...] = (),
) -> ProjectionSpec:
    """An entry whose map is one formula."""
    return ProjectionSpec(title, summary, lambda mu, options, _: transform(mu, options)(mu), axes, uses, transform)


PROJECTIONS: dict[str, ProjectionSpec] = {
    "tsne": ProjectionSpec("t-SNE", "keeps neighbours together; distances between groups mean little", fit_tsne,
                           ("t-SNE 1", "t-SNE 2"), ("perplexity", "exaggeration", "metric", "seed"),
                           library="openTSNE", torchdr=fit_tsne_torchdr),
    "pca": exact_spec("PCA", "the two directions in which mu varies most; distances are true there",
                      lambda mu, _: pca_transform(mu), ("first principal component", "second principal component")),
    "umap": ProjectionSpec("UMAP", "as t-SNE, with tighter groups; distances between groups mean little too",
                           fit_umap_from_pca, ("UMAP 1", "UMAP 2"), ("perplexity", "metric", "seed"), join=join_umap,
                           library="umap-learn", torchdr=fit_umap_torchdr),
    "latent": exact_spec("Two dimensions", "two latent dimensions as they are", latent_transform,
                         ("first chosen dimension", "second chosen dimension"), ("dims",)),
    "tsne-sklearn": ProjectionSpec("t-SNE (scikit-learn)", "the reference; slow for many points", fit_tsne_sklearn,
                                   ("t-SNE 1", "t-SNE 2"), ("perplexity", "metric", "seed"),
                                   library="scikit-learn"),
}  # fmt: skip


@dataclass(frozen=True)
class MapFacts:
    """What is kept beside the points.

    ``seconds`` is the fit's time; ``stopped``: it was ended early; ``library``: what made it, "" where nobody noted it.
    """

    stopped: bool = False
    seconds: float | None = None
    quality: Quality | None = None
    library: str = ""


@dataclass(frozen=True)
class Projection:
    """A fitted map: points [N, 2] in the order of the split's images (``all``: train, then test), or of a sample's."""

    method: str
    split: MapSplit
    points: Points
    options: MapOptions = DEFAULTS
    facts: MapFacts = field(default_factory=MapFacts)

    @property
    def axes(self) -> tuple[str, str]:
        """What they show: the latent dimensions that were chosen, by name, else what the method says."""
        if self.options.dims is None:
            return projection_spec(self.method).axes
        return f"z{self.options.dims[0]}", f"z{self.options.dims[1]}"

    @property
    def quality(self) -> Quality | None:
        """How far to trust it; None where it has not been measured."""
        return self.facts.quality


def projection_spec(method: str) -> ProjectionSpec:
    """The entry ``method``; ExplorerError names the known ones."""
    if method not in PROJECTIONS:
        raise ExplorerError(f"There is no map method '{method}'.", f"Choose one of: {', '.join(PROJECTIONS)}.")
    return PROJECTIONS[method]


def fit_of(method: str) -> tuple[Fit, str]:
    """How this machine makes such a map, and by which library."""
    spec = projection_spec(method)
    if spec.torchdr is not None and at_hand():
        return spec.torchdr, TORCHDR
    return spec.fit, spec.library


def used(method: str, options: MapOptions) -> MapOptions:
    """The options without those that the method does not listen to: equal ones give equal maps."""
    sampled = () if options.subset is None else ("sample", "seed")
    return MapOptions(**{name: getattr(options, name) for name in (*projection_spec(method).uses, *sampled)})


def map_file(method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> str:
    """Where a run keeps the map made with these options."""
    values = asdict(used(method, options))
    sample = values.pop("sample")
    exact = {name: float(value) if isinstance(value, int | float) else value for name, value in values.items()}
    named = [method, split, exact] if sample is None else [method, split, exact, sample]
    return f"maps/{method}-{split}-{hashlib.sha256(json.dumps(named).encode()).hexdigest()[:12]}.npz"


def mapped(run: LoadedRun, split: MapSplit = "test", options: MapOptions = DEFAULTS) -> Latents:
    """The latents that such a map shows, in the order of its points. Raises as ``latents_of``."""
    return map_images(run, split, options).latents


def kept_map(
    run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test"
) -> Projection | None:
    """The run's map where it is kept and fits the weights, else None."""
    name = map_file(method, options, split)
    arrays = read_npz(run, name)
    points = None if arrays is None else arrays.get("points")
    total = sum(size_of(run, split))
    wanted = (total if options.sample is None else min(options.sample, total), 2)
    if points is None or points.shape != wanted or points.dtype.kind != "f" or not np.isfinite(points).all():
        return None
    assert arrays is not None
    about = facts_of(arrays, run, name)
    return None if about is None else Projection(method, split, points.astype(np.float32), used(method, options), about)


def facts_of(arrays: dict[str, NDArray[Any]], run: LoadedRun, name: str) -> MapFacts | None:
    """The facts in a map's file; None where they are damaged."""
    try:
        return record(MapFacts, json.loads(str(arrays.get("about", "{}"))), run.derived(name))
    except (ValueError, ExplorerError):
        return None


def map_of(
    run: LoadedRun,
    method: str,
    options: MapOptions = DEFAULTS,
    split: MapSplit = "test",
    watch: Watch | None = None,
    latents: Latents | None = None,
    measure: bool = False,
) -> Projection:
    """The run's map: read where it is kept and fits the weights, else fitted and kept.

    Parameters
    ----------
    watch : is told how far the fit is and may end it; what is there by then is kept, marked ``stopped``.
    latents : saves reading them again where they are at hand. measure : whether its quality must be known.

    Raises ExplorerError for an unknown method, too few points or means that are not numbers.
    """
    projection_spec(method)
    kept = kept_map(run, method, options, split)
    if kept is not None and (kept.quality is not None or not measure):
        return kept
    latents = latents or mapped(run, split, options)
    projection = kept or fitted(latents.mu, method, split, options, watch)
    if measure:
        quality = quality_of(latents.mu, projection.points, latents.labels)
        projection = replace(projection, facts=replace(projection.facts, quality=quality))
    with contextlib.suppress(ExplorerError):  # a read-only run keeps no map
        keep(run, projection)
    return projection


def fitted(mu: Means, method: str, split: MapSplit, options: MapOptions, watch: Watch | None = None) -> Projection:
    """A new map of these means. Raises ExplorerError for means that cannot be mapped."""
    check(mu)
    stop = Stop(watch)
    started = time.monotonic()
    fit, library = fit_of(method)
    points = fit(mu, used(method, options), stop)
    facts = MapFacts(stop.asked, time.monotonic() - started, library=library)
    return Projection(method, split, points, used(method, options), facts)


def check(mu: Means) -> None:
    """Raise ExplorerError unless there is something to map."""
    if len(mu) < MIN_POINTS:
        raise ExplorerError(f"A map needs at least {MIN_POINTS} images; there are {len(mu)}.", "Use a larger data set.")
    if not np.isfinite(mu).all():
        raise ExplorerError("Some posterior means are not numbers.", "The model is damaged; train it again.")
    if (mu == mu[0]).all():
        raise ExplorerError("All images have the same posterior mean.", "There is nothing to map; train longer.")


class Stop:
    """Hands on what a fit tells, and remembers whether it was asked to stop."""

    def __init__(self, watch: Watch | None) -> None:
        self.watch, self.asked = watch, False

    def __call__(self, done: float, points: Points | None = None) -> bool:
        """One step of the fit."""
        self.asked = self.asked or bool(self.watch and self.watch(done, points))
        return self.asked


def keep(run: LoadedRun, projection: Projection) -> None:
    """Write the map into the run; ExplorerError where it cannot be written."""
    arrays: dict[str, NDArray[np.generic]] = {
        "points": projection.points,
        "weights": np.array(run.weights_sha256),
        "about": np.array(json.dumps(asdict(projection.facts))),
    }
    write_npz(run, map_file(projection.method, projection.options, projection.split), arrays)


def forget_map(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> None:
    """Drop a kept map, so that it can be fitted again: one that was stopped early, say."""
    (run.made / map_file(method, options, split)).unlink(missing_ok=True)
