"""Ink on photographed paper: the light evened, ink told from paper, one sign of it kept, thin strokes widened.

Lengths are shares of the picture's shorter side where nothing else is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from explorer.images import shrink

Field = NDArray[np.float64]  # one number a pixel, [H, W]
Mask = NDArray[np.bool_]  # [H, W]

WINDOW = 0.3  # wider than any stroke, so that paper is seen in it
SMOOTHED = 0.004  # sd by which grain is smoothed before paper and strokes are looked for
COLOURED = 0.15  # saturation of paper from which its colours are looked at one by one
LEAST_DARKNESS = 0.12  # of ink: the share of the paper's light that it takes
INK_AREA = 0.002  # share of the picture that is as dark as ink, where there is any
FAINTEST = 0.5  # of the ink's darkness: what is lighter is a line of the paper, a crease or noise
SOFT_EDGE = 2  # pixels around the strokes in which they fade
SURE = 0.75  # of the darkness after smoothing: some of each stroke is as dark
SPECK = 0.05  # of the sign's size: smaller parts are dirt
BORDER = 0.01  # parts as near to the border as this are a shadow or the table, where there are others
MIDDLE = 0.35  # sd of the distance from the middle at which a sign is expected
SMALL = 0.6  # of the sign's size: smaller parts belong to it if they are as near as ``GAP``
FLAT = 0.5  # height to width of horizontal strokes, which belong to it as the bar of a five does
GAP = 0.25  # of the sign's size
TOUCHING = 0.12  # of the sign's size: as near as this all parts belong to it that are not side by side
SHARED = 0.5  # of the smaller extent: from which overlap on parts stand side by side, or one over the other
THIN = 0.09  # of the sign's longer side: narrower strokes are widened to it; MNIST's are about 0.12 wide
AROUND = 0.5  # of what is taken for a pixel's surroundings, to see whether ink is dark
EYE = 64  # pixels; to which a picture is reduced for that, and to see whether it is coloured


@dataclass(frozen=True)
class Ink:
    """How dark each pixel is, from 0 for paper to 1 for ink, and which of them are strokes."""

    darkness: Field
    strokes: Mask


def ink_is_dark(image: Image.Image) -> bool:
    """Whether what stands out from its surroundings is darker than they are, as ink on paper however dim."""
    from scipy import ndimage

    grey = np.asarray(shrink(image.convert("L"), EYE), dtype=np.float64)
    around = ndimage.median_filter(grey, max(3, round(AROUND * min(grey.shape))), mode="nearest")
    darker, lighter = (float(np.quantile(excess, 1 - INK_AREA)) for excess in (around - grey, grey - around))
    return darker > lighter and darker > LEAST_DARKNESS * float(np.median(around))


def evened(image: Image.Image, dark_ink: bool) -> Image.Image:
    """The picture in grey levels as under even light: the paper white, or black where the ink is light.

    The local paper is a morphological closing: the brightest that is seen across a window wider than any stroke. It
    keeps the edges of shadows, which an average would smear. The picture is divided by it. On coloured paper the band
    is taken in which the ink stands out most.
    """
    bands = [image.convert("L"), *(image.split() if is_coloured(image) else ())]
    light = (np.asarray(band if dark_ink else ImageOps.invert(band), dtype=np.float64) for band in bands)
    missing = max((taken(band) for band in light), key=distinctness)
    levels = 255 * (1 - missing if dark_ink else missing)
    return Image.fromarray(levels.round().astype(np.uint8))


def is_coloured(image: Image.Image) -> bool:
    """Whether most of a picture is of a colour."""
    if image.mode != "RGB":
        return False
    pixels = np.asarray(shrink(image, EYE), dtype=np.float64)
    return float(np.median(1 - pixels.min(2) / np.maximum(pixels.max(2), 1))) > COLOURED


def taken(band: Field) -> Field:
    """The share of the local paper's light that each pixel lacks, from 0 on paper to 1."""
    from scipy import ndimage

    side = min(band.shape)
    smooth = ndimage.gaussian_filter(band, SMOOTHED * side)
    paper = ndimage.grey_closing(smooth, 2 * [max(3, round(WINDOW * side))], mode="nearest")
    share = band / np.maximum(paper, 1)
    lacking: Field = 1 - share / max(float(np.median(share)), 0.01)  # the closing lies on top of the paper's grain
    return lacking.clip(0, 1)


def distinctness(darkness: Field) -> float:
    """How far ink stands out from the paper's grain."""
    return ink_level(darkness) / (float(np.quantile(darkness, 0.75)) + 0.02)


def ink_level(darkness: Field) -> float:
    """The darkness of the darkest pixels, of ink where there is any."""
    return float(np.quantile(darkness, 1 - INK_AREA))


def ink_of(image: Image.Image, faintest: float = FAINTEST) -> Ink | None:
    """The light strokes of a picture on dark ground; None where nothing is light enough to be ink.

    Pixels are strokes from ``faintest`` of the ink's lightness on, where one that they are connected to is ``SURE`` (as
    in the hysteresis of Canny 1986). Specks are left out, and what touches the border where there is anything else.
    """
    from scipy import ndimage

    scan = scanned_ink(image)
    if scan is None:
        return None
    share = scan.darkness
    smooth = ndimage.gaussian_filter(share, SMOOTHED * min(share.shape))
    sure = smooth >= max(SURE * float(np.quantile(smooth, 1 - INK_AREA)), faintest)
    parts = [part for part in parts_of(smooth >= faintest) if (sure[part.box] & part.pixels).any()]
    inner = [part for part in parts if not part.at_border] or parts
    kept = [part for part in inner if part.size >= SPECK * inner[0].size]
    return Ink(share, strokes_of(share.shape, kept)) if kept else None


def scanned_ink(image: Image.Image) -> Ink | None:
    """All of a picture as ink by its lightness, as of a scan; None where nothing is light enough to be ink."""
    light = np.asarray(image.convert("L"), dtype=np.float64) / 255
    ground = float(np.median(light))
    height = ink_level(light) - ground
    if height < LEAST_DARKNESS:
        return None
    share = ((light - ground) / height).clip(0, 1)
    return Ink(share, np.ones(share.shape, bool))


@dataclass(frozen=True)
class Part:
    """Connected strokes: their box and their pixels in it; sizes are the box's longer side in pixels."""

    box: tuple[slice, slice]
    pixels: Mask
    at_border: bool
    weight: float

    @property
    def size(self) -> int:
        """The longer side of the box."""
        return max(self.pixels.shape)

    @property
    def is_flat(self) -> bool:
        """Whether it is a horizontal stroke."""
        return self.pixels.shape[0] < FLAT * self.pixels.shape[1]


def parts_of(strokes: Mask) -> list[Part]:
    """The connected parts of a mask, first the one that is most likely meant: large, in the middle, off the border."""
    from scipy import ndimage

    labels, _ = ndimage.label(strokes, np.ones((3, 3)))
    boxes = ndimage.find_objects(labels)
    parts = [part_in(box, labels[box] == number, strokes.shape) for number, box in enumerate(boxes, 1)]
    return sorted(parts, key=lambda part: -part.weight)


def part_in(box: tuple[slice, slice], pixels: Mask, shape: tuple[int, ...]) -> Part:
    """A part with its weight."""
    margin = BORDER * min(shape)
    at_border = any(side.start < margin or side.stop > n - margin for side, n in zip(box, shape, strict=True))
    away = np.hypot(*((side.start + side.stop) / 2 / n - 0.5 for side, n in zip(box, shape, strict=True)))
    weight = max(pixels.shape) * np.exp(-((away / MIDDLE) ** 2) / 2)
    return Part(box, pixels, at_border, float(weight))


def strokes_of(shape: tuple[int, ...], parts: list[Part]) -> Mask:
    """The mask of these parts."""
    strokes = np.zeros(shape, bool)
    for part in parts:
        strokes[part.box] |= part.pixels
    return strokes


def one_sign(ink: Ink) -> Ink:
    """The ink of one sign: the largest part near the middle, and what belongs to it."""
    waiting = parts_of(ink.strokes)
    if not waiting:
        return ink
    sign = [waiting.pop(0)]
    while near := [part for part in waiting if belongs(part, sign)]:
        sign += near
        waiting = [part for part in waiting if part not in near]
    return replace(ink, strokes=strokes_of(ink.strokes.shape, sign))


def belongs(part: Part, sign: list[Part]) -> bool:
    """Whether a part is of a sign: small and near it, or next to it but not beside it, or over it."""
    size = max(other.size for other in sign)
    for other in sign:
        down, across = apart(part.box, other.box)
        shorter, narrower = (min(pair) for pair in zip(part.pixels.shape, other.pixels.shape, strict=True))
        reach = GAP if part.size < SMALL * size or part.is_flat or other.is_flat else TOUCHING
        reach *= max(size, part.size)
        beside, over = -down > SHARED * shorter, -across > SHARED * narrower
        near = max(down, across) < reach and (part.size < SMALL * size or not beside)
        if near or (over and down < reach):
            return True
    return False


def apart(one: tuple[slice, slice], other: tuple[slice, slice]) -> tuple[int, int]:
    """The gap between two boxes down and across; negative is by how much they overlap."""
    down, across = (max(a.start, b.start) - min(a.stop, b.stop) for a, b in zip(one, other, strict=True))
    return down, across


def drawn(ink: Ink, widen: bool) -> Image.Image:
    """Light strokes on black; where they are widened, at least ``THIN`` of the ink's longer side wide."""
    from scipy import ndimage

    near = ndimage.maximum_filter(ink.strokes, 2 * SOFT_EDGE + 1)
    levels = np.where(near, ink.darkness, 0)
    if widen and (missing := lacking_width(ink.strokes)) > 0:
        away = ndimage.distance_transform_edt(~ink.strokes)  # in pixels
        levels = np.maximum(levels, (missing / 2 + 1 - away).clip(0, 1))
    return Image.fromarray((255 * levels).round().astype(np.uint8))


def lacking_width(strokes: Mask) -> float:
    """By how many pixels strokes are too thin; four times the mean distance to the edge is a ribbon's width."""
    from scipy import ndimage

    rows, columns = np.nonzero(strokes)
    if len(rows) == 0:
        return 0.0
    around = np.pad(strokes[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1], 1)
    width = 4 * (float(ndimage.distance_transform_edt(around)[around].mean()) - 0.5)
    return THIN * (max(around.shape) - 2) - width
