"""The table of projections and the maps made by them: posterior means [N, K] to points [N, 2], stored in the run.

To add one: a function (in ``methods`` or a file of its own) and one entry in ``PROJECTIONS``.
"""

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

from explorer.base import DamagedFileError, ExplorerError, command_name, damaged, record, remove_file
from explorer.base.languages import N_, _
from explorer.base.text import did_you_mean
from explorer.inference import Latents, read_npz, write_npz
from explorer.maps.fits.fit_callback import Watch
from explorer.maps.fits.image_index import NOUNS, map_images, size_of
from explorer.maps.fits.methods import (
    OutOfSample,
    Transform,
    fit_tsne,
    fit_tsne_sklearn,
    fit_umap_from_pca,
    latent_transform,
    out_of_sample_tsne,
    pca_transform,
)
from explorer.maps.fits.options import DEFAULTS, MIN_POINTS, MapOptions, MapSplit, Means
from explorer.maps.fits.options import Points as Points
from explorer.maps.fits.quality import Quality, quality_of
from explorer.maps.fits.torchdr_fit import TORCHDR, fit_tsne_torchdr, fit_umap_torchdr, torchdr_usable
from explorer.maps.fits.umap_fit import out_of_sample_umap
from explorer.runs import LoadedRun

Fit = Callable[[Means, MapOptions, Watch | None], Points]
ROUNDING = 1e-5  # relative; by so much the means of one image differ between batches


@dataclass(frozen=True)
class ProjectionSpec:
    """One entry of ``PROJECTIONS``.

    Attributes
    ----------
    fit : ``fit(mu, options, watch) -> points``.
    axes : labels of the axes.
    uses : the options that change the map.
    exact : ``exact(mu, options)`` is the map as a function, where the method is parametric; valid for out-of-sample
        points too.
    out_of_sample : ``out_of_sample(points, neighbours, distances, options)``, the positions of out-of-sample points
        where there is no ``exact``.
    library : the package that computes ``fit``.
    torchdr : ``fit`` on CUDA, where TorchDR is installed.
    """

    title: str
    summary: str
    fit: Fit
    axes: tuple[str, str]
    uses: tuple[str, ...] = ()
    exact: Callable[[Means, MapOptions], Transform] | None = None
    out_of_sample: OutOfSample = out_of_sample_tsne
    library: str = ""
    torchdr: Fit | None = None

    @property
    def quick(self) -> bool:
        """Whether it is fitted at once; the others are fitted in a process of their own."""
        return self.exact is not None


def exact_spec(
    title: str,
    summary: str,
    transform: Callable[[Means, MapOptions], Transform],
    axes: tuple[str, str],
    uses: tuple[str, ...] = (),
) -> ProjectionSpec:
    """The entry of a parametric method, a linear map of mu."""
    return ProjectionSpec(title, summary, lambda mu, options, _: transform(mu, options)(mu), axes, uses, transform)


PROJECTIONS: dict[str, ProjectionSpec] = {
    "tsne": ProjectionSpec("t-SNE", N_("keeps neighbours together; distances between groups mean little"), fit_tsne,
                           ("t-SNE 1", "t-SNE 2"), ("perplexity", "exaggeration", "metric", "seed"),
                           library="openTSNE", torchdr=fit_tsne_torchdr),
    "pca": exact_spec("PCA", N_("the two directions in which mu varies most; distances are true there"),
                      lambda mu, _options: pca_transform(mu),
                      (N_("first principal component"), N_("second principal component"))),
    "umap": ProjectionSpec("UMAP", N_("as t-SNE, with tighter groups; distances between groups mean little too"),
                           fit_umap_from_pca, ("UMAP 1", "UMAP 2"), ("perplexity", "metric", "seed"),
                           out_of_sample=out_of_sample_umap, library="umap-learn", torchdr=fit_umap_torchdr),
    "latent": exact_spec(N_("Two dimensions"), N_("two latent dimensions as they are"), latent_transform,
                         (N_("first chosen dimension"), N_("second chosen dimension")), ("dims",)),
    "tsne-sklearn": ProjectionSpec("t-SNE (scikit-learn)", N_("the reference; slow for many points"), fit_tsne_sklearn,
                                   ("t-SNE 1", "t-SNE 2"), ("perplexity", "metric", "seed"),
                                   library="scikit-learn"),
}  # fmt: skip


@dataclass(frozen=True)
class MapFacts:
    """Metadata stored with the points.

    Attributes
    ----------
    stopped : the fit was ended early.
    seconds : duration of the fit; None if unknown.
    quality : None until it has been measured.
    library : the package that computed it; "" if unknown.
    """

    stopped: bool = False
    seconds: float | None = None
    quality: Quality | None = None
    library: str = ""


@dataclass(frozen=True)
class Projection:
    """A fitted map: points [N, 2] in the order of the split's images (``all``: train, then test) or of the sample."""

    method: str
    split: MapSplit
    points: Points
    options: MapOptions = DEFAULTS
    facts: MapFacts = field(default_factory=MapFacts)

    @property
    def axes(self) -> tuple[str, str]:
        """Labels of the axes: the chosen latent dimensions, else those of the method."""
        if self.options.dims is None:
            return projection_spec(self.method).axes
        return f"z{self.options.dims[0]}", f"z{self.options.dims[1]}"

    @property
    def quality(self) -> Quality | None:
        """Quality of the map; None if it has not been measured."""
        return self.facts.quality


def projection_spec(method: str) -> ProjectionSpec:
    """The entry ``method``; ExplorerError names the known ones."""
    if method not in PROJECTIONS:
        raise ExplorerError(
            f"There is no map method '{method}'.",
            f"{did_you_mean(method, PROJECTIONS)}Choose one of: {', '.join(PROJECTIONS)}.",
        )
    return PROJECTIONS[method]


def fit_of(method: str) -> tuple[Fit, str]:
    """The function that fits a map on this machine, and the name of its library."""
    spec = projection_spec(method)
    if spec.torchdr is not None and torchdr_usable():
        return spec.torchdr, TORCHDR
    return spec.fit, spec.library


def used(method: str, options: MapOptions) -> MapOptions:
    """The options with those that the method ignores reset to their defaults: equal results mean equal maps."""
    sampled = () if options.subset is None else ("sample", "seed")
    return MapOptions(**{name: getattr(options, name) for name in (*projection_spec(method).uses, *sampled)})


def map_file(method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> str:
    """Path, relative to the run, of the map with these options."""
    values = asdict(used(method, options))
    sample = values.pop("sample")
    exact = {name: float(value) if isinstance(value, int | float) else value for name, value in values.items()}
    named = [method, split, exact] if sample is None else [method, split, exact, sample]
    return f"maps/{method}-{split}-{hashlib.sha256(json.dumps(named).encode()).hexdigest()[:12]}.npz"


def mapped(run: LoadedRun, split: MapSplit = "test", options: MapOptions = DEFAULTS) -> Latents:
    """The latents of a map's images, in the order of its points. Raises as ``latents_of``."""
    return map_images(run, split, options).latents


def kept_map(
    run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test"
) -> Projection | None:
    """The stored map, if there is a valid one for the run's weights, else None: for those who then fit it."""
    try:
        return stored_map(run, method, options, split)
    except DamagedFileError:
        return None


def stored_map(
    run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test"
) -> Projection | None:
    """The stored map, None if it is missing or of other weights; DamagedFileError if it is damaged."""
    name = map_file(method, options, split)
    hint = f"Fit it again, on the Map page or as {command_name()} map {run.name} --method {method} does."
    arrays = read_npz(run, name, hint)
    if arrays is None:
        return None
    try:
        points = points_of(arrays, run, options, split)
        about = record(MapFacts, known_facts(json.loads(str(arrays.get("about", "{}")))), run.derived(name))
    except DamagedFileError as error:
        raise DamagedFileError(error.message, hint) from error
    except (KeyError, ValueError) as error:
        raise damaged(run.derived(name), error, hint) from error
    return Projection(method, split, points, used(method, options), about)


def known_facts(about: Any) -> Any:
    """The stored facts, without a quality that an earlier version measured: it has no ``neighbour_preservation``."""
    quality = about.get("quality") if isinstance(about, dict) else None
    earlier = isinstance(quality, dict) and "trustworthiness" in quality and "neighbour_preservation" not in quality
    return {**about, "quality": None} if earlier else about


def points_of(arrays: dict[str, NDArray[Any]], run: LoadedRun, options: MapOptions, split: MapSplit) -> Points:
    """The points in a map's file; ValueError unless they are finite and as many as the images of the map."""
    points, total = arrays["points"], sum(size_of(run, split))
    wanted = (total if options.sample is None else min(options.sample, total), 2)
    if points.shape != wanted or points.dtype.kind != "f" or not np.isfinite(points).all():
        raise ValueError(f"it does not hold {wanted[0]} points")
    return points.astype(np.float32)


def map_of(
    run: LoadedRun,
    method: str,
    options: MapOptions = DEFAULTS,
    split: MapSplit = "test",
    watch: Watch | None = None,
    latents: Latents | None = None,
    measure: bool = False,
) -> Projection:
    """The run's map: read if it is stored and belongs to the weights, else fitted and stored.

    Parameters
    ----------
    watch : progress callback, which may end the fit; the points by then are stored, marked ``stopped``.
    latents : those of the map's images, if already loaded.
    measure : whether to measure its quality where that is missing.

    Raises
    ------
    ExplorerError
        For an unknown method, too few points and means that are not finite.
    """
    projection_spec(method)
    kept = kept_map(run, method, options, split)
    if kept is not None and (kept.quality is not None or not measure):
        return kept
    latents = latents or mapped(run, split, options)
    projection = kept or fit_projection(latents.mu, method, split, options, watch)
    if measure:
        quality = quality_of(latents.mu, projection.points, latents.labels)
        projection = replace(projection, facts=replace(projection.facts, quality=quality))
    with contextlib.suppress(ExplorerError):  # in a read-only run the map is not stored
        keep(run, projection)
    return projection


def fit_projection(
    mu: Means, method: str, split: MapSplit, options: MapOptions, watch: Watch | None = None
) -> Projection:
    """Fit a new map of means [N, K]. Raises ExplorerError for means that cannot be mapped."""
    check_means(mu, split)
    stop = Stop(watch)
    started = time.monotonic()
    fit, library = fit_of(method)
    points = fit(mu, used(method, options), stop)
    facts = MapFacts(stop.asked, time.monotonic() - started, library=library)
    return Projection(method, split, points, used(method, options), facts)


def check_means(mu: Means, split: MapSplit) -> None:
    """Raise ExplorerError for too few means, means that are not finite, and means that are equal but for rounding."""
    if len(mu) < MIN_POINTS:
        raise ExplorerError(
            _("A map needs at least {least} images; the number of {images} is {n}.").format(
                least=MIN_POINTS, images=_(NOUNS[split]), n=len(mu)
            ),
            _("Use a larger data set.")
            if split == "all"
            else _("Use a larger data set, or map training and test images together."),
        )
    if not np.isfinite(mu).all():
        raise ExplorerError(_("Some posterior means are not numbers."), _("The model is damaged; train it again."))
    if np.ptp(mu, axis=0).max() <= ROUNDING * max(1.0, float(np.abs(mu).max())):
        raise ExplorerError(
            _("All {n:,} {images} have the same posterior mean: there is nothing to map.").format(
                n=len(mu), images=_(NOUNS[split])
            ),
            _("Either the images are all the same, or the posterior has collapsed: the Diagnose page says which."),
        )


class Stop:
    """A callback around ``watch`` that records whether it has returned True."""

    def __init__(self, watch: Watch | None) -> None:
        self.watch, self.asked = watch, False

    def __call__(self, done: float, points: Points | None = None) -> bool:
        """Report one step of the fit."""
        self.asked = self.asked or bool(self.watch and self.watch(done, points))
        return self.asked


def keep(run: LoadedRun, projection: Projection) -> None:
    """Store the map in the run; ExplorerError if it cannot be written."""
    arrays: dict[str, NDArray[np.generic]] = {
        "points": projection.points,
        "weights": np.array(run.weights_sha256),
        "about": np.array(json.dumps(asdict(projection.facts))),
    }
    write_npz(run, map_file(projection.method, projection.options, projection.split), arrays)


def forget_map(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> None:
    """Delete a stored map, so that it is fitted again; ExplorerError where it cannot be deleted."""
    remove_file(run.made / map_file(method, options, split))
