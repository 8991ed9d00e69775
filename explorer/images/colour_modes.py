"""Conversion of every mode and colour space that Pillow opens to an upright picture in mode L or RGB.

Peak memory is about twice that of the decoded picture.
"""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import ExifTags, Image

from explorer.images.tones import (
    STRIP_PIXELS,
    Tones,
    eight_bits,
    has_transparency,
    is_deep,
    own_tones,
    strips,
)

DECODE_ERRORS = (  # exceptions that Pillow may raise for damaged bytes
    OSError, ValueError, TypeError, LookupError, ArithmeticError, RuntimeError, SyntaxError, EOFError, MemoryError,
    struct.error,
)  # fmt: skip
MAX_PROFILE_BYTES = 4 * 2**20
AVERAGED = ("L", "RGB", "CMYK", "YCbCr", "LAB", "I", "F")  # modes in which the mean of pixels is their mean colour
EXIF_TRANSPOSES = {  # the inverse of each value of EXIF's orientation tag
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decoded_upright(image: Image.Image, max_side: int | None, tones: Tones) -> tuple[Image.Image, Tones]:
    """Decode an opened picture: reduced to ``max_side`` pixels, in ``tones``, in sRGB, turned by its EXIF tag.

    Returns also the tones that it is in, with what was left open decided.
    """
    factor = 1
    if max_side is not None:
        image.draft(None, (max_side, max_side))  # a JPEG is then decoded at 1/2, 1/4 or 1/8
        factor = max(1, max(image.size) // (2 * max_side))
    image.load()
    turn = EXIF_TRANSPOSES.get(orientation(image))
    used = own_tones(image, tones)
    picture = in_srgb(reduced(image, factor, used), image.info.get("icc_profile"))
    if tones.white < 255:
        picture = picture.point(lambda value: min(255, round(value * 255 / tones.white)))
    if max_side is not None:
        picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return (picture if turn is None else picture.transpose(turn)), used


def orientation(image: Image.Image) -> int:
    """EXIF orientation of a loaded picture; 1 (upright) where there is none that can be read."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation)
    except DECODE_ERRORS:
        return 1
    return value if isinstance(value, int) else 1


def reduced(image: Image.Image, factor: int, tones: Tones) -> Image.Image:
    """A copy in mode L, RGB or CMYK, each pixel the mean of ``factor`` x ``factor``.

    Converted in strips where the whole picture would otherwise be held in memory in another mode.
    """
    if factor == 1:
        return flatten(image, tones)
    if image.mode in AVERAGED and "transparency" not in image.info:
        return flatten(image.reduce(factor), tones)
    height = max(1, STRIP_PIXELS // (image.width * factor)) * factor
    parts = [flatten(strip, tones).reduce(factor) for strip in strips(image, height)]
    whole = Image.new(parts[0].mode, (parts[0].width, sum(part.height for part in parts)))
    for i, part in enumerate(parts):
        whole.paste(part, (0, i * height // factor))
    return whole


def flatten(image: Image.Image, tones: Tones) -> Image.Image:
    """Convert any Pillow mode to L, RGB or CMYK, in the ``own_tones`` of the picture."""
    if is_deep(image):
        return Image.fromarray(eight_bits(np.asarray(image), tones.floats if image.mode == "F" else tones.integers))
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "LAB":
        return from_lab(image)
    if has_transparency(image):
        ground = Image.new("RGBA", image.size, tones.ground or "white")
        return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")
    return image.copy() if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def from_lab(image: Image.Image) -> Image.Image:
    """CIE Lab to sRGB through Pillow's colour management."""
    from PIL import ImageCms

    turned = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert turned is not None
    return turned


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to mode L or RGB by the embedded ICC profile; a damaged profile is ignored."""
    from PIL import ImageCms

    if profile and len(profile) <= MAX_PROFILE_BYTES and image.mode != "L":
        try:
            source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
            assert turned is not None
            return turned
        except (ImageCms.PyCMSError, *DECODE_ERRORS):
            pass  # approximate colours are better than no picture
    return image.convert("RGB") if image.mode == "CMYK" else image
