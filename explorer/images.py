"""From the bytes of an image to what a model sees, and from pixels back to picture bytes.

Uploads are hostile until checked: the type is told by content, size and pixel limits hold before decoding.
Pixels are uint8 arrays [C, H, W]; grey has C = 1, colour C = 3.
"""

from __future__ import annotations

import base64
import io
import math
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from explorer.errors import ExplorerError

Pixels = NDArray[np.uint8]

MAX_BYTES = 32 * 2**20
MAX_PIXELS = 64_000_000
MAX_NAME = 80  # letters
JOINER, BOX = "\N{ZERO WIDTH JOINER}", "\N{REPLACEMENT CHARACTER}"  # the first stands within emoji
LEAST_CONTRAST = 40  # grey levels between paper and ink
READABLE = "PNG, JPEG, WebP, BMP, GIF or TIFF"
DAMAGES = (  # what Pillow may raise for altered bytes
    OSError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, SyntaxError, EOFError, MemoryError,
    struct.error,
)  # fmt: skip
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")  # an MPO is opened as the JPEG it begins with


def open_image(source: bytes | Path, name: str = "") -> Image.Image:
    """Decode a picture to mode L or RGB: first frame, turned by its EXIF tag, on white where transparent.

    Raises
    ------
    ExplorerError
        When it is empty, too large, not an image or damaged; the sentence names the file.
    """
    name = readable_name(name or (source.name if isinstance(source, Path) else "The upload"))
    size = len(source) if isinstance(source, bytes) else size_of(source)
    if size == 0:
        raise ExplorerError(f"{name} is empty (0 bytes).", f"Choose a {READABLE} file.")
    if size > MAX_BYTES:
        raise ExplorerError(f"{name} has {size / 2**20:.0f} MB.", f"At most {MAX_BYTES // 2**20} MB are taken.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata and of large pictures; both are handled
            with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as image:
                check_pixels(image, name)
                return flatten(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise too_many_pixels(name) from error
    except UnidentifiedImageError as error:
        raise ExplorerError(f"{name} is not an image that can be read.", f"Choose a {READABLE} file.") from error
    except DAMAGES as error:
        raise ExplorerError(f"{name} is damaged or cut off.", "Save it again, or choose another file.") from error


def readable_name(name: str) -> str:
    """A file's name on one line: what cannot be printed becomes a box, what is long loses its middle."""
    name = "".join(letter if letter.isprintable() or letter == JOINER else BOX for letter in name) or "(no name)"
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
    """Refuse before decoding what would not fit in memory."""
    if image.width * image.height > MAX_PIXELS:
        raise too_many_pixels(name, f" ({image.width:,} x {image.height:,})")


def too_many_pixels(name: str, size: str = "") -> ExplorerError:
    """The sentence for a picture over the pixel limit."""
    return ExplorerError(
        f"{name} has too many pixels{size}.", f"At most {MAX_PIXELS // 10**6} million are taken; shrink it first."
    )


def flatten(image: Image.Image) -> Image.Image:
    """Any Pillow mode to L or RGB."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(eight_bits(np.asarray(image, dtype=np.float64), image.mode))
    if image.mode == "1":
        return image.convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    if image.mode == "LAB":
        return from_lab(image)
    if image.mode == "L":
        return image.copy()
    return image.convert("RGB")


def eight_bits(values: NDArray[np.float64], mode: str) -> Pixels:
    """16-bit integers by their full range; floats by their own smallest and largest value."""
    if mode != "F" and values.max(initial=0) <= 65535 and values.min(initial=0) >= 0:
        scaled = values / 257
    else:
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        scaled = (values - low) / (high - low or 1) * 255
    return np.nan_to_num(scaled).round().clip(0, 255).astype(np.uint8)


def from_lab(image: Image.Image) -> Image.Image:
    """CIE Lab to sRGB through Pillow's colour management."""
    from PIL import ImageCms

    turned = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert turned is not None
    return turned


def square(image: Image.Image) -> Image.Image:
    """The largest centred square."""
    return ImageOps.fit(image, (min(image.size),) * 2)


def to_pixels(image: Image.Image, shape: tuple[int, int, int]) -> Pixels:
    """Centre-cropped to the shape's proportions, resized and turned grey or RGB: [C, H, W]."""
    channels, height, width = shape
    image = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    array = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    return array[None].copy() if channels == 1 else array.transpose(2, 0, 1).copy()


@dataclass(frozen=True)
class Step:
    """One stage between an upload and what the model sees."""

    title: str
    picture: Pixels


@dataclass(frozen=True)
class Prepared:
    """What the model sees, how it came about, and what was decided on the way."""

    pixels: Pixels
    steps: tuple[Step, ...]
    inverted: bool
    centred: bool


def prepare(
    image: Image.Image,
    shape: tuple[int, int, int],
    strokes: bool = False,
    invert: bool | None = None,
    centre: bool | None = None,
) -> Prepared:
    """An opened picture as the model's input.

    Parameters
    ----------
    strokes : the model knows light strokes on black (digits); only then something is chosen automatically.
    invert, centre : None chooses: inverted where the border is bright, centred where the picture
        does not already have the model's own size.
    """
    side = shape[2]
    steps = [Step("original", as_array(shrink(image, 512)))]
    native = image.size == (shape[2], shape[1])
    work = shrink(square(image), max(8 * side, 256)) if not native else image
    if not native:
        steps.append(Step("square crop", as_array(work)))
    if shape[0] == 1:
        work = work.convert("L")
    invert = (strokes and border_is_bright(work)) if invert is None else invert
    if invert:
        work = ImageOps.invert(work)
        if strokes:
            work = ink_alone(work)
        steps.append(Step("inverted", as_array(work)))
    centre = shape[0] == 1 and ((strokes and not native) if centre is None else centre)
    pixels = centre_by_mass(work, side) if centre else to_pixels(work, shape)
    steps.append(Step(f"{side} x {shape[1]}" + (", centred" if centre else ""), pixels))
    return Prepared(pixels, tuple(steps), invert, centre)


def ink_alone(image: Image.Image) -> Image.Image:
    """Light strokes on black: paper is never quite white, and seldom evenly lit.

    Otsu's threshold (1979) parts ink from paper; the paper's brightest becomes black, the ink's median white.
    """
    grey = np.asarray(image, dtype=np.float64)
    threshold = otsu(grey)
    paper, ink = grey[grey <= threshold], grey[grey > threshold]
    if len(ink) == 0 or len(paper) == 0 or np.median(ink) - np.median(paper) < LEAST_CONTRAST:
        return image  # a blank sheet; stretching would only show its grain
    black, white = np.percentile(paper, 98), np.median(ink)
    return Image.fromarray(((grey - black) / (white - black) * 255).round().clip(0, 255).astype(np.uint8))


def otsu(grey: NDArray[np.float64]) -> float:
    """The level that parts grey values into two groups with the largest variance between them."""
    counts = np.bincount(grey.astype(np.uint8).ravel(), minlength=256)
    below = counts.cumsum()  # pixels up to each level
    above = below[-1] - below
    total = (counts * np.arange(256)).cumsum()
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (total / below - (total[-1] - total) / above) ** 2
    return float(np.nan_to_num(between).argmax())


def border_is_bright(image: Image.Image) -> bool:
    """Whether the frame of the picture is lighter than middle grey."""
    grey = np.asarray(image.convert("L"))
    frame = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return float(np.median(frame)) > 127


def centre_by_mass(image: Image.Image, side: int) -> Pixels:
    """As MNIST was made: the ink's box to 20/28 of the side, its centre of mass to the middle (LeCun et al. 1998)."""
    grey = np.asarray(image.convert("L"))
    rows, columns = np.nonzero(grey > max(48, int(grey.max()) // 3))
    if len(rows) == 0:
        return to_pixels(image, (1, side, side))
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    ink = image.convert("L").crop(box)
    scale = side * 20 / 28 / max(ink.size)
    ink = ink.resize([max(1, round(length * scale)) for length in ink.size], Image.Resampling.LANCZOS)
    weights = np.asarray(ink, dtype=np.float64) + 1e-9
    middle_x = float((weights.sum(0) * (np.arange(ink.width) + 0.5)).sum() / weights.sum())
    middle_y = float((weights.sum(1) * (np.arange(ink.height) + 0.5)).sum() / weights.sum())
    canvas = Image.new("L", (side, side))
    canvas.paste(ink, (round(side / 2 - middle_x), round(side / 2 - middle_y)))
    return np.asarray(canvas)[None].copy()


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
