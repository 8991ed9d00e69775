"""Pictures in the format that a file's name ends with."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.images.picture_files import WRITTEN, check_picture, encoded
from tests.helpers import photo

LOSSY = (".jpg", ".jpeg")


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("suffix", WRITTEN)
def test_each_format_is_written_and_read_back(suffix: str, mode: str) -> None:
    picture = photo().convert(mode)
    with Image.open(io.BytesIO(encoded(picture, Path(f"x{suffix.upper()}")))) as read:
        assert read.format == WRITTEN[suffix][0]
        off = np.abs(np.asarray(read.convert(mode)).astype(int) - np.asarray(picture))
    assert off.mean() < 8 if suffix in LOSSY else off.max() == 0


def test_a_picture_that_a_format_cannot_hold_is_refused() -> None:
    wide = Image.new("L", (20_000, 1))
    with pytest.raises(ExplorerError, match=r"A picture of 20,000 x 1 pixels cannot be written as WEBP\. End the file"):
        encoded(wide, Path("x.webp"))
    assert encoded(wide, Path("x.png"))


def test_names_are_checked_before_anything_is_drawn(tmp_path: Path) -> None:
    check_picture(tmp_path / "x.JPG")
    check_picture(tmp_path / "x.parquet", others=(".parquet",))
    for name in ("x", "x.gif", ".png", "x.parquet"):
        with pytest.raises(ExplorerError, match=r"cannot be written as .*\. End it with one of \.png, \.jpg,"):
            check_picture(tmp_path / name)
    with pytest.raises(ExplorerError, match="is a folder"):
        check_picture(tmp_path)
