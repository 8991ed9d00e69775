"""Reading of image files into pictures or pixels, and encoding of pixels as PNG.

Uploads are hostile until checked: the type is determined by content, size and pixel limits hold before decoding.
Pixels are uint8 arrays [C, H, W]; grey has C = 1, colour C = 3.
"""

from __future__ import annotations

import base64
import importlib
import io
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.images.colour_modes import DECODE_ERRORS, decoded_upright
from explorer.images.tones import Tones, Traits, has_transparency, is_deep, opening_notes, traits_of

Pixels = NDArray[np.uint8]

MAX_BYTES = 32 * 2**20
MAX_PIXELS = 64_000_000
LOWER_PIXEL_LIMITS = {  # by format, mode or decoder: those that need more than 500 MB of memory or 2 s at MAX_PIXELS
    "WEBP": 24_000_000,  # the decoder holds the picture four times
    "AVIF": 24_000_000, "JPEG2000": 8_000_000,
    "TIFF": 48_000_000,  # turned after it was decoded
    "CMYK": 48_000_000,  # a progressive JPEG of four bands
    "bmp_rle": 1_000_000, "ppm": 1_000_000, "ppm_plain": 1_000_000,  # written in Python
}  # fmt: skip
MAX_SIDE = 1024  # pixels; longer pictures are reduced to this, far above the resolution of any model here
MAX_SCANS = 30  # of a progressive JPEG; encoders make some ten, each costs a pass over all pixels
MAX_READS_OPENING, MAX_READS = 10_000, 1_000_000  # of a file's head, of all: Pillow reads a chunk or a tag at a time
MAX_NAME_LENGTH = 80  # characters
ZERO_WIDTH_JOINER, REPLACEMENT = "\N{ZERO WIDTH JOINER}", "\N{REPLACEMENT CHARACTER}"  # the first stands within emoji
READABLE = "PNG, JPEG, WebP, AVIF, BMP, GIF, TIFF or JPEG 2000"
# An MPO is opened as the JPEG it begins with.
FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "BMP", "GIF", "TIFF", "PPM", "JPEG2000")
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
OWN_TONES = Tones()
NOTES = "opening notes"  # key of a picture's ``info``


def open_image(
    source: bytes | Path, name: str = "", max_side: int | None = MAX_SIDE, tones: Tones = OWN_TONES
) -> Image.Image:
    """Decode a picture to mode L or RGB: first frame, turned by its EXIF tag, in sRGB, without transparency.

    Parameters
    ----------
    name : file name used in error messages.
    max_side : pixels; a picture with a longer side is reduced to it, decoded at low resolution where the format can.
    tones : the conversion to 8 bits, as decided for a set of images; by default by the picture itself.

    Raises
    ------
    ExplorerError
        If the file is empty, too large, not an image or damaged; the message names the file.
    """
    with opened(source, name) as image:
        picture, used = decoded_upright(image, max_side, tones)
        picture.info[NOTES] = opening_notes(image, used, has_more_pages(image))
        return picture


def picture_notes(picture: Image.Image) -> tuple[str, ...]:
    """What was done to open a picture that its file leaves open, in sentences; of other pictures nothing."""
    notes: tuple[str, ...] = picture.info.get(NOTES, ())
    return notes


def image_traits(content: bytes, name: str) -> Traits:
    """Size, further pages and range of values of a picture, decoded only where its mode asks for that.

    Raises ExplorerError as ``open_image`` does.
    """
    with opened(content, name) as image:
        decoded = is_deep(image) or has_transparency(image)
        if decoded:
            image.load()
        traits = traits_of(image) if decoded else Traits(image.size)
        return replace(traits, pages=has_more_pages(image))


def has_more_pages(image: ImageFile.ImageFile) -> bool:
    """Whether a second page or frame can be read."""
    try:
        image.seek(1)
    except DECODE_ERRORS:
        return False
    return True


@contextmanager
def opened(source: bytes | Path, name: str) -> Iterator[ImageFile.ImageFile]:
    """The file as an image whose head was read and checked, to be decoded within; ExplorerError as ``open_image``."""
    name = readable_name(name or (source.name if isinstance(source, Path) else "The upload"))
    content = checked_bytes(source, name)
    reader = BudgetedBytes(content, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata and of large pictures; both are handled
            with Image.open(reader, formats=formats_for(content, name)) as image:
                check_pixels(image, name)
                if image.format == "JPEG":
                    check_scans(content, name)
                reader.reads_left = MAX_READS
                yield image
    except Image.DecompressionBombError as error:
        raise too_many_pixels(name) from error
    except UnidentifiedImageError as error:
        raise no_image(content, name) from error
    except DECODE_ERRORS as error:
        text = _("{name} is damaged or cut off.").format(name=name)
        raise ExplorerError(text, _("Save it again, or choose another file.")) from error


def formats_for(content: bytes, name: str) -> tuple[str, ...]:
    """The formats that such a file may be in."""
    if Path(name).suffix.lower() == ".tga":  # a format that its content does not tell
        return (*FORMATS, "TGA")
    return (*FORMATS, "HEIF") if is_heic(content) and takes_heic() else FORMATS


def is_heic(content: bytes) -> bool:
    """Whether the file is a HEIC or HEIF picture, by its first box (ISO/IEC 23008-12)."""
    return content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS


@cache
def takes_heic() -> bool:
    """Make Pillow read HEIC through the package pillow-heif; whether it is installed."""
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError:
        return False
    return True


def no_image(content: bytes, name: str) -> ExplorerError:
    """The error for content in no known format."""
    if is_heic(content) and not takes_heic():
        return ExplorerError(
            _("{name} is a HEIC picture, which needs the package pillow-heif.").format(name=name),
            _("Run 'pip install pillow-heif', or save the picture as JPEG."),
        )
    return ExplorerError(
        _("{name} is not an image that can be read.").format(name=name),
        _("Choose a {formats} file.").format(formats=READABLE),
    )


class BudgetedBytes(io.BytesIO):
    """A file's bytes with a budget of reads: a parser that crafted offsets send in circles is cut off."""

    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(content)
        self.name = name
        self.reads_left, self.bytes_left = MAX_READS_OPENING, 4 * len(content) + 2**20

    def read(self, size: int | None = -1, /) -> bytes:
        """As ``io.BytesIO.read``; ExplorerError once the budget is spent."""
        piece = super().read(size)
        self.reads_left -= 1
        self.bytes_left -= len(piece)
        if min(self.reads_left, self.bytes_left) < 0:
            raise unusual_encoding(self.name)
        return piece


def checked_bytes(source: bytes | Path, name: str) -> bytes:
    """The file's content; ExplorerError if it is empty or larger than ``MAX_BYTES``."""
    size = len(source) if isinstance(source, bytes) else file_size(source)
    if size == 0:
        text = _("{name} is empty (0 bytes).").format(name=name)
        raise ExplorerError(text, _("Choose a {formats} file.").format(formats=READABLE))
    if size > MAX_BYTES:
        raise ExplorerError(
            _("{name} has {megabytes:.0f} MB.").format(name=name, megabytes=size / 2**20),
            _("At most {megabytes} MB are taken.").format(megabytes=MAX_BYTES // 2**20),
        )
    return source if isinstance(source, bytes) else read_bytes(source)


def read_bytes(path: Path) -> bytes:
    """The file's content; ExplorerError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def readable_name(name: str) -> str:
    """A file's name on one line: unprintable characters replaced, a long name shortened in its middle."""
    name = "".join(letter if letter.isprintable() or letter == ZERO_WIDTH_JOINER else REPLACEMENT for letter in name)
    name = name.strip() or "(no name)"
    return name if len(name) <= MAX_NAME_LENGTH else f"{name[: MAX_NAME_LENGTH - 21]}…{name[-20:]}"


def file_size(path: Path) -> int:
    """Size of a file in bytes; ExplorerError if it is missing or unreadable."""
    try:
        with path.open("rb"):
            return path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> ExplorerError:
    """The error for a file that cannot be opened."""
    return ExplorerError(
        _("{name} could not be read: {strerror}.").format(name=readable_name(path.name), strerror=error.strerror),
        _("Check its path and rights."),
    )


def check_pixels(image: Image.Image, name: str) -> None:
    """Raise ExplorerError, before decoding, for a picture that needs too much memory or time."""
    assert isinstance(image, ImageFile.ImageFile)
    traits = (str(image.format), image.mode, *(tile[0] for tile in image.tile[:1]))
    limit = min(LOWER_PIXEL_LIMITS.get(trait, MAX_PIXELS) for trait in traits)
    if image.width * image.height > limit:
        raise too_many_pixels(name, f" ({image.width:,} x {image.height:,})", limit)


def too_many_pixels(name: str, size: str = "", limit: int = MAX_PIXELS) -> ExplorerError:
    """The error for a picture over the pixel limit."""
    return ExplorerError(
        _("{name} has too many pixels{size}.").format(name=name, size=size),
        _("At most {millions} million are taken; shrink it first.").format(millions=limit // 10**6),
    )


def check_scans(content: bytes, name: str) -> None:
    """Raise ExplorerError for a progressive JPEG of more than ``MAX_SCANS`` scans, each a pass over all pixels."""
    if content.count(b"\xff\xda") > MAX_SCANS:
        raise unusual_encoding(name)


def unusual_encoding(name: str) -> ExplorerError:
    """The error for a file that is valid but encoded as no camera or common program does."""
    return ExplorerError(
        _("{name} is packed in an unusual way.").format(name=name), _("Save it again with another program.")
    )


def to_pixels(image: Image.Image, shape: tuple[int, int, int], fit: str = "crop") -> Pixels:
    """Pixels [C, H, W] of a picture in grey or RGB, resized (Lanczos).

    With the ``fit`` "crop" it is cut to the middle of the shape's aspect ratio; with "pad" it is whole, between margins
    of the colour of its border.
    """
    channels, height, width = shape
    if fit == "pad":
        image = image.convert("L" if channels == 1 else "RGB")
        image = ImageOps.pad(image, (width, height), Image.Resampling.LANCZOS, border_colour(image))
    else:
        image = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    array = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    return array[None].copy() if channels == 1 else array.transpose(2, 0, 1).copy()


def border_colour(image: Image.Image) -> tuple[int, ...] | int:
    """The median of the outermost pixels of a picture in mode L or RGB, in each band."""
    array = np.asarray(image)
    border = np.concatenate([array[0], array[-1], array[:, 0], array[:, -1]])  # [pixels] or [pixels, 3]
    colour = np.median(border, axis=0).round().astype(int).tolist()
    return tuple(colour) if isinstance(colour, list) else colour


def shrink(image: Image.Image, longest: int) -> Image.Image:
    """A copy of at most ``longest`` pixels on its long side; never enlarged."""
    image = image.copy()
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return image


def as_array(image: Image.Image) -> Pixels:
    """Pixels [C, H, W] of a picture in mode L or RGB."""
    array = np.asarray(image)
    return array[None].copy() if array.ndim == 2 else array.transpose(2, 0, 1).copy()


def to_picture(pixels: Pixels) -> Image.Image:
    """A Pillow picture of [C, H, W]."""
    return Image.fromarray(pixels[0] if pixels.shape[0] == 1 else pixels.transpose(1, 2, 0))


def enlarged(picture: Image.Image, scale: int) -> Image.Image:
    """The picture with each pixel as a square of ``scale`` x ``scale`` (nearest neighbour)."""
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def to_png(pixels: Pixels, scale: int = 1) -> bytes:
    """PNG bytes of pixels [C, H, W], enlarged ``scale`` times (nearest neighbour)."""
    buffer = io.BytesIO()
    enlarged(to_picture(pixels), scale).save(buffer, "PNG")
    return buffer.getvalue()


def read_png(path: Path) -> Pixels:
    """The pixels [C, H, W] of a PNG that ``to_png`` made; ExplorerError unless every byte is as it was written.

    Pillow's decoder stops at the last row, before the checksums that follow; its ``verify`` reads them all.
    """
    content = checked_bytes(path, path.name)
    try:
        Image.open(io.BytesIO(content), formats=("PNG",)).verify()
    except DECODE_ERRORS as error:
        text = _("{name} is damaged or cut off.").format(name=path.name)
        raise ExplorerError(text, _("Restore it, or delete it.")) from error
    return as_array(open_image(content, path.name, max_side=None))


def png_data_url(pixels: Pixels, scale: int = 1) -> str:
    """``to_png`` as a ``data:`` URL."""
    return "data:image/png;base64," + base64.b64encode(to_png(pixels, scale)).decode()


def from_unit(values: NDArray[np.floating]) -> Pixels:
    """Floats in [0, 1] to uint8, rounded."""
    return (np.clip(values, 0, 1) * 255).round().astype(np.uint8)


def grid(pictures: Pixels | Sequence[Pixels], columns: int | None = None, gap: int = 0) -> Pixels:
    """Pictures [N, C, H, W] row by row in one picture [C, rows * H, columns * W]; empty cells are black.

    Parameters
    ----------
    columns : by default the ceiling of the square root of N.
    gap : black pixels between cells.
    """
    stack = np.asarray(pictures)
    n, channels, height, width = stack.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    sheet = np.zeros((channels, rows * (height + gap) - gap, columns * (width + gap) - gap), np.uint8)
    for i, picture in enumerate(stack):
        top, left = i // columns * (height + gap), i % columns * (width + gap)
        sheet[:, top : top + height, left : left + width] = picture
    return sheet
