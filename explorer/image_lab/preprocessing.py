"""Preprocessing of a picture to a model's input: crop, inversion, contrast, centring and size.

Each step is chosen automatically from the model's training data and the picture, and can be overridden.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from explorer.datasets import held_out_pixels, report_from_json
from explorer.images import Pixels, Tones, as_array, open_image, picture_notes, shrink, to_pixels
from explorer.runs import CONFIG, LoadedRun

MAX_ZOOM = 8.0
SHOWN_SIDE = 160  # of the pictures of the steps, but for the last
WORKING_SIDE = 256  # pixels; a crop is reduced to this, or to 8 times the model's side if larger, before processing
MIN_CONTRAST = 40  # grey levels between paper and ink
INK_SHARE = 20 / 28  # side of the centred ink's bounding box relative to the image's, as in MNIST
CLIPPED_PERCENT = 1.0  # of the pixels at either end, clipped when the contrast of a photograph is stretched

Shape = tuple[int, int, int]  # channels, height, width
Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True)
class Choices:
    """Parameters of the preprocessing.

    Attributes
    ----------
    x, y : position of the crop: 0 left or top, 1 right or bottom.
    zoom : 1 takes the largest crop of the model's aspect ratio, or all of a picture that is padded to it; 2 one of half
        its side.
    invert : invert grey levels.
    stretch : stretch the contrast.
    centre : move the ink's centre of mass to the middle.
    """

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0
    invert: bool = False
    stretch: bool = False
    centre: bool = False


@dataclass(frozen=True)
class PreprocessingStep:
    """One intermediate picture of the preprocessing; ``box`` is the part of it that the next step crops."""

    title: str
    picture: Pixels
    box: Box | None = None


@dataclass(frozen=True)
class Preprocessed:
    """The model's input, uint8 [C, H, W], the steps to it, and the choices made.

    ``automatic`` are the choices that are made where none is given, and ``explanation`` says in a sentence why.
    """

    pixels: Pixels
    steps: tuple[PreprocessingStep, ...]
    choices: Choices
    automatic: Choices
    explanation: str


def open_for(run: LoadedRun, source: bytes | Path, name: str = "") -> Image.Image:
    """``images.open_image`` with values converted to tones as in the images that the run was trained on."""
    report = run.data.report
    tones = Tones() if report is None else report_from_json(report, run.path / CONFIG).tones
    return open_image(source, name, tones=tones)


def automatic(image: Image.Image, shape: Shape, strokes: bool, fit: str = "crop") -> Choices:
    """The parameters that make a picture most like the model's training images.

    Training images of ``strokes`` (digits) are light on black: a picture with a bright border is taken for ink on
    paper. A picture of the model's own size counts as preprocessed already.
    """
    if not strokes or shape[0] != 1:
        return Choices()
    bright = border_is_bright(image.crop(crop_box(image.size, shape, Choices(), fit)))
    return Choices(invert=bright, stretch=bright, centre=not is_native(image, shape))


def preprocessing_note(image: Image.Image, shape: Shape, choices: Choices, fit: str = "crop") -> str:
    """A sentence that states and justifies the automatic choice."""
    side = f"{shape[2]} x {shape[1]}"
    inverted = "inverted and stretched, because its border is bright: ink on paper" if choices.invert else ""
    centred = "centred by mass, as MNIST was made" if choices.centre else ""
    resized = f"padded with the colour of its border to {side}" if fit == "pad" else f"resized to {side}"
    resized = f"the model's own size, {side}: taken as it is" if is_native(image, shape) else resized
    sentence = "; ".join(filter(None, (inverted, centred))) or resized
    return sentence[0].upper() + sentence[1:] + "."


def prepared_for(run: LoadedRun, image: Image.Image, choices: Choices | None = None) -> Preprocessed:
    """An opened picture as the input of a run's model; see ``preprocess``."""
    facts = run.data
    binarise = run.config.training.get("binarise", "none")
    return preprocess(image, facts.shape, facts.strokes, choices, binarise, facts.fit or "crop")


def preprocess(
    image: Image.Image,
    shape: Shape,
    strokes: bool = False,
    choices: Choices | None = None,
    binarise: str = "none",
    fit: str = "crop",
) -> Preprocessed:
    """An opened picture as the model's input, with the steps, the choices and their explanation.

    Parameters
    ----------
    image : mode L or RGB.
    shape : the model's channels, height, width.
    strokes : the training images are light strokes on black; ``stretch`` then separates ink from paper.
    choices : None chooses automatically.
    binarise : of the model's training; the picture is binarised as the held-out images are.
    fit : how the training images were brought to the shape's aspect ratio, "crop" or "pad".
    """
    chosen = automatic(image, shape, strokes, fit)
    choices = chosen if choices is None else choices
    box = crop_box(image.size, shape, choices, fit)
    whole = box == (0, 0, *image.size)
    steps = [shown("Original", image, None if whole else box)]
    work = image if whole else image.crop(box)
    if not whole:
        steps.append(shown("Crop", work))
    work = altered(shrink(work, max(8 * max(shape), WORKING_SIDE)), shape, strokes, choices)
    if names := [name for name, done in (("inverted", choices.invert), ("stretched", choices.stretch)) if done]:
        steps.append(shown(", ".join(names).capitalize(), work))
    centre = choices.centre and shape[0] == 1
    pixels = centre_by_mass(work, shape) if centre else to_pixels(work, shape, fit)
    steps.append(PreprocessingStep(f"{shape[2]} x {shape[1]}" + (", centred" if centre else ""), pixels))
    if binarise != "none":
        pixels = held_out_pixels(pixels[None], binarise)[0]
        steps.append(PreprocessingStep("Binarised", pixels))
    explanation = " ".join((preprocessing_note(image, shape, chosen, fit), *picture_notes(image)))
    return Preprocessed(pixels, tuple(steps), choices, chosen, explanation)


def shown(title: str, image: Image.Image, box: Box | None = None) -> PreprocessingStep:
    """A step with its picture reduced in size, and the box in the pixels of that picture."""
    small = shrink(image, SHOWN_SIDE)
    return PreprocessingStep(title, as_array(small), None if box is None else scaled(box, small.width / image.width))


def scaled(box: Box, scale: float) -> Box:
    """A box scaled to a picture of another size, at least one pixel wide and high."""
    left, top, right, bottom = (round(edge * scale) for edge in box)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def is_native(image: Image.Image, shape: Shape) -> bool:
    """Whether a picture has the model's own size."""
    return image.size == (shape[2], shape[1])


def crop_box(size: tuple[int, int], shape: Shape, choices: Choices, fit: str = "crop") -> Box:
    """The crop of a picture of ``size`` (width, height), at least one pixel: of the shape's aspect ratio.

    What is padded keeps its own.
    """
    ratio = size if fit == "pad" else (shape[2], shape[1])
    unit = min(size[0] / ratio[0], size[1] / ratio[1]) / choices.zoom
    width, height = (max(1, round(unit * side)) for side in ratio)
    left, top = round((size[0] - width) * choices.x), round((size[1] - height) * choices.y)
    return left, top, left + width, top + height


def altered(image: Image.Image, shape: Shape, strokes: bool, choices: Choices) -> Image.Image:
    """The picture inverted and stretched by ``choices``, grey for a grey model."""
    image = image.convert("L") if shape[0] == 1 else image
    image = ImageOps.invert(image) if choices.invert else image
    if not choices.stretch:
        return image
    return ink_alone(image) if strokes else ImageOps.autocontrast(image, CLIPPED_PERCENT, preserve_tone=True)


def ink_alone(image: Image.Image) -> Image.Image:
    """Light strokes on a black background, from a picture whose paper is neither white nor evenly lit.

    Otsu's threshold (1979) separates ink from paper; the paper's 98th percentile becomes black, the ink's median white.
    """
    grey = np.asarray(image, dtype=np.float64)
    threshold = otsu(grey)
    paper, ink = grey[grey <= threshold], grey[grey > threshold]
    if len(ink) == 0 or len(paper) == 0 or np.median(ink) - np.median(paper) < MIN_CONTRAST:
        return image  # a blank sheet; stretching would only amplify noise
    black, white = np.percentile(paper, 98), np.median(ink)
    return Image.fromarray(((grey - black) / (white - black) * 255).round().clip(0, 255).astype(np.uint8))


def otsu(grey: NDArray[np.float64]) -> float:
    """Otsu's threshold: the grey level that maximises the variance between the two classes."""
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
    """Normalise as MNIST: the ink's box scaled to 20/28 of the side, its centre of mass centred (LeCun et al. 1998)."""
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
