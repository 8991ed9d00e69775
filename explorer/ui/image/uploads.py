"""Several uploaded images: opened one by one, stored reduced, with the reasons of refused ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import streamlit as st
from PIL import Image

from explorer.base import ExplorerError, Refusal
from explorer.base.languages import N_, _
from explorer.images import as_array, open_image, png_data_url, readable_name, shrink
from explorer.images.archives import ZipEntry, is_zip, open_zip
from explorer.ui.common import state

WAITING = "files-waiting"
SEVERAL = "several-images"
MAX_SEVERAL = 60  # are kept to choose from
KEPT_SIDE = 512  # pixels: sixty of them take 60 MB
UPLOAD_THUMBNAIL = 56  # pixels
MAX_REASONS = 200

File = tuple[str, bytes]
UploadProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Brought:
    """One of several images, and an address that carries a small one of it."""

    name: str
    picture: Image.Image
    thumbnail: str


@dataclass(frozen=True)
class Several:
    """What came together: the pictures, why others were refused, and how many were not looked at any more."""

    pictures: tuple[Brought, ...]
    reasons: tuple[Refusal, ...]
    n_left: int


def bring(files: Sequence[File]) -> None:
    """Take files over: a single image becomes the visitor's at once, more wait to be opened by ``open_waiting``."""
    if len(files) == 1 and not is_zip(files[0][1]):
        st.session_state[SEVERAL] = None
        state.pick_image(readable_name(files[0][0]), files[0][1])
    else:
        st.session_state[WAITING] = files


def open_waiting(step: Callable[[], UploadProgress]) -> None:
    """Open what waits, if anything does; its first picture becomes the visitor's image.

    ``step`` begins to show progress and returns what is called with how many files are done, of how many.
    """
    files = st.session_state.pop(WAITING, None)
    if files is None:
        return
    several = opened_files(files, step())
    st.session_state[SEVERAL] = several
    if several.pictures:
        choose(0)
    else:
        reason = Refusal(_("None of these files could be read."), _("The reasons stand below."))
        state.pick_image(N_("The upload"), reason)


def several() -> Several | None:
    """What came together last, if more than one image did."""
    return st.session_state.get(SEVERAL)


def choose(place: int) -> None:
    """Make one of several pictures the visitor's image."""
    found = several()
    assert found is not None
    chosen = found.pictures[place]
    state.pick_image(chosen.name, chosen.picture)


def opened_files(files: Sequence[File], step: UploadProgress) -> Several:
    """The files one by one, and those in archives among them, until there are enough pictures."""
    pictures: list[Brought] = []
    reasons: list[Refusal] = []
    n_left = 0
    for done, total, (name, content) in entries(files):
        if len(pictures) == MAX_SEVERAL or len(reasons) == MAX_REASONS:
            n_left = total - done
            break
        brought = opened_file(name, content)
        if isinstance(brought, Refusal):
            reasons.append(brought)
        else:
            pictures.append(brought)
        step(done + 1, total)
    return Several(tuple(pictures), tuple(reasons), n_left)


def opened_file(name: str, content: bytes | Refusal) -> Brought | Refusal:
    """A picture with its thumbnail, or why there is none."""
    if isinstance(content, Refusal):
        return content
    try:
        picture = open_image(content, name, KEPT_SIDE)
        return Brought(readable_name(name), picture, png_data_url(as_array(shrink(picture, UPLOAD_THUMBNAIL))))
    except ExplorerError as error:
        return error.refusal


def entries(files: Sequence[File]) -> Iterator[tuple[int, int, ZipEntry]]:
    """Each file, or each of an archive's, with how many came before and how many there are, as far as is known."""
    done, total = 0, len(files)
    for name, content in files:
        if not is_zip(content):
            yield done, total, (name, content)
            done += 1
            continue
        try:
            with open_zip(content, name) as archive:
                total += len(archive) - 1
                for entry in archive:
                    yield done, total, entry
                    done += 1
        except ExplorerError as error:
            yield done, total, (name, error.refusal)
            done += 1
