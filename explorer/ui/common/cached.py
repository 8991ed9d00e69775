"""Values that pages need on every rerun, cached per run and weights for all visitors of this process."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.datasets import SPLITS, Column, Images, Split, metadata_path, read_metadata
from explorer.images import Pixels
from explorer.inference import Latents, Reconstruction, originals, read_latents
from explorer.maps import MapImages, Originals, Quality
from explorer.maps import map_images as images_of_map
from explorer.maps.fits import (
    DEFAULTS,
    MAP_SPLITS,
    MapOptions,
    MapSplit,
    Points,
    Projection,
    map_file,
    projection_spec,
    used,
)
from explorer.runs import Run
from explorer.ui.common.background import Work, encoding, watched

if TYPE_CHECKING:
    from explorer.maps import MapIndex


def version(run: Run) -> str:
    """Changes whenever the run's weights do."""
    return run.status().weights_sha256


def latents(run: Run, split: Split = "test") -> Latents:
    """The run's latents; how far they are is shown where it takes a while. Raises ExplorerError as ``latents_of``."""
    of = (str(run.path), version(run), split, run)
    try:
        return watched(_latents(*of))
    except Exception:
        _latents.clear(*of)  # it is tried again at the next look
        raise


@st.cache_resource(max_entries=16, show_spinner=False)
def _latents(path: str, weights: str, split: Split, _run: Run) -> Work[Latents]:
    return encoding(_run, split)


def images(run: Run, split: Split = "test") -> Images | None:
    """The run's original images where the data is here, else None; then it is looked for again after a minute."""
    try:
        return _images(str(run.path), version(run), split, run)
    except NotHereError:
        return None


class NotHereError(Exception):
    """Raised so that the absence of images is not cached."""


@st.cache_resource(max_entries=8, show_spinner=False)
def _images(path: str, weights: str, split: Split, _run: Run) -> Images:
    found = _looked_for(path, weights, split, _run)
    if found is None:
        raise NotHereError
    return found


@st.cache_resource(max_entries=8, ttl=60, show_spinner="Looking for the original images")
def _looked_for(path: str, weights: str, split: Split, _run: Run) -> Images | None:
    return originals(_run, split)


def splits(run: Run) -> list[MapSplit]:
    """What a map can show here: the test split, and what is encoded already or can be."""
    there = {part: keeps_latents(run, part) or images(run, part) is not None for part in SPLITS}
    return [split for split, parts in MAP_SPLITS.items() if split == "test" or all(there[part] for part in parts)]


def keeps_latents(run: Run, split: Split) -> bool:
    """Whether the run holds the latents of a split."""
    return _keeps_latents(str(run.path), version(run), written(run.derived(f"latents/{split}.npz")), split, run)


@st.cache_resource(max_entries=32, show_spinner=False)
def _keeps_latents(path: str, weights: str, written: int, split: Split, _run: Run) -> bool:
    return read_latents(_run, split) is not None


def map_images(run: Run, split: MapSplit = "test", options: MapOptions = DEFAULTS) -> MapImages:
    """What a map with these options shows. Raises ExplorerError as ``latents``."""
    parts = [latents(run, part) for part in MAP_SPLITS[split]]
    return _map_images(str(run.path), version(run), split, options.subset, run, options, parts)


@st.cache_resource(max_entries=8, show_spinner=False)
def _map_images(
    path: str, weights: str, split: MapSplit, subset: object, _run: Run, _options: MapOptions, _parts: list[Latents]
) -> MapImages:
    return images_of_map(_run, split, _options, _parts)


def originals_of(run: Run, shown: MapImages) -> Originals | None:
    """The original images of a map where the data is here, else None."""
    return originals_at(run, shown, shown.numbers)


def originals_at(run: Run, shown: MapImages, numbers: NDArray[np.int64]) -> Originals | None:
    """As ``originals_of``, of other images of the split."""
    found = [images(run, part) for part in MAP_SPLITS[shown.split]]
    parts = tuple(part for part in found if part is not None)
    return Originals(parts, numbers) if len(parts) == len(found) else None


def metadata(run: Run, shown: MapImages) -> tuple[Column, ...]:
    """Columns of one's own beside a folder's images; ExplorerError when they cannot be read."""
    path = metadata_path(run.facts()[1].name)
    found = originals_at(run, shown, np.arange(shown.total))
    names = None if found is None else found.names()
    if path is None or names is None:
        return ()
    columns = _metadata(str(path), path.stat().st_mtime_ns, version(run), shown.split, names)
    return tuple(column.at(shown.numbers) for column in columns)


@st.cache_resource(max_entries=16, show_spinner=False)
def _metadata(path: str, changed_ns: int, weights: str, split: str, _names: list[str]) -> tuple[Column, ...]:
    return read_metadata(Path(path), _names)


def projection(run: Run, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> Projection | None:
    """The run's map: kept, or fitted here where the method is quick; None when it must be fitted elsewhere first."""
    options = used(method, options)
    here = (str(run.path), version(run), written(run.derived(map_file(method, options, split))))
    of = map_images(run, split, options).latents if projection_spec(method).quick else None
    try:
        return _projection(*here, method, options, split, run, of)
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


@st.cache_resource(max_entries=16, show_spinner=False)
def _projection(
    path: str, weights: str, written: int, method: str, options: MapOptions, split: MapSplit, _run: Run,
    _latents: Latents | None,
) -> Projection:  # fmt: skip
    from explorer.maps.fits import kept_map, map_of

    kept = kept_map(_run, method, options, split)
    if kept is None and _latents is None:
        raise NotFittedError
    return kept or map_of(_run, method, options, split, latents=_latents)


def quality(run: Run, projection: Projection, shown: MapImages) -> Quality:
    """How far the map can be trusted: kept with it, or measured here."""
    if projection.quality is not None:
        return projection.quality
    here = (str(run.path), version(run), projection.method, projection.split, projection.options)
    return _quality(*here, projection, shown.latents)


@st.cache_resource(max_entries=16, show_spinner="Measuring the map")
def _quality(
    path: str, weights: str, method: str, split: str, options: MapOptions, _projection: Projection, _latents: Latents
) -> Quality:
    from explorer.maps import quality_of

    return quality_of(_latents.mu, _projection.points, _latents.labels)


def map_index(run: Run, projection: Projection, latents: Latents) -> MapIndex:
    """The map with its search indices for out-of-sample points, also if the run cannot store it."""
    here = (str(run.path), version(run), projection.method, digest(projection.points))
    return _map_index(*here, projection, latents)


def digest(points: Points) -> str:
    """Equal for equal points [N, 2]."""
    return hashlib.blake2b(np.ascontiguousarray(points).data).hexdigest()


@st.cache_resource(max_entries=4, show_spinner="Looking for its place on the map")
def _map_index(
    path: str, weights: str, method: str, digest: str, _projection: Projection, _latents: Latents
) -> MapIndex:
    from explorer.maps import MapIndex

    return MapIndex(_latents, _projection)


def reconstruction(run: Run, pixels: Pixels) -> Reconstruction:
    """One image, [C, H, W], through the run's model."""
    return _reconstruction(str(run.path), version(run), pixels.tobytes(), run, pixels)


@st.cache_resource(max_entries=64, show_spinner="Reconstructing")
def _reconstruction(path: str, weights: str, content: bytes, _run: Run, _pixels: Pixels) -> Reconstruction:
    from explorer.inference import model_of, reconstruct

    return reconstruct(model_of(_run), _pixels[None])[0]


def decoded(run: Run, z: NDArray[np.float32]) -> Pixels:
    """The mean pictures of z [N, K]: uint8 [N, C, H, W]."""
    return _decoded(str(run.path), version(run), np.ascontiguousarray(z).tobytes(), run, z)


@st.cache_resource(max_entries=128, show_spinner=False)
def _decoded(path: str, weights: str, content: bytes, _run: Run, _z: NDArray[np.float32]) -> Pixels:
    from explorer.inference import decode

    return decode(_run, _z)
