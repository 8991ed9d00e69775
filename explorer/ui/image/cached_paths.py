"""Paths between images and their latent density, cached per run, weights and codes for all visitors."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import N_, _
from explorer.image_lab.paths import Path, path_through
from explorer.image_lab.scores import SCALES, usual_range, without_images
from explorer.inference import Latents
from explorer.inference.latent_space import Z, prior_of
from explorer.runs import LoadedRun
from explorer.runs.tasks import ThreadTask
from explorer.ui.common import BY_WEIGHTS, awaited, latents

LOOKING = {
    "straight": N_("Looking for the straight path"),
    "spherical": N_("Looking for the spherical path"),
    "geodesic": N_("Looking for the geodesic path"),
}
SAME_IMAGE = 1e-4  # codes nearer to each other than this are of the same image


def path(run: LoadedRun, stops: Z, kind: str) -> Path:
    """A path through these codes [W, D]; how far it is is shown where it takes a while. Raises as ``path_through``."""
    return awaited(_path, run, kind, stops.tobytes(), stops)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _path(run: LoadedRun, kind: str, content: bytes, _stops: Z) -> ThreadTask[Path]:
    from explorer.inference import model_of

    return ThreadTask(lambda note: path_through(model_of(run), list(_stops), kind, note), LOOKING[kind])


def band(run: LoadedRun, scale: str) -> tuple[float, float] | None:
    """What is usual among the test images on one of ``SCALES``; None where they are too few to tell."""
    found = latents(run)
    with st.spinner(_("Looking at what is usual")):
        return _band(run, scale, found)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _band(run: LoadedRun, scale: str, _latents: Latents) -> tuple[float, float] | None:
    return usual_range(scale, _latents, prior_of(run))


def along(run: LoadedRun, scale: str, z: NDArray[np.float32], stops: NDArray[np.float32]) -> NDArray[np.float64]:
    """Places z [P, K] on one of ``SCALES``, the images at ``stops`` [W, K] left out of the test images."""
    return _along(run, scale, z.tobytes(), stops.tobytes(), latents(run), z, stops)


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _along(
    run: LoadedRun, scale: str, content: bytes, ends: bytes,
    _latents: Latents, _z: NDArray[np.float32], _stops: NDArray[np.float32],
) -> NDArray[np.float64]:  # fmt: skip
    return SCALES[scale].of(without_images(_latents, themselves(_latents, _stops)), prior_of(run), _z, None)


def themselves(latents: Latents, stops: NDArray[np.float32]) -> NDArray[np.int64]:
    """Which images of a split have one of these codes [W, K] themselves."""
    nearest = [latents.nearest(stop, 1) for stop in stops]
    return np.array([places[0] for places, distances in nearest if distances[0] < SAME_IMAGE], np.int64)
