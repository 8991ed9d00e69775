"""Any mode and colour space that Pillow opens, to an upright picture in mode L or RGB.

A picture of the largest size that is taken fits twice into the memory that it may need, and no more often.
"""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

DAMAGES = (  # what Pillow may raise for altered bytes
    OSError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, SyntaxError, EOFError, MemoryError,
    struct.error,
)  # fmt: skip
MAX_PROFILE_BYTES = 4 * 2**20
STRIP_PIXELS = 4_000_000  # brought to another mode at once
AVERAGED = ("L", "RGB", "CMYK", "YCbCr", "LAB", "I", "F")  # modes in which the mean of pixels is their mean colour
TURNS = {  # what undoes each value of EXIF's orientation tag
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, max_side: int | None) -> Image.Image:
    """An opened picture decoded, brought down, flattened and turned."""
    factor = 1
    if max_side is not None:
        image.draft(None, (max_side, max_side))  # a JPEG is then decoded at 1/2, 1/4 or 1/8
        factor = max(1, max(image.size) // (2 * max_side))
    image.load()
    turn = TURNS.get(orientation(image))
    picture = in_srgb(reduced(image, factor), image.info.get("icc_profile"))
    if max_side is not None:
        picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return picture if turn is None else picture.transpose(turn)


def orientation(image: Image.Image) -> int:
    """EXIF's tag of a loaded picture; 1, upright, where it has none that can be read."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation)
    except DAMAGES:
        return 1
    return value if isinstance(value, int) else 1


def reduced(image: Image.Image, factor: int) -> Image.Image:
    """A copy in mode L, RGB or CMYK, each pixel the mean of ``factor`` x ``factor``; strip by strip where the whole
    would have to be held in memory in another mode."""
    if factor == 1:
        return flatten(image)
    if image.mode in AVERAGED and "transparency" not in image.info:
        return flatten(image.reduce(factor))
    height = max(1, STRIP_PIXELS // (image.width * factor)) * factor
    tops = range(0, image.height, height)
    boxes = [(0, top, image.width, min(top + height, image.height)) for top in tops]
    strips = [flatten(image.crop(box)).reduce(factor) for box in boxes]
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for i, strip in enumerate(strips):
        whole.paste(strip, (0, i * height // factor))
    return whole


def flatten(image: Image.Image) -> Image.Image:
    """Any Pillow mode to L, RGB or CMYK."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(eight_bits(np.asarray(image, dtype=np.float32), image.mode))
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "LAB":
        return from_lab(image)
    if "A" in image.getbands() or "transparency" in image.info:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.copy() if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def eight_bits(values: NDArray[np.float32], mode: str) -> NDArray[np.uint8]:
    """16-bit integers by their full range; others by their own smallest and largest value."""
    known = values[np.isfinite(values)]
    low, high = float(known.min(initial=0)), float(known.max(initial=0))
    if mode != "F" and low >= 0 and high <= 65535:
        low, high = 0, 65535
    elif len(known):
        low, high = float(known.min()), float(known.max())
    scaled = (values.astype(np.float64) - low) / (high - low or 1) * 255
    return np.nan_to_num(scaled, posinf=255, neginf=0).round().clip(0, 255).astype(np.uint8)


def from_lab(image: Image.Image) -> Image.Image:
    """CIE Lab to sRGB through Pillow's colour management."""
    from PIL import ImageCms

    turned = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert turned is not None
    return turned


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A picture in mode L or RGB, by the colour profile that it carries; as without one where that is broken."""
    from PIL import ImageCms

    if profile and len(profile) <= MAX_PROFILE_BYTES and image.mode != "L":
        try:
            source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
            assert turned is not None
            return turned
        except (ImageCms.PyCMSError, *DAMAGES):
            pass  # colours as the camera meant them are better, but any will do
    return image.convert("RGB") if image.mode == "CMYK" else image
