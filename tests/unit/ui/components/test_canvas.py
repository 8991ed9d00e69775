"""What the canvas tells and how it is checked."""

from __future__ import annotations

import base64
import subprocess

import numpy as np
import pytest

from explorer.base.runtime_settings import PROJECT
from explorer.ui.components.canvas.component import Cells, Mode, pack, painted, unpack
from explorer.ui.components.modules import HERE
from tests.helpers import node

SHAPE = (3, 300)


def some(seed: int, shape: tuple[int, int] = SHAPE) -> Cells:
    return np.random.default_rng(seed).integers(0, 3, shape, np.uint8)


SHEETS = [some(0), some(1, (28, 28)), np.zeros(SHAPE, np.uint8), np.full((280, 280), 255, np.uint8), some(2, (1, 1))]


@pytest.mark.parametrize("cells", SHEETS)
def test_cells_come_back_as_they_went(cells: Cells) -> None:
    back = unpack(pack(cells), cells.shape)
    assert back is not None
    np.testing.assert_array_equal(back, cells)


def test_a_run_ends_with_its_row() -> None:
    runs = base64.b64decode(pack(np.zeros((3, 300), np.uint8)))
    assert runs == bytes([300 % 256, 1, 0]) * 3


def test_empty_paper_is_small() -> None:
    assert len(pack(np.zeros((280, 280), np.uint8))) < 1200


WHOLE = pack(some(0))
BAD: list[object] = [
    None, 3, [], "", "not base 64!", "é" * 8, WHOLE[:-4], WHOLE + WHOLE, "A" * 10**6, pack(some(0, (3, 301))),
    base64.b64encode(b"\xff\xff\x00" * 2**14).decode(), base64.b64encode(b"\x01\x00").decode(),
]  # fmt: skip


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_does_not_fit_is_nothing(text: object) -> None:
    assert unpack(text, SHAPE) is None


def told(cells: Cells, mode: str = "mask") -> dict[str, object]:
    return {"painted": {"of": [mode, *cells.shape, 0], "cells": pack(cells)}}


def test_only_what_was_told_of_this_canvas_counts() -> None:
    cells = (some(0) > 0).astype(np.uint8)
    found = painted(told(cells), "mask", SHAPE, 0)
    assert found is not None
    np.testing.assert_array_equal(found, cells)
    assert painted(told(cells), "draw", SHAPE, 0) is None
    assert painted(told(cells), "mask", SHAPE, 1) is None
    assert painted(told(cells), "mask", (300, 3), 0) is None


@pytest.mark.parametrize("value", [None, 3, {}, {"painted": None}, {"painted": 3}, {"painted": {"cells": "AAAA"}}])
@pytest.mark.parametrize("mode", ["draw", "mask"])
def test_anything_else_is_nothing(value: object, mode: Mode) -> None:
    assert painted(value, mode, SHAPE, 0) is None


def test_a_mask_is_of_noughts_and_ones() -> None:
    assert painted(told(np.full(SHAPE, 2, np.uint8)), "mask", SHAPE, 0) is None
    assert painted(told(np.full(SHAPE, 2, np.uint8), "draw"), "draw", SHAPE, 0) is not None


def test_the_browser_packs_in_the_same_way() -> None:
    cells = some(5, (7, 300))
    script = f"""import {{ decode, encode }} from "{(HERE / "canvas" / "run_length.js").as_uri()}";
const cells = decode({pack(cells)!r}, {cells.size});
console.log(encode(cells, 300) + " " + Array.from(cells).join(","));"""
    command = [node(), "--input-type=module", "-e", script]
    text, values = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert text == pack(cells)
    assert values == ",".join(map(str, cells.ravel()))


def test_the_docs_name_the_payload_and_what_the_element_tells() -> None:
    text = (PROJECT / "docs" / "canvas.md").read_text()
    fields = ("mode", "shape", "stamp", "label", "cells", "background", "painted", "of", "data-painted", "data-tool")
    assert [name for name in fields if f"`{name}`" not in text] == []
