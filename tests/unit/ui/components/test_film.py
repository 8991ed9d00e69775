"""What the browser is given of a film."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from explorer.ui.components.film.component import FRAME_S, Film, Row, payload


def film(seed: int = 0, side: int = 8) -> Film:
    """Five frames, three of them in the strip."""
    frames = list(np.random.default_rng(seed).integers(0, 256, (5, 1, side, side), np.uint8))
    above = [Row("original", {0: (frames[0], "original, mine"), 2: (frames[4], "original, yours")})]
    return Film(frames, ["0", "1", "2", "3", "4"], [0, 2, 4], "Share", "{} of the way", above, start=2)


def test_every_frame_is_sent_as_it_is() -> None:
    data = payload(film())
    assert len(data["frames"]) == 5
    for address, frame in zip(data["frames"], film().frames, strict=True):
        content = base64.b64decode(address.removeprefix("data:image/png;base64,"))
        with Image.open(io.BytesIO(content)) as picture:
            np.testing.assert_array_equal(np.asarray(picture), frame[0])


def test_rows_stand_at_their_columns() -> None:
    (row,) = payload(film())["above"]
    assert row["title"] == "original"
    assert [cell and cell["alt"] for cell in row["cells"]] == ["original, mine", None, "original, yours"]
    assert payload(film())["columns"] == [0, 2, 4]
    assert len(film().strip) == 3


def test_the_stamp_tells_films_apart() -> None:
    assert payload(film())["stamp"] == payload(film())["stamp"] != payload(film(1))["stamp"]


def test_photographs_are_smooth_and_time_is_in_milliseconds() -> None:
    assert payload(film())["crisp"]
    assert not payload(film(side=65))["crisp"]
    assert payload(film())["frame_ms"] == 1000 * FRAME_S
