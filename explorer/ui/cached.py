"""What pages need again on every rerun, kept per run and weights for all visitors of this process."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer.datasets import Images, Split
from explorer.images import Pixels
from explorer.latents import Latents, latents_of, originals
from explorer.map_options import DEFAULTS, MapOptions, Points
from explorer.map_quality import Quality
from explorer.metadata import Column, metadata_path, read_metadata
from explorer.projections import Projection, map_file
from explorer.reconstruction import Reconstruction
from explorer.runs import Run

if TYPE_CHECKING:
    from explorer.placing import Placer


def version(run: Run) -> str:
    """Changes whenever the run's weights do."""
    return run.status().weights_sha256


def latents(run: Run, split: Split = "test") -> Latents:
    """The run's latents. Raises ExplorerError as ``latents_of``."""
    return _latents(str(run.path), version(run), split, run)


def images(run: Run, split: Split = "test") -> Images | None:
    """The run's original images where the data is here, else None; then it is looked for again after a minute."""
    try:
        return _images(str(run.path), version(run), split, run)
    except NotHereError:
        return None


@st.cache_resource(max_entries=16, show_spinner="Encoding the images")
def _latents(path: str, weights: str, split: Split, _run: Run) -> Latents:
    from explorer.decoding import model_of

    return latents_of(_run, split, model_of(_run))


class NotHereError(Exception):
    """Raised so that the absence of images is not kept for good."""


@st.cache_resource(max_entries=8, show_spinner=False)
def _images(path: str, weights: str, split: Split, _run: Run) -> Images:
    found = _looked_for(path, weights, split, _run)
    if found is None:
        raise NotHereError
    return found


@st.cache_resource(max_entries=8, ttl=60, show_spinner="Looking for the original images")
def _looked_for(path: str, weights: str, split: Split, _run: Run) -> Images | None:
    return originals(_run, split)


def metadata(run: Run) -> tuple[Column, ...]:
    """Columns of one's own beside a folder's images; ExplorerError when they cannot be read."""
    path = metadata_path(run.facts()[1].name)
    found = images(run)
    if path is None or found is None or found.names is None:
        return ()
    return _metadata(str(path), path.stat().st_mtime_ns, version(run), found.names)


@st.cache_resource(max_entries=16, show_spinner=False)
def _metadata(path: str, changed_ns: int, weights: str, _names: tuple[str, ...]) -> tuple[Column, ...]:
    return read_metadata(Path(path), _names)


def projection(run: Run, method: str, options: MapOptions = DEFAULTS) -> Projection | None:
    """The run's map: kept, or fitted here where the method is quick; None when it must be fitted elsewhere first."""
    try:
        return _projection(
            str(run.path), version(run), written(run.derived(map_file(method, options))), method, options, run
        )
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
def _projection(path: str, weights: str, written: int, method: str, options: MapOptions, _run: Run) -> Projection:
    from explorer.projections import kept_map, map_of, projection_spec

    kept = kept_map(_run, method, options)
    if kept is None and not projection_spec(method).quick:
        raise NotFittedError
    return kept or map_of(_run, method, options, latents=latents(_run))


def quality(run: Run, projection: Projection) -> Quality:
    """How far the map can be trusted: kept with it, or measured here."""
    if projection.quality is not None:
        return projection.quality
    return _quality(str(run.path), version(run), projection.method, projection.options, run, projection)


@st.cache_resource(max_entries=16, show_spinner="Measuring the map")
def _quality(path: str, weights: str, method: str, options: MapOptions, _run: Run, _projection: Projection) -> Quality:
    from explorer.map_quality import quality_of

    of = latents(_run)
    return quality_of(of.mu, _projection.points, of.labels)


def placer(run: Run, projection: Projection, latents: Latents) -> Placer:
    """This very map of the run, ready for newcomers, also where the run cannot keep it."""
    here = (str(run.path), version(run), projection.method, digest(projection.points))
    return _placer(*here, projection, latents)


def digest(points: Points) -> str:
    """Equal for equal points [N, 2]."""
    return hashlib.blake2b(np.ascontiguousarray(points).data).hexdigest()


@st.cache_resource(max_entries=4, show_spinner="Looking for its place on the map")
def _placer(path: str, weights: str, method: str, digest: str, _projection: Projection, _latents: Latents) -> Placer:
    from explorer.placing import Placer

    return Placer(_latents, _projection)


def reconstruction(run: Run, pixels: Pixels) -> Reconstruction:
    """One image, [C, H, W], through the run's model."""
    return _reconstruction(str(run.path), version(run), pixels.tobytes(), run, pixels)


@st.cache_resource(max_entries=64, show_spinner="Reconstructing")
def _reconstruction(path: str, weights: str, content: bytes, _run: Run, _pixels: Pixels) -> Reconstruction:
    from explorer.decoding import model_of
    from explorer.reconstruction import reconstruct

    return reconstruct(model_of(_run), _pixels[None])[0]
