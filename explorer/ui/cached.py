"""What pages need again on every rerun, kept per run and weights for all visitors of this process."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.datasets import Images, Split
from explorer.images import Pixels
from explorer.latents import Latents, latents_of, originals
from explorer.metadata import Column, metadata_path, read_metadata
from explorer.projections import Projection
from explorer.reconstruction import Reconstruction
from explorer.runs import Run


def version(run: Run) -> str:
    """Changes whenever the run's weights do."""
    return run.status().weights_sha256


def latents(run: Run, split: Split = "test") -> Latents:
    """The run's latents. Raises ExplorerError as ``latents_of``."""
    return _latents(str(run.path), version(run), split, run)


def images(run: Run, split: Split = "test") -> Images | None:
    """The run's original images where the data is here, else None."""
    return _images(str(run.path), version(run), split, run)


@st.cache_resource(max_entries=16, show_spinner="Encoding the images")
def _latents(path: str, weights: str, split: Split, _run: Run) -> Latents:
    from explorer.decoding import model_of

    return latents_of(_run, split, model_of(_run))


@st.cache_resource(max_entries=8, ttl=60, show_spinner="Looking for the original images")
def _images(path: str, weights: str, split: Split, _run: Run) -> Images | None:
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


def projection(run: Run, method: str) -> Projection | None:
    """The run's map: kept, or fitted here where the method is quick; None when it must be fitted elsewhere first."""
    try:
        return _projection(str(run.path), version(run), method, run)
    except NotFittedError:
        return None


class NotFittedError(Exception):
    """Raised so that the absence of a map is not cached."""


@st.cache_resource(max_entries=16, show_spinner=False)
def _projection(path: str, weights: str, method: str, _run: Run) -> Projection:
    from explorer.projections import kept_map, map_of, projection_spec

    kept = kept_map(_run, method)
    if kept is None and not projection_spec(method).quick:
        raise NotFittedError
    return kept or map_of(_run, method, latents=latents(_run))


def reconstruction(run: Run, pixels: Pixels) -> Reconstruction:
    """One image, [C, H, W], through the run's model."""
    return _reconstruction(str(run.path), version(run), pixels.tobytes(), run, pixels)


@st.cache_resource(max_entries=64, show_spinner="Reconstructing")
def _reconstruction(path: str, weights: str, content: bytes, _run: Run, _pixels: Pixels) -> Reconstruction:
    from explorer.decoding import model_of
    from explorer.reconstruction import reconstruct

    return reconstruct(model_of(_run), _pixels[None])[0]
