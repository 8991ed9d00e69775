"""Uploads of every kind and mode, the hostile ones, and the way to the model's input."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer import images
from explorer.errors import ExplorerError
from explorer.images import as_array, from_unit, grid, open_image, prepare, to_pixels, to_png
from tests.helpers import digit_picture, encoded, photo

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


def test_damaged_exif_gets_a_sentence() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "title"
    content = encoded(photo(), "JPEG", exif=exif)
    altered = content.replace(b"\x01\x0e\x00\x02", b"\x01\x00\x00\x02")  # the title becomes the width, as a text
    assert altered != content
    with pytest.raises(ExplorerError, match="is damaged or cut off"):
        open_image(altered)


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


def test_ink_on_paper_is_inverted_and_centred_for_digit_models() -> None:
    prepared = prepare(digit_picture(), (1, 28, 28), strokes=True)
    assert (prepared.inverted, prepared.centred) == (True, True)
    pixels = prepared.pixels[0].astype(float)
    assert pixels[0].max() == 0  # black around
    assert pixels.max() > 200
    rows, _ = np.nonzero(pixels > 100)
    assert rows.max() - rows.min() + 1 == pytest.approx(20, abs=1)  # as MNIST was made
    weights = pixels / pixels.sum()
    middle = [(weights.sum(axis) * (np.arange(28) + 0.5)).sum() for axis in (0, 1)]
    assert middle == pytest.approx([14, 14], abs=0.6)
    assert [step.title for step in prepared.steps] == ["original", "square crop", "inverted", "28 x 28, centred"]


def test_light_strokes_on_black_are_not_inverted() -> None:
    prepared = prepare(digit_picture(ink=255, paper=0), (1, 28, 28), strokes=True)
    assert not prepared.inverted
    assert prepared.pixels[0, 0].max() == 0


def test_a_picture_of_the_model_s_own_size_stays_as_it_is() -> None:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[3:9, 4:8] = 250
    prepared = prepare(Image.fromarray(pixels), (1, 28, 28), strokes=True)
    assert (prepared.inverted, prepared.centred) == (False, False)
    assert (prepared.pixels[0] == pixels).all()


def test_the_choice_is_the_visitor_s() -> None:
    prepared = prepare(digit_picture(), (1, 28, 28), strokes=True, invert=False, centre=False)
    assert (prepared.inverted, prepared.centred) == (False, False)
    assert prepared.pixels[0, 0, 0] == 255
    assert prepare(digit_picture(), (1, 28, 28), invert=True).inverted


def test_photographs_are_neither_inverted_nor_centred() -> None:
    prepared = prepare(photo(size=(60, 40)), (3, 32, 32), centre=True)
    assert (prepared.inverted, prepared.centred) == (False, False)
    assert prepared.pixels.shape == (3, 32, 32)


@pytest.mark.parametrize("paper", [0, 255])
def test_a_blank_sheet_is_prepared_too(paper: int) -> None:
    blank = Image.new("L", (50, 70), paper)
    assert prepare(blank, (1, 28, 28), strokes=True).pixels.max() == 0


def test_an_evenly_grey_sheet_is_prepared_too() -> None:
    prepared = prepare(Image.new("L", (50, 70), 200), (1, 28, 28), strokes=True)
    assert prepared.inverted
    assert prepared.pixels.max() == 55


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (3, 5)])
def test_odd_sizes_are_prepared_too(size: tuple[int, int]) -> None:
    assert prepare(photo(size=size), (1, 8, 8), strokes=True).pixels.shape == (1, 8, 8)


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


def test_unevenly_lit_paper_becomes_black_around_the_ink() -> None:
    light = np.linspace(250, 170, 120)[None].repeat(120, 0)  # a lamp at the left
    light[10:70, 20:32] = 40
    prepared = prepare(Image.fromarray(light.astype(np.uint8)), (1, 28, 28), strokes=True)
    ink = prepared.pixels[0] > 128
    assert np.flatnonzero(ink.any(1)).tolist() == list(range(4, 24))  # 20 of 28, in the middle
    assert prepared.pixels[0][:, :8].max() == 0
    assert prepared.pixels[0][:, 20:].max() == 0


def test_the_grain_of_a_blank_sheet_is_not_stretched() -> None:
    grain = np.random.default_rng(0).integers(225, 240, (60, 60), np.uint8)
    prepared = prepare(Image.fromarray(grain), (1, 28, 28), strokes=True)
    assert prepared.inverted
    assert prepared.pixels.max() < 40
