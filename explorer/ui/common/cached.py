"""Values that pages need on every rerun, cached by run and weights' hash for all visitors of this process."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import _
from explorer.datasets import ARRAYS, SPLITS, Images, Metadata, Split, metadata_path, read_metadata
from explorer.images import Pixels
from explorer.inference import Latents, NoLatentsError, Reconstruction, empty_latents, originals, read_latents
from explorer.maps.fits import (
    DEFAULTS,
    MAP_SPLITS,
    MapImages,
    MapOptions,
    MapSplit,
    Originals,
    Points,
    Projection,
    Quality,
    map_file,
    projection_spec,
    used,
)
from explorer.maps.fits import map_images as images_of_map
from explorer.runs import LoadedRun
from explorer.runs.tasks import ThreadTask
from explorer.ui.common.background import awaited, encoding

if TYPE_CHECKING:
    from explorer.maps import MapIndex


BY_WEIGHTS: Any = {LoadedRun: lambda run: run.key}  # how Streamlit's caches tell one loaded run from another


def latents(run: LoadedRun, split: Split = "test") -> Latents:
    """The run's latents; how far they are is shown where it takes a while. Raises ExplorerError as ``latents_of``."""
    return awaited(_latents, run, split)


def latents_if_any(run: LoadedRun) -> Latents:
    """As ``latents``; those of no images where there can be none here (``inference.latents_if_any``)."""
    return empty_latents(run) if no_latents(run) else latents(run)


def no_latents(run: LoadedRun) -> NoLatentsError | None:
    """Why there are no latents of the test split here; None where there are."""
    try:
        latents(run)
    except NoLatentsError as error:
        return error
    return None


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _latents(run: LoadedRun, split: Split) -> ThreadTask[Latents]:
    return encoding(run, split)


def images(run: LoadedRun, split: Split = "test") -> Images | None:
    """The run's original images where the data is here, else None; then it is looked for again after a minute."""
    try:
        with st.spinner(_("Looking for the original images")):
            return _images(run, split)
    except NotHereError:
        return None


class NotHereError(Exception):
    """Raised so that the absence of images is not cached."""


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _images(run: LoadedRun, split: Split) -> Images:
    found = _looked_for(run, split)
    if found is None:
        raise NotHereError
    return found


@st.cache_resource(max_entries=8, ttl=60, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _looked_for(run: LoadedRun, split: Split) -> Images | None:
    return originals(run, split)


def splits(run: LoadedRun) -> list[MapSplit]:
    """What a map can show here: the test split, and what is encoded already or can be."""
    there = {part: keeps_latents(run, part) or images(run, part) is not None for part in SPLITS}
    return [split for split, parts in MAP_SPLITS.items() if split == "test" or all(there[part] for part in parts)]


def keeps_latents(run: LoadedRun, split: Split) -> bool:
    """Whether the run holds the latents of a split."""
    return _keeps_latents(run, written(run.derived(f"latents/{split}.npz")), split)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _keeps_latents(run: LoadedRun, written: int, split: Split) -> bool:
    return read_latents(run, split) is not None


def map_images(run: LoadedRun, split: MapSplit = "test", options: MapOptions = DEFAULTS) -> MapImages:
    """What a map with these options shows. Raises ExplorerError as ``latents``."""
    parts = [latents(run, part) for part in MAP_SPLITS[split]]
    return _map_images(run, split, options.subset, options, parts)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _map_images(
    run: LoadedRun, split: MapSplit, subset: object, _options: MapOptions, _parts: list[Latents]
) -> MapImages:
    return images_of_map(run, split, _options, _parts)


def originals_of(run: LoadedRun, shown: MapImages) -> Originals | None:
    """The original images of a map where the data is here, else None."""
    return originals_at(run, shown, shown.numbers)


def originals_at(run: LoadedRun, shown: MapImages, numbers: NDArray[np.int64]) -> Originals | None:
    """As ``originals_of``, of other images of the split."""
    found = [images(run, part) for part in MAP_SPLITS[shown.split]]
    parts = tuple(part for part in found if part is not None)
    return Originals(parts, numbers) if len(parts) == len(found) else None


def metadata(run: LoadedRun, shown: MapImages) -> Metadata:
    """Columns of one's own beside a folder's images, with what was left out, or those in files of arrays.

    Raises ExplorerError when they cannot be read.
    """
    path = metadata_path(run.data.name)
    if run.data.name.startswith(ARRAYS):
        arrays = originals_of(run, shown)
        return Metadata(() if arrays is None else arrays.columns(), ())
    originals = originals_at(run, shown, np.arange(shown.total))
    names = None if originals is None else originals.names()
    if path is None or names is None:
        return Metadata((), ())
    found = _metadata(run, str(path), path.stat().st_mtime_ns, shown.split, names)
    return Metadata(tuple(column.at(shown.numbers) for column in found.columns), found.notes)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _metadata(run: LoadedRun, path: str, changed_ns: int, split: str, _names: list[str]) -> Metadata:
    return read_metadata(Path(path), _names)


def projection(
    run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test"
) -> Projection | None:
    """The run's map: kept, or fitted here where the method is quick; None when it must be fitted elsewhere first."""
    options = used(method, options)
    when = written(run.derived(map_file(method, options, split)))
    of = map_images(run, split, options).latents if projection_spec(method).quick else None
    try:
        return _projection(run, when, method, options, split, of)
    except NotFittedError:
        return None


def written(path: Path) -> int:
    """When a file was written, nanoseconds since 1970; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


class NotFittedError(Exception):
    """Raised so that the absence of a map is not cached."""


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _projection(
    run: LoadedRun, written: int, method: str, options: MapOptions, split: MapSplit, _latents: Latents | None
) -> Projection:
    from explorer.maps.fits import kept_map, map_of

    kept = kept_map(run, method, options, split)
    if kept is None and _latents is None:
        raise NotFittedError
    return kept or map_of(run, method, options, split, latents=_latents)


def quality(run: LoadedRun, projection: Projection, shown: MapImages) -> Quality:
    """How far the map can be trusted: kept with it, or measured here."""
    if projection.quality is not None:
        return projection.quality
    with st.spinner(_("Measuring the map")):
        return _quality(run, projection.method, projection.split, projection.options, projection, shown.latents)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _quality(
    run: LoadedRun, method: str, split: str, options: MapOptions, _projection: Projection, _latents: Latents
) -> Quality:
    from explorer.maps.fits import quality_of

    return quality_of(_latents.mu, _projection.points, _latents.labels)


def map_index(run: LoadedRun, projection: Projection, latents: Latents) -> MapIndex:
    """The index that places out-of-sample points on this map of the run, also where the run cannot keep the map."""
    with st.spinner(_("Looking for its place on the map")):
        return _map_index(run, projection.method, digest(projection.points), projection, latents)


def digest(points: Points) -> str:
    """Equal for equal points [N, 2]."""
    return hashlib.blake2b(np.ascontiguousarray(points).data).hexdigest()


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _map_index(run: LoadedRun, method: str, digest: str, _projection: Projection, _latents: Latents) -> MapIndex:
    from explorer.maps import MapIndex

    return MapIndex(_latents, _projection)


def reconstruction(run: LoadedRun, pixels: Pixels) -> Reconstruction:
    """One image, [C, H, W], through the run's model."""
    with st.spinner(_("Reconstructing")):
        return _reconstruction(run, pixels.tobytes(), pixels)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _reconstruction(run: LoadedRun, content: bytes, _pixels: Pixels) -> Reconstruction:
    from explorer.inference import model_of, reconstruct

    return reconstruct(model_of(run), _pixels[None])[0]


def decoded(run: LoadedRun, z: NDArray[np.float32]) -> Pixels:
    """The mean pictures of z [N, K]: uint8 [N, C, H, W]."""
    return _decoded(run, np.ascontiguousarray(z).tobytes(), z)


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _decoded(run: LoadedRun, content: bytes, _z: NDArray[np.float32]) -> Pixels:
    from explorer.inference import decode

    return decode(run, _z)
