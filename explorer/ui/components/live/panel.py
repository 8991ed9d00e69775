"""The live decoder of a run with its numbers: Python's half of ``explorer/ui/components/live``."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import natural_key
from explorer.base.palette import CLASS_COLOURS
from explorer.images import Pixels, grid, shrink, to_picture, to_png
from explorer.inference import MAX_Z, Latents, decode
from explorer.inference.latent_space import (
    FEW,
    Directions,
    View,
    class_count,
    direction_grid,
    every_class,
    home,
    manifold_grid,
)
from explorer.inference.live_payload import (
    dimension_facts,
    direction_facts,
    prior_blobs,
    reach_along,
    slider_limit,
    traversal_codes,
    traversal_rows,
)
from explorer.runs import LoadedRun
from explorer.ui.common import (
    BY_WEIGHTS,
    cached,
    errors_shown,
    read_z,
    rerun_if_replaced,
    state,
    write_z,
)
from explorer.ui.components.live.along_directions import directions_of, held_along, without_directions
from explorer.ui.components.live.component import Events, component_events, live_decoder, socket_path
from explorer.ui.components.live.decoder_route import decoder_url
from explorer.ui.components.live.numbers import near_words, nearest_image, numbers

MAX_POINTS = 10_000
BACKGROUND_SIDE = 640  # pixels; the grid is sent no larger
WIDEST = 125  # of the pad's range, in units of z
FARTHEST = 250  # of its edges
GRID_SIZES = range(2, 41)
GRID_OF_LARGE, LARGE_AREA = 10, 64 * 64  # cells along a side; pixels of an image
TRANSPORTS = ("browser", "websocket", "fragment")


@dataclass(frozen=True)
class Start:
    """Where a live decoder of an image's own begins: its code, and (where it has a spread) its posterior, [K] each.

    What is done there stays there: it moves neither the visitor's own z nor the link. ``key`` tells one from another.
    """

    key: str
    code: NDArray[np.float32]
    posterior: tuple[NDArray[np.float32], NDArray[np.float32]] | None


@st.fragment
@errors_shown()  # inside: a fragment reruns without the page around it
def live_panel(run: LoadedRun, start: Start | None = None) -> None:
    """Draw the component and, under it, what is true of the committed z. Reruns alone when the hand lets go."""
    rerun_if_replaced(run)
    key = key_of(run, run.name if start is None else start.key)
    latents = cached.latents_if_any(run)
    events = component_events(key)
    z = committed(run, events) if start is None else moved_from(start, events)
    directions = directions_of(run, latents)
    view = view_of(latents, events.view, directions, grid_size(run))
    near = nearest_image(run, latents, z)
    header = header_of(run, latents, z, view, directions) | {"near": near_words(latents, near)}
    if start is not None:
        header |= {"stamp": 0, "ellipse": ellipse_of(start.posterior)}
    along = directions if view.basis == "directions" else None
    blobs = {"points": points(latents, view, along), **prior_blobs(run)}
    if not events.in_browser:
        blobs |= surroundings(run, z, view, along)
        if events.traversals:
            blobs["traversals"] = decode(run, traversal_codes(z, header["traversals"], along)).tobytes()
    if along is not None:
        blobs["basis"] = np.ascontiguousarray(along.basis, "<f4").tobytes()
    if latents.labels is not None:
        blobs["labels"] = colour_indices(latents.labels[:MAX_POINTS]).tobytes()
    if (wish := asked(run, events.ask)) is not None:
        header["seq"], blobs["frame"] = wish[0], decode(run, wish[1][None])[0].tobytes()
    live_decoder(key, header, blobs)
    if directions is None and latents.mu.shape[1] > FEW:
        st.caption(without_directions(latents))
    numbers(run, latents, z, near)


def colour_indices(labels: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The place of each label's colour among ``CLASS_COLOURS``, which repeat: a byte holds no more than 256 labels."""
    return (labels % len(CLASS_COLOURS)).astype(np.uint8)


def key_of(run: LoadedRun, name: str) -> str:
    """The component's: another one for a model of another size, so that the browser begins anew."""
    return "-".join(map(str, ("live", name, len(home(run)), *run.data.shape)))


def committed(run: LoadedRun, events: Events) -> NDArray[np.float32]:
    """Where the visitor stands: the component's last word, unless z was moved from outside since."""
    if state.first_time("link", True):
        linked = read_z(len(state.z_of(run)))
        if linked is not None and np.abs(linked).max() <= MAX_Z:
            state.set_z(run, linked)
    sent_z = events.z or {}
    if sent_z.get("stamp") == state.stamp_of(run):
        z = numbers_of(sent_z.get("z"), len(state.z_of(run)))
        if z is not None:
            state.keep_z(run, z)
    write_z(state.z_of(run))
    return state.z_of(run)


def moved_from(start: Start, events: Events) -> NDArray[np.float32]:
    """Where the hand has gone from ``start``."""
    z = numbers_of((events.z or {}).get("z"), len(start.code))
    return start.code if z is None else z


def ellipse_of(posterior: tuple[NDArray[np.float32], NDArray[np.float32]] | None) -> dict[str, list[float]] | None:
    """mu and sigma as the component reads them."""
    return None if posterior is None else {"mu": posterior[0].tolist(), "sigma": posterior[1].tolist()}


def numbers_of(values: Any, n: int) -> NDArray[np.float32] | None:
    """``n`` finite numbers from a browser, or None."""
    try:
        z = np.asarray(values, np.float32)
    except (TypeError, ValueError):
        return None
    return z if z.shape == (n,) and np.isfinite(z).all() and np.abs(z).max() <= MAX_Z else None


def asked(run: LoadedRun, ask: dict[str, Any] | None) -> tuple[int, NDArray[np.float32]] | None:
    """The fragment transport's request, checked: sequence number and z."""
    if not isinstance(ask, dict) or not isinstance(ask.get("seq"), int):
        return None
    z = numbers_of(ask.get("z"), len(state.z_of(run)))
    return None if z is None else (ask["seq"], z)


def grid_size(run: LoadedRun) -> int:
    """Cells along a side of the pad at first: few of large images, which take long to decode."""
    return GRID_OF_LARGE if math.prod(run.data.shape[1:]) > LARGE_AREA else View.size


def view_of(
    latents: Latents, asked_for: dict[str, Any] | None, directions: Directions | None = None, size: int = View.size
) -> View:
    """The view that the component asks for where it makes sense, else the home view of the basis asked for.

    ``size`` : of its grid, where none is asked for.
    """
    if not isinstance(asked_for, dict):
        return replace(latents.home_view(directions), size=size)
    along = None if asked_for.get("basis") == "dimensions" else directions
    home = replace(latents.home_view(along), size=size)
    try:
        view = replace(home, **{f.name: asked_for[f.name] for f in fields(View) if f.name in asked_for})
        return view if sensible(view, latents, along) and view.basis == home.basis else home
    except TypeError:
        return home


def sensible(view: View, latents: Latents, along: Directions | None) -> bool:
    """Whether a view has coordinates, ranges, a scale and a size that there are; TypeError where one is no number."""
    count = latents.mu.shape[1] if along is None else len(along)
    if view.x not in range(count) or view.y not in range(count) or view.size not in GRID_SIZES:
        return False
    reach = [1.0, 1.0] if along is None else reach_along(along, latents.on_prior_scale)[[view.x, view.y]]
    ranges = zip(reach, [(view.lo_x, view.hi_x), (view.lo_y, view.hi_y)], strict=True)
    return view.scale in (("quantile", "linear") if along is None else ("linear",)) and all(
        0 < hi - lo <= WIDEST * unit and math.isfinite(hi - lo) and max(abs(lo), abs(hi)) <= FARTHEST * unit
        for unit, (lo, hi) in ranges
    )


def header_of(
    run: LoadedRun, latents: Latents, z: NDArray[np.float32], view: View, directions: Directions | None
) -> dict[str, Any]:
    """The JSON part of the payload (docs/live.md)."""
    data = run.data
    force = st.query_params.get("transport")
    along = directions if view.basis == "directions" else None
    home = latents.home_view(along)
    return {
        "run": run.name,
        "version": run.version,
        "handle": state.live_handle(run),
        "socket": socket_path(),
        "decoder": decoder_url(run),
        "force": force if force in TRANSPORTS else None,
        "shape": data.shape,
        "z": [float(value) for value in z],
        "classes": (classes := data.classes if class_count(run) else ()),
        "class_order": sorted(range(len(classes)), key=lambda label: natural_key(classes[label])),
        "stamp": state.stamp_of(run),
        "dims": dimension_facts(latents),
        "limit": slider_limit(latents),
        "directions": None if directions is None else direction_facts(directions, latents.on_prior_scale),
        "view": asdict(view),
        "traversals": traversal_rows(latents, along),
        "home": {name: value for name, value in asdict(home).items() if name.startswith(("lo", "hi"))},
        "colours": CLASS_COLOURS,
        "ellipse": ellipse_of(state.posterior_of(run)),
    }


def points(latents: Latents, view: View, along: Directions | None) -> bytes:
    """The split's posterior means in the two coordinates of the pad, float32 [n, 2]."""
    mu = latents.mu[:MAX_POINTS]
    coordinates = mu if along is None else along.coordinates(mu)
    return np.ascontiguousarray(coordinates[:, [view.x, view.y]], "<f4").tobytes()


def surroundings(run: LoadedRun, z: NDArray[np.float32], view: View, along: Directions | None) -> dict[str, bytes]:
    """What lies around ``z``: the manifold of the view, and z in every class of a class-conditional model."""
    classes = {"classes": decode(run, every_class(run, z)).tobytes()} if class_count(run) else {}
    return {"background": background(run, z, view, along), **classes}


def background(run: LoadedRun, z: NDArray[np.float32], view: View, along: Directions | None) -> bytes:
    """The decoded manifold of the view as PNG; the two coordinates of the pad do not matter in z."""
    if along is None:
        held = z.copy()
        held[[view.x, view.y]] = 0
    else:
        held = held_along(along, z, view, state.held_of(run))
        state.hold(run, held)
    return _background(run, held.tobytes(), view, held, along)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _background(
    run: LoadedRun, content: bytes, view: View, _held: NDArray[np.float32], _along: Directions | None
) -> bytes:
    codes = manifold_grid(_held, view) if _along is None else direction_grid(_held, view, _along)
    pictures = decode(run, codes)
    sheet: Pixels = grid(in_squares(pictures), columns=view.size)
    if sheet.shape[1] <= BACKGROUND_SIDE:
        return to_png(sheet)
    small = np.asarray(shrink(to_picture(sheet), BACKGROUND_SIDE))
    return to_png(small[None] if small.ndim == 2 else small.transpose(2, 0, 1))


def in_squares(pictures: Pixels) -> Pixels:
    """Pictures [N, C, H, W] in the middle of black squares: the pad's cells are squares."""
    side = max(pictures.shape[2:])
    margins = [((side - length) // 2, (side - length + 1) // 2) for length in pictures.shape[2:]]
    return np.pad(pictures, ((0, 0), (0, 0), *margins))
