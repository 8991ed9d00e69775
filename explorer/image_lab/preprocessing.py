"""From an opened picture to what a model sees: crop, inversion, contrast, centring and size.

Each step is chosen automatically by what the model was trained on and by the picture, and can be chosen otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from explorer.datasets import held_out_pixels
from explorer.images import Pixels, as_array, shrink, to_pixels
from explorer.runs import LoadedRun

MAX_ZOOM = 8.0
SHOWN_SIDE = 160  # of the pictures of the steps, but for the last
WORKING_SIDE = 256  # at least; a crop is brought down to this, or to 8 times the model's side, before it is altered
LEAST_CONTRAST = 40  # grey levels between paper and ink
INK_SHARE = 20 / 28  # of the side that the ink's box takes where it is centred, as MNIST was made
CLIPPED_PERCENT = 1.0  # of the pixels at either end, where the contrast of a photograph is stretched

Shape = tuple[int, int, int]  # channels, height, width
Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True)
class Choices:
    """What is done to a picture on its way to a model.

    ``zoom`` 1 takes the largest crop of the model's proportions, 2 one of half its side; ``x`` and ``y`` say where it
    lies: 0 left or top, 1 right or bottom. ``stretch`` spreads the contrast, ``centre`` puts the ink's centre of mass
    in the middle.
    """

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0
    invert: bool = False
    stretch: bool = False
    centre: bool = False


@dataclass(frozen=True)
class Step:
    """One stage between a picture and what the model sees; ``box`` is the part of it that the next one takes."""

    title: str
    picture: Pixels
    box: Box | None = None


@dataclass(frozen=True)
class Prepared:
    """The model's input, uint8 [C, H, W], the steps to it, and the choices made.

    ``automatic`` are the choices that are made where none is given, and ``explanation`` says in a sentence why.
    """

    pixels: Pixels
    steps: tuple[Step, ...]
    choices: Choices
    automatic: Choices
    explanation: str


def automatic(image: Image.Image, shape: Shape, strokes: bool) -> Choices:
    """The choice that makes a picture most like the model's training images.

    A model of ``strokes`` (digits) knows light ones on black: a picture with a bright border is ink on paper. A
    picture of the model's own size is taken to be prepared already.
    """
    if not strokes or shape[0] != 1:
        return Choices()
    bright = border_is_bright(image.crop(crop_box(image.size, shape, Choices())))
    return Choices(invert=bright, stretch=bright, centre=not is_native(image, shape))


def explained(image: Image.Image, shape: Shape, choices: Choices) -> str:
    """What the automatic choice did and why, in one short sentence."""
    side = f"{shape[2]} x {shape[1]}"
    inverted = "inverted and stretched, because its border is bright: ink on paper" if choices.invert else ""
    centred = "centred by mass, as MNIST was made" if choices.centre else ""
    resized = f"the model's own size, {side}: taken as it is" if is_native(image, shape) else f"resized to {side}"
    sentence = "; ".join(filter(None, (inverted, centred))) or resized
    return sentence[0].upper() + sentence[1:] + "."


def prepared_for(run: LoadedRun, image: Image.Image, choices: Choices | None = None) -> Prepared:
    """An opened picture as the input of a run's model; see ``prepare``."""
    facts = run.data
    return prepare(image, facts.shape, facts.strokes, choices, run.config.training.get("binarise", "none"))


def prepare(
    image: Image.Image,
    shape: Shape,
    strokes: bool = False,
    choices: Choices | None = None,
    binarise: str = "none",
) -> Prepared:
    """An opened picture as the model's input, with the steps, the choices and their explanation.

    Parameters
    ----------
    image : mode L or RGB.
    strokes : the model knows light strokes on black; it is they that ``stretch`` brings out.
    choices : None chooses automatically.
    binarise : as the model was trained; the picture is binarised as the held-out images are that it is held against.
    """
    chosen = automatic(image, shape, strokes)
    choices = chosen if choices is None else choices
    box = crop_box(image.size, shape, choices)
    whole = box == (0, 0, *image.size)
    steps = [shown("Original", image, None if whole else box)]
    work = image if whole else image.crop(box)
    if not whole:
        steps.append(shown("Crop", work))
    work = altered(shrink(work, max(8 * max(shape), WORKING_SIDE)), shape, strokes, choices)
    if names := [name for name, done in (("inverted", choices.invert), ("stretched", choices.stretch)) if done]:
        steps.append(shown(", ".join(names).capitalize(), work))
    centre = choices.centre and shape[0] == 1
    pixels = centre_by_mass(work, shape) if centre else to_pixels(work, shape)
    steps.append(Step(f"{shape[2]} x {shape[1]}" + (", centred" if centre else ""), pixels))
    if binarise != "none":
        pixels = held_out_pixels(pixels[None], binarise)[0]
        steps.append(Step("Binarised", pixels))
    return Prepared(pixels, tuple(steps), choices, chosen, explained(image, shape, chosen))


def shown(title: str, image: Image.Image, box: Box | None = None) -> Step:
    """A stage with a small picture of it, and the box in that one's pixels."""
    small = shrink(image, SHOWN_SIDE)
    return Step(title, as_array(small), None if box is None else scaled(box, small.width / image.width))


def scaled(box: Box, scale: float) -> Box:
    """A box in a picture of another size; a pixel of it stays."""
    left, top, right, bottom = (round(edge * scale) for edge in box)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def is_native(image: Image.Image, shape: Shape) -> bool:
    """Whether a picture has the model's own size."""
    return image.size == (shape[2], shape[1])


def crop_box(size: tuple[int, int], shape: Shape, choices: Choices) -> Box:
    """The part of a picture of ``size`` (width, height) that is taken: of the shape's proportions, a pixel at least."""
    unit = min(size[0] / shape[2], size[1] / shape[1]) / choices.zoom
    width, height = (max(1, round(unit * side)) for side in (shape[2], shape[1]))
    left, top = round((size[0] - width) * choices.x), round((size[1] - height) * choices.y)
    return left, top, left + width, top + height


def altered(image: Image.Image, shape: Shape, strokes: bool, choices: Choices) -> Image.Image:
    """A picture inverted and stretched as was chosen, grey for a grey model."""
    image = image.convert("L") if shape[0] == 1 else image
    image = ImageOps.invert(image) if choices.invert else image
    if not choices.stretch:
        return image
    return ink_alone(image) if strokes else ImageOps.autocontrast(image, CLIPPED_PERCENT, preserve_tone=True)


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


def centre_by_mass(image: Image.Image, shape: Shape) -> Pixels:
    """As MNIST was made: the ink's box to 20/28 of the side, its centre of mass to the middle (LeCun et al. 1998)."""
    _, height, width = shape
    grey = np.asarray(image.convert("L"))
    rows, columns = np.nonzero(grey > max(48, int(grey.max()) // 3))
    if len(rows) == 0:
        return to_pixels(image, shape)
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    ink = image.convert("L").crop(box)
    scale = INK_SHARE * min(width / ink.width, height / ink.height)
    ink = ink.resize([max(1, round(length * scale)) for length in ink.size], Image.Resampling.LANCZOS)
    weights = np.asarray(ink, dtype=np.float64) + 1e-9
    middle_x = float((weights.sum(0) * (np.arange(ink.width) + 0.5)).sum() / weights.sum())
    middle_y = float((weights.sum(1) * (np.arange(ink.height) + 0.5)).sum() / weights.sum())
    canvas = Image.new("L", (width, height))
    canvas.paste(ink, (round(width / 2 - middle_x), round(height / 2 - middle_y)))
    return np.asarray(canvas)[None].copy()
