"""The one wrapper around ``st.session_state``: what a visitor has chosen, shared by all pages."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from explorer.base import ExplorerError, Refusal
from explorer.base.languages import _
from explorer.inference.latent_space import home
from explorer.maps.fits import DEFAULTS, MapOptions, MapSplit, size_of
from explorer.runs import LoadedRun, find_run, list_runs, load_run
from explorer.ui.visits import note_selection, note_z

MODEL = "model"  # the picker's key, and its name in the link
WANTED = "wanted-model"
Z = "z-by-run"
STAMPS = "z-stamps"
POSTERIORS = "posteriors"
HELD = "held-by-run"
LIVE_HANDLES = "live-handles"
SEEN = "seen-events"
SEED = "prior-seed"
TRAINING = "training-run"
MAP_SPLIT = "split"  # the key of the map's choice of images, and its name in the link
MAP_POINT = "map-point-by-run-and-split"
MAP_SELECTION = "map-selection-by-run-and-split"
MAP_STAMP = "map-stamp"
MAP_OPTIONS = "map-options-by-run"
MAP_PANEL = "map-panel"  # the key of the control that chooses what stands beside the map
COMPARED = "with"  # the key of the choice of runs to compare with, and its name in the link
COMPARE_SEED = "compare-seed"
COMPARE_MARKS = "compare-marks"
COMPARE_STAMPS = "compare-stamps"
BETWEEN = "between-images"
TURNS = "turns"
PICKED = "picked-image"
PICKS = "picks"


def explorable_runs() -> list[LoadedRun]:
    """Runs with weights and a readable status, shipped ones first."""
    found = []
    for run in list_runs():
        try:
            loaded = load_run(run)
        except ExplorerError:
            continue
        if run.has_weights:
            found.append(loaded)
    return found


def current_run() -> LoadedRun:
    """The run in the picker. Raises ExplorerError when there is none."""
    name = st.session_state.get(MODEL)
    if name is None:
        raise ExplorerError(_("There is no trained model yet."), _("Train one on the Models page, or load one."))
    return load_run(find_run(name))


def select_run(name: str) -> None:
    """Have the picker show this run from the next run of the script on."""
    st.session_state[WANTED] = name


def take_wanted(names: list[str]) -> None:
    """Give the picker, before it is drawn, the run that was wanted; what the browser still says is older than that."""
    wanted = st.session_state.pop(WANTED, None)
    if wanted in names:
        st.session_state[MODEL] = wanted


def z_of(run: LoadedRun) -> NDArray[np.float32]:
    """The code (``explorer.inference.latent_space``) at which the visitor stands in this run; its home at first."""
    kept = st.session_state.setdefault(Z, {}).get(run.name)
    begin = home(run)
    if kept is None or len(kept) != len(begin):
        return begin
    return np.asarray(kept, np.float32)


def set_z(run: LoadedRun, z: NDArray[np.floating], sigma: NDArray[np.floating] | None = None) -> None:
    """Move the visitor to z, [K]; with ``sigma``, [K], z is an image's posterior mean and its spread is drawn too."""
    keep_z(run, z)
    st.session_state.setdefault(STAMPS, {})[run.name] = stamp_of(run) + 1
    posterior = None if sigma is None else (np.asarray(z, np.float32), np.asarray(sigma, np.float32))
    st.session_state.setdefault(POSTERIORS, {})[run.name] = posterior


def keep_z(run: LoadedRun, z: NDArray[np.floating]) -> None:
    """Note where the visitor's hand has gone, [K]; the live component is there already."""
    st.session_state.setdefault(Z, {})[run.name] = np.asarray(z, np.float32)
    note_z(run.name, z)


def stamp_of(run: LoadedRun) -> int:
    """Grows whenever z was moved from outside the live component, which then follows."""
    return st.session_state.get(STAMPS, {}).get(run.name, 0)


def posterior_of(run: LoadedRun) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """mu and sigma, [K] each, of the image that z came from, if it came from one."""
    return st.session_state.get(POSTERIORS, {}).get(run.name)


def held_of(run: LoadedRun) -> NDArray[np.float32] | None:
    """What of z was held when the pad's grid of this run was last decoded."""
    return st.session_state.get(HELD, {}).get(run.name)


def hold(run: LoadedRun, held: NDArray[np.float32]) -> None:
    """Note for which z the pad's grid is decoded, without the pad's own coordinates."""
    st.session_state.setdefault(HELD, {})[run.name] = held


def training_run() -> str | None:
    """The name of the run whose training the visitor watches."""
    return st.session_state.get(TRAINING)


def watch_training(name: str | None) -> None:
    """Choose the run whose training the visitor watches."""
    st.session_state[TRAINING] = name


def map_split() -> MapSplit:
    """The images that the visitor chose for the map, before the choice is drawn too."""
    return st.session_state.get(MAP_SPLIT) or "test"


def map_point(run: LoadedRun, split: MapSplit) -> int | None:
    """The number of the image that the visitor clicked on this run's map of a split."""
    kept = st.session_state.setdefault(MAP_POINT, {}).get((run.name, split))
    return kept if kept is not None and kept < sum(size_of(run, split)) else None


def choose_map_point(run: LoadedRun, split: MapSplit, number: int | None) -> None:
    """Select an image of a split on the map, or none."""
    st.session_state.setdefault(MAP_POINT, {})[run.name, split] = number


def map_options(run: LoadedRun, method: str) -> MapOptions:
    """The options that the visitor applied to this projection of the run."""
    chosen: MapOptions = st.session_state.get(MAP_OPTIONS, {}).get((run.name, method), DEFAULTS)
    return chosen


def choose_map_options(run: LoadedRun, method: str, options: MapOptions) -> None:
    """Apply other options to a projection of the run."""
    st.session_state.setdefault(MAP_OPTIONS, {})[run.name, method] = options


def map_selection(run: LoadedRun, split: MapSplit) -> NDArray[np.int64] | None:
    """Numbers of the images selected on this run's map of a split, ascending; None: no selection."""
    kept: NDArray[np.int64] | None = st.session_state.setdefault(MAP_SELECTION, {}).get((run.name, split))
    return kept if kept is None or kept.max(initial=-1) < sum(size_of(run, split)) else None


def select_on_map(run: LoadedRun, split: MapSplit, numbers: NDArray[np.int64] | None) -> None:
    """Select images of a split, or drop the selection."""
    st.session_state.setdefault(MAP_SELECTION, {})[run.name, split] = numbers
    note_selection(run.name, split, numbers)


def map_stamp() -> int:
    """Grows whenever something was marked or selected elsewhere than on the map, which then follows."""
    return st.session_state.get(MAP_STAMP, 0)


def begin_map_panel(name: str) -> None:
    """What stands beside the map until something else is chosen."""
    st.session_state.setdefault(MAP_PANEL, name)


def open_map_panel(name: str) -> None:
    """Choose what stands beside the map; only before the control is drawn, as in a callback."""
    st.session_state[MAP_PANEL] = name


def move_map() -> None:
    """Have the map show what is marked and selected now."""
    st.session_state[MAP_STAMP] = map_stamp() + 1


@dataclass(frozen=True)
class PickedImage:
    """What the visitor brought: an opened picture, or why it could not be opened. ``number`` tells two apart.

    ``link`` is what names it in the page's link, None for what is only the visitor's; ``data`` the fingerprint of the
    test images that it is one of, '' where it is none of them.
    """

    name: str
    number: int
    image: Image.Image | None = None
    error: Refusal | None = None
    link: str | None = None
    data: str = ""


def picked_image() -> PickedImage | None:
    """The visitor's own image; it stays while other pages are visited."""
    return st.session_state.get(PICKED)


def picks() -> int:
    """How many images the visitor has brought so far."""
    return st.session_state.get(PICKS, 0)


def pick_image(
    name: str, content: bytes | Image.Image | Refusal | None, link: str | None = None, data: str = ""
) -> None:
    """Keep an image: bytes to be opened, an opened picture, or why there is none; None drops the one there was."""
    from explorer.images import open_image

    if content is None:
        st.session_state[PICKED] = None
        return
    number = st.session_state[PICKS] = picks() + 1
    try:
        content = open_image(content, name) if isinstance(content, bytes) else content
    except ExplorerError as error:
        content = error.refusal
    picture, reason = (None, content) if isinstance(content, Refusal) else (content, None)
    st.session_state[PICKED] = PickedImage(name, number, picture, reason, link, data)


@dataclass(frozen=True)
class ImageRef:
    """An image to go to or to reckon with: ``kind`` says where it comes from, ``name`` which one it is there."""

    kind: Literal["own", "test", "example", "brought"]
    name: str | int = ""


def between_images(place: str) -> tuple[ImageRef, ...]:
    """The images that the visitor chose at one place of the tab Between."""
    chosen: tuple[ImageRef, ...] = st.session_state.get(BETWEEN, {}).get(place, ())
    return chosen


def choose_between_images(place: str, images: tuple[ImageRef, ...]) -> None:
    """Have other images at this place."""
    st.session_state.setdefault(BETWEEN, {})[place] = images


def turn(place: str) -> int:
    """How often the visitor has asked for other ones at this place."""
    return st.session_state.get(TURNS, {}).get(place, 0)


def next_turn(place: str) -> None:
    """Other ones."""
    st.session_state.setdefault(TURNS, {})[place] = turn(place) + 1


def live_handle(run: LoadedRun) -> str:
    """The handle under which this visitor's live component may decode ``run``; another one for other weights."""
    from explorer.inference import HANDLES

    own: dict[tuple[str, str], str] = st.session_state.setdefault(LIVE_HANDLES, {})
    if not HANDLES.knows(own.get(run.key, "")):
        own[run.key] = HANDLES.issue(run)
    return own[run.key]


def first_time(key: str, value: object) -> bool:
    """Whether this value is seen under this key for the first time."""
    seen = st.session_state.setdefault(SEEN, {})
    new = seen.get(key) != value
    seen[key] = value
    return new


def seed() -> int:
    """The seed of the prior's draws that the visitor looks at."""
    return st.session_state.get(SEED, 0)


def next_seed() -> None:
    """Other draws."""
    st.session_state[SEED] = seed() + 1


def compare(names: list[str]) -> None:
    """Have the Compare page show these runs from the next run of the script on, the first one in the picker."""
    select_run(names[0])
    st.session_state[COMPARED] = names[1:]


def begin_comparison(names: list[str], suggested: list[str]) -> None:
    """Before the choice is drawn: what was chosen and can still be, at first what is suggested."""
    if COMPARED in st.session_state:
        chosen = st.session_state[COMPARED]
        if not set(chosen) <= set(names):
            st.session_state[COMPARED] = [name for name in chosen if name in names]
    elif COMPARED not in st.query_params:
        st.session_state[COMPARED] = suggested
        st.query_params[COMPARED] = suggested  # Streamlit itself keeps only what was chosen by hand


def compare_seed() -> int:
    """The seed of what the Compare page draws by chance."""
    return st.session_state.get(COMPARE_SEED, 0)


def next_compare_seed() -> None:
    """Other images, another walk."""
    st.session_state[COMPARE_SEED] = compare_seed() + 1


@dataclass(frozen=True)
class Marks:
    """What is marked and selected on maps of the same images: their numbers; None: nothing."""

    marked: int | None = None
    selected: NDArray[np.int64] | None = None


def compare_marks(images: Hashable) -> Marks:
    """What is marked on all maps of these images."""
    marks: Marks = st.session_state.get(COMPARE_MARKS, {}).get(images, Marks())
    return marks


def mark_compared(run: LoadedRun, images: Hashable, marks: Marks) -> None:
    """Mark images on all maps of them, as was done by hand on the run's own."""
    st.session_state.setdefault(COMPARE_MARKS, {})[images] = marks
    stamps = st.session_state.setdefault(COMPARE_STAMPS, {})
    stamps[run.name] = stamps.get(run.name, 0) + 1


def compare_stamp(run: LoadedRun) -> int:
    """Grows whenever something was marked on another run's map, which this one's then follows."""
    return sum(times for name, times in st.session_state.get(COMPARE_STAMPS, {}).items() if name != run.name)
