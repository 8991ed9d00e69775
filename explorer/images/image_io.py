"""From the bytes of an image to a picture or pixels, and from pixels back to picture bytes.

Uploads are hostile until checked: the type is told by content, size and pixel limits hold before decoding.
Pixels are uint8 arrays [C, H, W]; grey has C = 1, colour C = 3.
"""

from __future__ import annotations

import base64
import io
import math
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from explorer.base import ExplorerError
from explorer.images.colour_modes import DAMAGES, upright

Pixels = NDArray[np.uint8]

MAX_BYTES = 32 * 2**20
MAX_PIXELS = 64_000_000
FEWER_PIXELS = {  # by format, mode or decoder: what would need more than 500 MB of memory, or 2 s, at MAX_PIXELS
    "WEBP": 24_000_000,  # the decoder holds the picture four times
    "TIFF": 48_000_000,  # turned after it was decoded
    "CMYK": 48_000_000,  # a progressive JPEG of four bands
    "bmp_rle": 1_000_000, "ppm": 1_000_000, "ppm_plain": 1_000_000,  # written in Python
}  # fmt: skip
MAX_SIDE = 1024  # a picture is brought down to this on its long side; models see far less
MAX_SCANS = 30  # of a progressive JPEG; encoders make some ten, each costs a pass over all pixels
MAX_READS_OPENING, MAX_READS = 10_000, 1_000_000  # of a file's head, of all: Pillow reads a chunk or a tag at a time
MAX_NAME = 80  # letters
JOINER, BOX = "\N{ZERO WIDTH JOINER}", "\N{REPLACEMENT CHARACTER}"  # the first stands within emoji
READABLE = "PNG, JPEG, WebP, BMP, GIF or TIFF"
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")  # an MPO is opened as the JPEG it begins with


def open_image(source: bytes | Path, name: str = "", max_side: int | None = MAX_SIDE) -> Image.Image:
    """Decode a picture to mode L or RGB: first frame, turned by its EXIF tag, in sRGB, on white where transparent.

    Parameters
    ----------
    max_side : pixels; a picture with a longer side is brought down to it, and never decoded larger than need be.

    Raises
    ------
    ExplorerError
        When it is empty, too large, not an image or damaged; the sentence names the file.
    """
    name = readable_name(name or (source.name if isinstance(source, Path) else "The upload"))
    content = checked_bytes(source, name)
    reader = BoundedReader(content, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata and of large pictures; both are handled
            with Image.open(reader, formats=FORMATS) as image:
                check_pixels(image, name)
                if image.format == "JPEG":
                    check_scans(content, name)
                reader.reads_left = MAX_READS
                return upright(image, max_side)
    except Image.DecompressionBombError as error:
        raise too_many_pixels(name) from error
    except UnidentifiedImageError as error:
        raise ExplorerError(f"{name} is not an image that can be read.", f"Choose a {READABLE} file.") from error
    except DAMAGES as error:
        raise ExplorerError(f"{name} is damaged or cut off.", "Save it again, or choose another file.") from error


class BoundedReader(io.BytesIO):
    """A file's bytes, of which a parser that is led in circles, or from one scrap to the next, gets only so much."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name
        self.reads_left, self.bytes_left = MAX_READS_OPENING, 4 * len(content) + 2**20

    def read(self, size: int | None = -1, /) -> bytes:
        """As a file's; ExplorerError when it was read too often."""
        piece = super().read(size)
        self.reads_left -= 1
        self.bytes_left -= len(piece)
        if min(self.reads_left, self.bytes_left) < 0:
            raise odd(self.name)
        return piece


def checked_bytes(source: bytes | Path, name: str) -> bytes:
    """The file's content; ExplorerError when there is nothing in it, or too much to be read."""
    size = len(source) if isinstance(source, bytes) else size_of(source)
    if size == 0:
        raise ExplorerError(f"{name} is empty (0 bytes).", f"Choose a {READABLE} file.")
    if size > MAX_BYTES:
        raise ExplorerError(f"{name} has {size / 2**20:.0f} MB.", f"At most {MAX_BYTES // 2**20} MB are taken.")
    return source if isinstance(source, bytes) else source.read_bytes()


def readable_name(name: str) -> str:
    """A file's name on one line: what cannot be printed becomes a box, what is long loses its middle."""
    name = "".join(letter if letter.isprintable() or letter == JOINER else BOX for letter in name)
    name = name.strip() or "(no name)"
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 21]}…{name[-20:]}"


def size_of(path: Path) -> int:
    """The file's bytes; ExplorerError when it is gone or must not be read."""
    try:
        with path.open("rb"):
            return path.stat().st_size
    except OSError as error:
        raise ExplorerError(
            f"{path.name} could not be read: {error.strerror}.", "Check its path and rights."
        ) from error


def check_pixels(image: Image.Image, name: str) -> None:
    """Refuse before decoding what would not fit in memory, or take too long."""
    assert isinstance(image, ImageFile.ImageFile)
    traits = (str(image.format), image.mode, *(tile[0] for tile in image.tile[:1]))
    limit = min(FEWER_PIXELS.get(trait, MAX_PIXELS) for trait in traits)
    if image.width * image.height > limit:
        raise too_many_pixels(name, f" ({image.width:,} x {image.height:,})", limit)


def too_many_pixels(name: str, size: str = "", limit: int = MAX_PIXELS) -> ExplorerError:
    """The sentence for a picture over the pixel limit."""
    return ExplorerError(
        f"{name} has too many pixels{size}.", f"At most {limit // 10**6} million are taken; shrink it first."
    )


def check_scans(content: bytes, name: str) -> None:
    """Refuse a JPEG that would have its pixels passed over again and again."""
    if content.count(b"\xff\xda") > MAX_SCANS:
        raise odd(name)


def odd(name: str) -> ExplorerError:
    """The sentence for a file that no camera and no program makes."""
    return ExplorerError(f"{name} is packed in an unusual way.", "Save it again with another program.")


def to_pixels(image: Image.Image, shape: tuple[int, int, int]) -> Pixels:
    """Centre-cropped to the shape's proportions, resized and turned grey or RGB: [C, H, W]."""
    channels, height, width = shape
    image = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    array = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    return array[None].copy() if channels == 1 else array.transpose(2, 0, 1).copy()


def shrink(image: Image.Image, longest: int) -> Image.Image:
    """A copy no larger than ``longest`` on its long side; never enlarged."""
    image = image.copy()
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return image


def as_array(image: Image.Image) -> Pixels:
    """[C, H, W] of a picture in mode L or RGB."""
    array = np.asarray(image)
    return array[None].copy() if array.ndim == 2 else array.transpose(2, 0, 1).copy()


def to_picture(pixels: Pixels) -> Image.Image:
    """A Pillow picture of [C, H, W]."""
    return Image.fromarray(pixels[0] if pixels.shape[0] == 1 else pixels.transpose(1, 2, 0))


def enlarged(picture: Image.Image, scale: int) -> Image.Image:
    """Each pixel as a square of ``scale`` x ``scale``."""
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def to_png(pixels: Pixels, scale: int = 1) -> bytes:
    """PNG bytes of [C, H, W], each pixel drawn as ``scale`` x ``scale`` (nearest neighbour)."""
    buffer = io.BytesIO()
    enlarged(to_picture(pixels), scale).save(buffer, "PNG")
    return buffer.getvalue()


def png_address(pixels: Pixels, scale: int = 1) -> str:
    """As ``to_png``, as an address that carries the picture itself."""
    return "data:image/png;base64," + base64.b64encode(to_png(pixels, scale)).decode()


def from_unit(values: NDArray[np.floating]) -> Pixels:
    """Floats in [0, 1] to uint8, rounded."""
    return (np.clip(values, 0, 1) * 255).round().astype(np.uint8)


def grid(pictures: Pixels | Sequence[Pixels], columns: int | None = None, gap: int = 0) -> Pixels:
    """[N, C, H, W] row by row into one picture [C, rows * H, columns * W]; missing cells stay black."""
    stack = np.asarray(pictures)
    n, channels, height, width = stack.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    sheet = np.zeros((channels, rows * (height + gap) - gap, columns * (width + gap) - gap), np.uint8)
    for i, picture in enumerate(stack):
        top, left = i // columns * (height + gap), i % columns * (width + gap)
        sheet[:, top : top + height, left : left + width] = picture
    return sheet
