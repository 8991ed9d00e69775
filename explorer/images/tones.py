"""How stored values become 8-bit tones: the range that is shown from black to white, and the ground of transparency.

What is decided for a whole set of images is the same for each of them, so that their brightness can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.base.languages import N_

Range = tuple[float, float]

STRIP_PIXELS = 4_000_000  # looked at, or converted to another mode, at once
BIT_DEPTHS = (1, 8, 10, 12, 14, 16)  # of cameras, scanners and masks
NEARLY_WHITE = 230  # mean luminance of what is drawn, 0 to 255, above which white beneath it would hide it
DARK = 16  # 8-bit images without a value from here on are masks or labels, all black to the eye


@dataclass(frozen=True)
class Tones:
    """The conversion of one image, or of all images of a set; None lets each image decide.

    Attributes
    ----------
    integers : the values shown black and white in images of more than 8 bits; None: 0 and the largest value of the
        smallest usual bit depth that holds the image's values, or the image's own range where it has negative ones.
    floats : likewise of images of floating-point values; None: 0 and 1, or the image's own range where that is wider.
    ground : the colour beneath transparent pixels; None: white, or black where nearly white is drawn.
    white : the value shown white in images of 8 bits.
    """

    integers: Range | None = None
    floats: Range | None = None
    ground: str | None = None
    white: int = 255


@dataclass(frozen=True)
class Traits:
    """What the tones of a set are decided by, of one image.

    Attributes
    ----------
    size : width and height, pixels.
    pages : whether more pages or frames follow the first.
    integers, floats : smallest and largest finite value, where the image has more than 8 bits.
    drawn : sum of opacity times luminance, and sum of opacity (0 to 255 each), where pixels are transparent.
    """

    size: tuple[int, int]
    pages: bool = False
    integers: Range | None = None
    floats: Range | None = None
    drawn: Range | None = None


def is_deep(image: Image.Image) -> bool:
    """Whether the image has more than 8 bits a channel."""
    return image.mode in ("I", "F") or image.mode.startswith("I;")


def has_transparency(image: Image.Image) -> bool:
    """Whether the image has an alpha channel or a transparent colour; the A of Lab is none."""
    return bool(image.has_transparency_data)


def traits_of(image: Image.Image, pages: bool = False) -> Traits:
    """The traits of a decoded image."""
    traits = Traits(image.size, pages)
    if image.mode == "F":
        return replace(traits, floats=extremes(image))
    if is_deep(image):
        return replace(traits, integers=extremes(image))
    return replace(traits, drawn=drawn_light(image)) if has_transparency(image) else traits


def strips(image: Image.Image, height: int | None = None) -> Iterable[Image.Image]:
    """The image in strips of ``height`` rows, by default of about ``STRIP_PIXELS``."""
    height = height or max(1, STRIP_PIXELS // image.width)
    for top in range(0, image.height, height):
        yield image.crop((0, top, image.width, min(top + height, image.height)))


def extremes(image: Image.Image) -> Range | None:
    """The smallest and largest finite value; None without any."""
    found = [values[np.isfinite(values)] for values in (np.asarray(strip) for strip in strips(image))]
    ranges = [(float(values.min()), float(values.max())) for values in found if len(values)]
    return (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None


def drawn_light(image: Image.Image) -> Range | None:
    """Sum of opacity times luminance, and sum of opacity; None where no pixel is transparent."""
    light = opacity = 0.0
    opaque = True
    for strip in strips(image):
        coloured = strip.convert("RGBA")
        alpha = np.asarray(coloured.getchannel("A"), np.float64)
        light += float((alpha * np.asarray(coloured.convert("L"))).sum())
        opacity += float(alpha.sum())
        opaque = opaque and bool((alpha == 255).all())
    return None if opaque else (light, opacity)


def tones_of_set(traits: Iterable[Traits]) -> Tones:
    """The tones for all images of a set: the whole range of its values, and one ground beneath transparency."""
    known = list(traits)
    drawn = [each.drawn for each in known if each.drawn]
    return Tones(
        united(each.integers for each in known), united(each.floats for each in known), ground_for(drawn) or "white"
    )


def united(ranges: Iterable[Range | None]) -> Range | None:
    """The smallest range that holds all; None for none."""
    known = [each for each in ranges if each]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def ground_for(drawn: Iterable[Range]) -> str | None:
    """The ground that what is drawn can be seen on; None where nothing is."""
    light, opacity = (sum(column) for column in zip((0.0, 0.0), *drawn, strict=True))
    if not opacity:
        return None
    return "black" if light / opacity > NEARLY_WHITE else "white"


def own_tones(image: Image.Image, tones: Tones) -> Tones:
    """The tones of one decoded image, with what ``tones`` leaves open decided by the image itself."""
    if not is_deep(image) and not (has_transparency(image) and tones.ground is None):
        return tones
    traits = traits_of(image)
    return replace(
        tones,
        integers=tones.integers or usual_integers(traits.integers),
        floats=tones.floats or usual_floats(traits.floats),
        ground=tones.ground or ground_for([traits.drawn] if traits.drawn else []),
    )


def usual_integers(own: Range | None) -> Range | None:
    """The range of the smallest usual bit depth that holds the values; their own range where none does."""
    if own is None or own[0] < 0:
        return own
    return next(((0.0, 2.0**bits - 1) for bits in BIT_DEPTHS if own[1] < 2**bits), own)


def usual_floats(own: Range | None) -> Range | None:
    """0 to 1 for values within; otherwise their own range."""
    return (0.0, 1.0) if own and own[0] >= 0 and own[1] <= 1 else own


def eight_bits(values: NDArray[np.generic], shown: Range | None) -> NDArray[np.uint8]:
    """Values scaled so that ``shown`` becomes 0 and 255, clipped and rounded; what is no number becomes 0."""
    low, high = shown or (0.0, 1.0)
    scaled = (values.astype(np.float64) - low) / (high - low or 1) * 255
    return np.nan_to_num(scaled, posinf=255, neginf=0).round().clip(0, 255).astype(np.uint8)


def opening_notes(image: Image.Image, used: Tones, pages: bool) -> tuple[str, ...]:
    """What was done to open an image of these tones, where its file leaves it open, in sentences."""
    notes = []
    if is_deep(image) and (shown := used.floats if image.mode == "F" else used.integers):
        notes.append(
            N_("Values from {low:g} to {high:g} are shown as black to white.").format(low=shown[0], high=shown[1])
        )
    if has_transparency(image) and used.ground == "black":
        notes.append(N_("Transparent pixels are laid on black, since what is drawn is nearly white."))
    if pages:
        notes.append(N_("Of several pages or frames this is the first."))
    return tuple(notes)
