"""How stored values become 8-bit tones: by a picture itself, or by the set that it belongs to."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.images import image_io
from explorer.images.image_io import image_traits, open_image, picture_notes
from explorer.images.tones import Tones, Traits, has_transparency, tones_of_set
from tests.helpers import encoded, photo


def stored(picture: Image.Image, kind: str = "TIFF") -> bytes:
    """The picture as a file's content."""
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def ramp(high: float, dtype: type, low: float = 0) -> bytes:
    """Two rows of ten steps from ``low`` to ``high``, as a TIFF."""
    return stored(Image.fromarray(np.linspace(low, high, 20).astype(dtype).reshape(2, 10)))


def tones_of(content: bytes, tones: Tones = image_io.OWN_TONES) -> list[int]:
    """The smallest and the largest tone that the picture is shown with."""
    shown = np.asarray(open_image(content, "ramp.tif", tones=tones))
    return [int(shown.min()), int(shown.max())]


@pytest.mark.parametrize(
    ("high", "dtype", "brightest"),
    [
        (1, np.uint16, 255), (255, np.uint16, 255), (1023, np.uint16, 255), (4095, np.uint16, 255),
        (2048, np.uint16, round(2048 / 4095 * 255)), (65535, np.uint16, 255), (40_000, np.uint16, 156),
        (200, np.int32, 200), (1_000_000, np.int32, 255), (1, np.float32, 255),
        (0.5, np.float32, 128), (7.5, np.float32, 255),
    ],
)  # fmt: skip
def test_a_picture_alone_is_shown_by_the_smallest_usual_depth_that_holds_it(
    high: float, dtype: type, brightest: int
) -> None:
    assert tones_of(ramp(high, dtype)) == [0, brightest]


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_negative_values_are_shown_by_their_own_range(dtype: type) -> None:
    assert tones_of(ramp(300, dtype, low=-100)) == [0, 255]


def test_pictures_of_a_set_keep_their_brightness_to_each_other() -> None:
    dark, bright = ramp(1000, np.uint16), ramp(4000, np.uint16, low=100)
    tones = tones_of_set([image_traits(dark, "a.tif"), image_traits(bright, "b.tif")])
    assert tones.integers == (0.0, 4000.0)
    assert tones_of(dark, tones) == [0, 64]
    assert tones_of(bright, tones) == [6, 255]


def test_floats_of_a_set_have_a_range_of_their_own() -> None:
    tones = tones_of_set(
        [Traits((1, 1), integers=(0, 9)), Traits((1, 1), floats=(-1, 1)), Traits((1, 1), floats=(0, 3))]
    )
    assert (tones.integers, tones.floats, tones.ground) == ((0, 9), (-1, 3), "white")


def test_what_is_no_number_counts_for_nothing() -> None:
    values = np.array([[np.nan, 2, np.inf], [4, 3, -np.inf]], np.float32)
    content = stored(Image.fromarray(values))
    assert image_traits(content, "a.tif").floats == (2, 4)
    assert tones_of(content) == [0, 255]
    assert image_traits(stored(Image.fromarray(np.full((2, 2), np.nan, np.float32))), "b.tif").floats is None


def drawing(ink: int) -> bytes:
    """A stroke on transparency."""
    picture = Image.new("RGBA", (20, 20), (255, 255, 255, 0))
    picture.paste((ink, ink, ink, 255), (5, 5, 15, 8))
    return stored(picture, "PNG")


@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (128, 255), (220, 255), (255, 0)])
def test_a_white_drawing_on_transparency_is_laid_on_black(ink: int, ground: int) -> None:
    shown = np.asarray(open_image(drawing(ink), "drawing.png"))
    assert shown[0, 0, 0] == ground
    assert shown[6, 6, 0] == ink


def test_drawings_of_a_set_are_laid_on_one_ground() -> None:
    tones = tones_of_set([image_traits(drawing(ink), "a.png") for ink in (255, 255, 200)])
    assert tones.ground == "black"
    assert np.asarray(open_image(drawing(200), "b.png", tones=tones))[0, 0, 0] == 0


def test_a_picture_without_transparent_pixels_has_no_ground() -> None:
    assert image_traits(stored(Image.new("RGBA", (4, 4), "white"), "PNG"), "a.png").drawn is None
    assert tones_of_set([]).ground == "white"


@pytest.mark.parametrize(
    ("mode", "transparent"), [("LAB", False), ("LA", True), ("PA", True), ("RGBA", True), ("CMYK", False), ("L", False)]
)
def test_only_an_alpha_channel_is_transparent(mode: str, transparent: bool) -> None:
    assert has_transparency(Image.new(mode, (2, 2))) == transparent


def test_a_mask_is_shown_up_to_the_white_of_its_set() -> None:
    mask = Image.fromarray(np.array([[0, 1], [1, 2]], np.uint8))
    assert np.asarray(open_image(stored(mask, "PNG"), tones=Tones(white=2))).tolist() == [[0, 128], [128, 255]]


def test_further_pages_are_noticed() -> None:
    pages = io.BytesIO()
    photo().save(pages, "TIFF", save_all=True, append_images=[photo(1)])
    assert image_traits(pages.getvalue(), "stack.tif").pages
    assert not image_traits(stored(photo()), "one.tif").pages


@pytest.mark.parametrize(
    ("kind", "name"),
    [("AVIF", "a.png"), ("JPEG2000", "a.dat"), ("TGA", "a.TGA"), ("MPO", "a.mpo"), ("PNG", "a"), ("WEBP", "a.jpg")],
)
def test_the_content_tells_the_format(kind: str, name: str) -> None:
    assert open_image(stored(photo(), kind), name).size == photo().size


def test_heic_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_io, "takes_heic", lambda: False)
    with pytest.raises(ExplorerError, match=r"phone.HEIC is a HEIC picture.*pip install pillow-heif"):
        open_image(b"\0\0\0\x18ftypheic" + bytes(40), "phone.HEIC")


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(photo()))
    with pytest.raises(ExplorerError, match="could not be read"):
        image_io.read_bytes(tmp_path)


@pytest.mark.parametrize(
    ("content", "name", "notes"),
    [
        (ramp(3000, np.uint16), "scan.tif", ("Values from 0 to 4095 are shown as black to white.",)),
        (drawing(255), "a.png", ("Transparent pixels are laid on black, since what is drawn is nearly white.",)),
        (drawing(0), "b.png", ()),
        (stored(photo(), "PNG"), "c.png", ()),
    ],
)
def test_what_was_decided_on_opening_is_told(content: bytes, name: str, notes: tuple[str, ...]) -> None:
    assert picture_notes(open_image(content, name)) == notes
    assert picture_notes(open_image(content, name).copy()) == notes


def test_the_first_of_several_pages_is_told() -> None:
    pages = io.BytesIO()
    photo().save(pages, "GIF", save_all=True, append_images=[photo(1)])
    assert picture_notes(open_image(pages.getvalue(), "film.gif")) == ("Of several pages or frames this is the first.",)
    assert picture_notes(photo()) == ()
