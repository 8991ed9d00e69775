"""The model after each epoch: reconstructed test images, the decoded latent plane, and an animation of it."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path

import streamlit as st

from explorer.base.languages import _, current_language
from explorer.images import Pixels, png_data_url, read_png
from explorer.runs import Run, load_run
from explorer.training import epoch_of, film, frame_at, queue, read_frame
from explorer.ui.common import errors_shown
from explorer.ui.common.cached import written

COLUMNS = 4
ROWS = 4  # of pairs
CRISP_SIDE = 112  # pixels are repeated up to about this side, so that the browser has little to scale
PLANE_SIDE = 345  # about as large as it is shown
MOST_STOPS = 100
PLAY_S = 0.35  # a frame of the film, on the page
EMPTY = '<div class="frame-cell"></div>'


def train_frames(run: Run, epochs: int, every: float | None) -> None:
    """Draw the images, a slider over the epochs, and the animation's buttons; at its right end it shows the newest."""
    playing = st.session_state.get(play_key(run), False)
    st.fragment(learned, run_every=PLAY_S if playing else every)(run, epochs, playing)


def learned(run: Run, epochs: int, playing: bool) -> None:
    """Draw the images of the chosen epoch, and the controls."""
    key = f"train-frame-{run.name}-{epochs}"  # with other epochs it is another slider
    paths = queue.frames(run)
    if playing:
        next_frame(run, key, epochs, paths)
    path = frame_at(paths, st.session_state.get(key, epochs))
    with errors_shown():
        st.html(empty_board() if path is None else board_of(run, path))
    if epochs > 1:
        controls(run, epochs, key, paths)


def controls(run: Run, epochs: int, key: str, paths: list[Path]) -> None:
    """Draw the play button, the slider and the download of the animation in one row."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="train-film"):
        play_button(run, key, epochs, paths)
        st.select_slider(
            _("After epoch"),
            stops(epochs),
            epochs,
            format_func=lambda epoch: _("newest") if epoch == epochs else _("epoch {epoch}").format(epoch=epoch),
            key=key,
            label_visibility="collapsed",
            disabled=not paths,
        )
        st.download_button(
            "GIF",
            data=lambda: film(queue.frames(run, "manifold") or queue.frames(run)),
            file_name=f"{run.name}.gif",
            mime="image/gif",
            icon=":material/download:",
            on_click="ignore",
            disabled=not paths,
            help=_("The decoded plane, epoch by epoch, as an animated picture."),
        )


def play_key(run: Run) -> str:
    """The session key of whether the animation plays."""
    return f"train-play-{run.name}"


def play_button(run: Run, key: str, epochs: int, paths: list[Path]) -> None:
    """Start the animation, from the first epoch if it is at the last, or halt it."""
    playing = st.session_state.get(play_key(run), False)
    icon, label = ("pause", _("Halt the film")) if playing else ("play_arrow", _("Play the epochs as a film"))
    clicked = st.button(
        "",
        key=f"film-{run.name}",
        icon=f":material/{icon}:",
        disabled=len(paths) < 2,
        help=label,
        on_click=switch_film,
        args=(run, key, epochs, paths),
    )
    if clicked:
        st.rerun()  # the polling interval of the fragment changes


def switch_film(run: Run, key: str, epochs: int, paths: list[Path]) -> None:
    """Toggle the animation, on a click."""
    st.session_state[play_key(run)] = playing = not st.session_state.get(play_key(run), False)
    if playing and st.session_state.get(key, epochs) >= epoch_of(paths[-1]):
        st.session_state[key] = stops(epochs)[0]


def next_frame(run: Run, key: str, epochs: int, paths: list[Path]) -> None:
    """Advance the slider by one epoch; the animation ends at the newest."""
    newest = epoch_of(paths[-1]) if paths else 0
    later = [stop for stop in stops(epochs) if st.session_state.get(key, epochs) < stop <= newest]
    st.session_state[key] = later[0] if later else epochs
    if not later:
        st.session_state[play_key(run)] = False
        st.rerun()


def stops(epochs: int) -> list[int]:
    """The epochs on the slider, at most ``MOST_STOPS``, evenly spaced, with the last."""
    step = math.ceil(epochs / MOST_STOPS)
    return [*range(step, epochs, step), epochs]


def board_of(run: Run, path: Path) -> str:
    """The HTML of one epoch's images, cached while their files do not change."""
    facts = load_run(run).data
    plane = path.with_name(path.name.replace("epoch", "manifold"))
    return _board(str(path), written(path), str(plane), written(plane), facts.shape, current_language())


@st.cache_data(max_entries=256, show_spinner=False)
def _board(path: str, changed_ns: int, plane: str, plane_ns: int, shape: tuple[int, int, int], language: str) -> str:
    epoch = epoch_of(Path(path))
    originals, decoded = read_frame(Path(path), shape)
    after = _("decoded after epoch {epoch}").format(epoch=epoch)
    title = _("Latent plane after epoch {epoch}").format(epoch=epoch)
    kinds = [cells(originals, _("original")), cells(decoded, after)]
    return board(plane_image(Path(plane), epoch) if plane_ns else EMPTY, kinds, title)


def empty_board() -> str:
    """The empty layout, before the first epoch."""
    return board(EMPTY, [[EMPTY] * COLUMNS * ROWS] * 2, _("Pictures come after epoch 1"))


def board(plane: str, kinds: list[list[str]], title: str) -> str:
    """HTML of the decoded plane, and beside it rows of originals, each above its reconstructions."""
    rows = []
    for start in range(0, COLUMNS * ROWS, COLUMNS):
        for name, row in zip(("original", "decoded"), kinds, strict=True):
            picked = row[start : start + COLUMNS]
            rows.append(f'<div class="{name}">{"".join(picked + [EMPTY] * (COLUMNS - len(picked)))}</div>')
    return (
        '<div class="learned">'
        f'<figure><figcaption>{escape(title)}</figcaption><div class="plane">{plane}</div></figure>'
        f"<figure><figcaption>{escape(_('Test images, reconstructed'))}</figcaption>"
        f'<div class="frames">{"".join(rows)}</div></figure>'
        "</div>"
    )


def plane_image(path: Path, epoch: int) -> str:
    """HTML of the decoded grid; a large one is scaled down, with smoothing."""
    pixels = read_png(path)
    scale = max(1, round(PLANE_SIDE / pixels.shape[-1]))
    kind = "crisp" if scale > 1 else "smooth"
    alt = _("latent plane decoded after epoch {epoch}").format(epoch=epoch)
    return f'<img class="{kind}" alt="{alt}" {size_of(pixels)} src="{png_data_url(pixels, scale)}">'


def cells(pictures: Pixels, name: str) -> list[str]:
    """HTML of each image, with its name as alternative text."""
    scale = max(1, CRISP_SIDE // pictures.shape[-1])
    return [
        f'<img alt="{name}, {i + 1}" {size_of(picture)} src="{png_data_url(picture, scale)}">'
        for i, picture in enumerate(pictures)
    ]


def size_of(picture: Pixels) -> str:
    """HTML attributes that say the shape of a picture [C, H, W] before it is painted, so that nothing jumps."""
    return f'width="{picture.shape[2]}" height="{picture.shape[1]}"'
