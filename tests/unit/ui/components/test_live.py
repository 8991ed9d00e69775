"""How the live component's payload is put together, and what the docs say of it."""

from __future__ import annotations

import json
import struct

import numpy as np

from explorer.base.palette import CLASS_COLOURS, class_colour
from explorer.base.runtime_settings import PROJECT
from explorer.inference.live_payload.packing import pack
from explorer.ui.components.live.panel import colour_indices, in_squares


def test_a_payload_carries_its_blobs() -> None:
    content = pack({"run": "a"}, {"one": b"123", "two": b"", "three": b"45"})
    size = struct.unpack_from("<I", content)[0]
    header = json.loads(content[4 : 4 + size])
    blobs = content[4 + size :]
    assert header["run"] == "a"
    assert [blobs[at : at + length] for at, length in header["blobs"].values()] == [b"123", b"", b"45"]


def test_the_docs_name_every_close_code_and_header_field() -> None:
    from explorer.inference import live_socket as live

    text = (PROJECT / "docs" / "live.md").read_text()
    codes = [live.BAD_MESSAGE, live.UNKNOWN, live.IDLE, live.TOO_MANY, live.GONE, live.STALLED]
    assert all(str(code) in text for code in codes)
    for field in ("run", "version", "handle", "socket", "force", "shape", "z", "stamp", "dims", "limit", "view"):
        assert f"`{field}`" in text


def test_labels_beyond_a_byte_keep_the_colour_that_they_have_elsewhere() -> None:
    labels = np.arange(1000)
    colours = [CLASS_COLOURS[place] for place in colour_indices(labels)]
    assert colours == [class_colour(int(label)) for label in labels]


def test_pictures_of_any_shape_stand_in_the_squares_of_the_pad() -> None:
    pictures = np.random.default_rng(0).integers(1, 256, (3, 1, 5, 8), np.uint8)
    squares = in_squares(pictures)
    assert squares.shape == (3, 1, 8, 8)
    assert (squares[:, :, 1:6] == pictures).all()
    assert squares.sum() == pictures.sum(), "the margins are black"
    assert in_squares(pictures.swapaxes(2, 3))[:, :, :, 1:6].sum() == pictures.sum()
    assert (in_squares(squares) == squares).all()
