"""Uploads of every kind and mode, the hostile ones, and the way to the model's input."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.images import image_io as images
from explorer.images.image_io import as_array, from_unit, grid, open_image, to_pixels, to_png
from tests.helpers import encoded, photo

RED = (200, 30, 40)


def opened(image: Image.Image, kind: str = "PNG") -> Image.Image:
    """The picture through a file's bytes."""
    return open_image(encoded(image, kind))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "MPO"])
def test_every_format_keeps_its_colour(kind: str) -> None:
    picture = opened(Image.new("RGB", (9, 7), RED), kind)
    assert (picture.size, picture.mode) == ((9, 7), "RGB")
    assert np.abs(np.asarray(picture, int) - RED).max() <= 4  # JPEG and WebP lose a little


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "LAB", "I", "F", "I;16"])
def test_every_mode_becomes_grey_or_rgb(mode: str) -> None:
    source = Image.new("L", (6, 6), 0) if mode == "I;16" else photo(size=(6, 6)).convert("RGB")
    if mode == "I;16":
        source = Image.fromarray(np.full((6, 6), 30_000, np.uint16))
    elif mode == "LAB":
        source = Image.new("LAB", (6, 6), (128, 128, 128))
    else:
        source = source.convert(mode)
    picture = opened(source, "TIFF") if mode not in ("LA", "P") else opened(source)
    assert picture.mode in ("L", "RGB")
    assert picture.size == (6, 6)


def test_transparent_parts_lie_on_white() -> None:
    picture = opened(Image.new("RGBA", (2, 2), (0, 0, 0, 0)))
    assert np.asarray(picture).min() == 255
    half = opened(Image.new("LA", (2, 2), (0, 128)))
    assert np.asarray(half).max() == pytest.approx(127, abs=1)


def test_transparent_palette_colour_lies_on_white() -> None:
    image = Image.new("P", (2, 1), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((0, 0), 0)
    pixels = np.asarray(open_image(encoded(image, transparency=0)))
    assert pixels.tolist() == [[[255, 255, 255], [0, 0, 255]]]


def test_palette_gives_its_colours() -> None:
    image = Image.new("P", (1, 1), 0)
    image.putpalette([*RED])
    assert np.asarray(opened(image)).ravel().tolist() == [*RED]


def test_sixteen_bits_keep_their_scale() -> None:
    values = np.array([[0, 257 * 100, 65535]], np.uint16)
    assert np.asarray(opened(Image.fromarray(values))).tolist() == [[0, 100, 255]]


def test_floats_are_stretched_to_their_own_range() -> None:
    values = np.array([[-1.0, 0.0, 1.0, np.nan]], np.float32)
    assert np.asarray(opened(Image.fromarray(values), "TIFF")).tolist() == [[0, 128, 255, 0]]


def test_exif_turns_the_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    image = Image.new("RGB", (4, 2), "black")
    image.putpixel((0, 0), (255, 255, 255))
    picture = open_image(encoded(image, "PNG", exif=exif))
    assert picture.size == (2, 4)
    assert picture.getpixel((1, 0)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, (0, 0, 255))]
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = open_image(encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options))
    assert picture.getpixel((1, 1)) == RED


def test_cmyk_jpeg() -> None:
    picture = opened(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "JPEG")
    assert np.asarray(picture).min() > 250


def test_the_content_counts_not_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(encoded(photo()))
    assert open_image(path).size == (40, 30)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "x.png is empty (0 bytes)."),
        (b"hello, this is no image", "x.png is not an image that can be read."),
        (b"%PDF-1.4 and so on", "x.png is not an image that can be read."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.png is not an image that can be read."),
        (encoded(photo())[:200], "x.png is damaged or cut off."),
        (encoded(photo(), "JPEG")[:500], "x.png is damaged or cut off."),
        (encoded(photo(), "TIFF")[:2000], "x.png is damaged or cut off."),
        (encoded(photo())[:10], "x.png is not an image that can be read."),
    ],
)
def test_what_is_no_picture_gets_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        open_image(content, "x.png")
    assert caught.value.message == sentence
    assert caught.value.hint


def test_a_script_of_another_decoder_is_not_run() -> None:
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n"
    with pytest.raises(ExplorerError, match="not an image"):
        open_image(postscript)


def test_fifty_megabytes_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("was opened"))
    with pytest.raises(ExplorerError, match=r"The upload has 50 MB\. At most 32 MB are taken\."):
        open_image(bytes(50 * 2**20))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims this size and carries next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (10_000, 10_000), (64_000_001, 1)])
def test_a_bomb_is_refused_before_it_is_decoded(width: int, height: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("was decoded"))
    with pytest.raises(ExplorerError, match=r"too many pixels.*At most 64 million are taken"):
        open_image(png_header(width, height))


def test_a_gone_file_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match=r"gone\.png could not be read: No such file"):
        open_image(tmp_path / "gone.png")


def test_damaged_exif_does_no_harm() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "title"
    content = encoded(photo(), "JPEG", exif=exif)
    altered = content.replace(b"\x01\x0e\x00\x02", b"\x01\x00\x00\x02")  # the title becomes the width, as a text
    assert altered != content
    assert open_image(altered).size == (30, 40)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"])
def test_damaged_bytes_never_raise_anything_else(kind: str) -> None:
    rng = np.random.default_rng(0)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = np.frombuffer(encoded(photo(size=(12, 9)), kind, exif=exif), np.uint8)
    n_refused = 0
    for _ in range(150):
        content = whole.copy()
        head = rng.integers(0, min(len(content), 200), 4)
        content[head] = rng.integers(0, 256, 4)
        try:
            assert open_image(content.tobytes()).mode in ("L", "RGB")
        except ExplorerError:
            n_refused += 1
    assert n_refused > 0


def test_to_pixels_crops_the_middle() -> None:
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = RED
    pixels = to_pixels(Image.fromarray(wide), (3, 10, 10))
    assert (pixels == np.array(RED)[:, None, None]).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_png_round_trip(channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (channels, 5, 7), np.uint8)
    with Image.open(io.BytesIO(to_png(pixels))) as picture:
        assert (as_array(picture) == pixels).all()
    with Image.open(io.BytesIO(to_png(pixels, scale=3))) as picture:
        assert (as_array(picture) == pixels.repeat(3, 1).repeat(3, 2)).all()


def test_from_unit_rounds_and_clips() -> None:
    assert from_unit(np.array([-1, 0, 0.5, 1, 2])).tolist() == [0, 0, 128, 255, 255]


def test_grid_places_row_by_row() -> None:
    tiles = np.arange(1, 6, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2), np.uint8)
    assert grid(tiles)[0, ::2, ::2].tolist() == [[1, 2, 3], [4, 5, 0]]
    assert grid(tiles, columns=5, gap=1).shape == (1, 2, 14)
    assert grid(tiles, columns=5, gap=1)[0, 0].tolist() == [1, 1, 0, 2, 2, 0, 3, 3, 0, 4, 4, 0, 5, 5]


def test_limits_are_those_documented() -> None:
    assert images.MAX_BYTES == 32 * 2**20
    assert images.MAX_PIXELS < 20_000 * 20_000
