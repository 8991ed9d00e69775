"""Preprocessing of a picture to a model's input: crop, light, inversion, ink, centring and size.

Each step is chosen automatically from the model's training data and the picture, and can be overridden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from explorer.base.languages import N_, _, translate_stored
from explorer.datasets import held_out_pixels, report_from_json
from explorer.image_lab.ink import FAINTEST, Ink, drawn, evened, ink_is_dark, ink_of, one_sign, scanned_ink
from explorer.images import Pixels, Tones, as_array, open_image, picture_notes, shrink, to_pixels
from explorer.runs import CONFIG, LoadedRun

MAX_ZOOM = 8.0
INK_RANGE = (0.2, 0.9)  # of ``Choices.faintest``
SHOWN_SIDE = 160  # of the pictures of the steps, but for the last
WORKING_SIDE = 256  # pixels; a crop is reduced to this, or to 8 times the model's side if larger, before processing
INK_SHARE = 20 / 28  # side of the centred ink's bounding box relative to the image's, as in MNIST
VISIBLE = 12  # grey levels by which a step must change ...
VISIBLE_AREA = 0.001  # of its pixels to be shown
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
    even : divide by the local paper, so that it is evenly white, however it is lit.
    invert : invert grey levels.
    stretch : stretch the contrast; of strokes, tell ink from paper.
    faintest : what counts as ink then, from which share of the ink's darkness on.
    one_sign : keep the strokes of one sign only.
    widen : widen strokes that are thinner than those of the training images.
    centre : move the ink's centre of mass to the middle.
    """

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0
    even: bool = False
    invert: bool = False
    stretch: bool = False
    faintest: float = FAINTEST
    one_sign: bool = False
    widen: bool = False
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

    ``automatic`` are the choices that are made where none is given, and ``explanation`` says in a sentence why. A
    ``scan`` is a picture of the model's own size, as its training images are: no ink is looked for in it.
    """

    pixels: Pixels
    steps: tuple[PreprocessingStep, ...]
    choices: Choices
    automatic: Choices
    explanation: str
    scan: bool


def open_for(run: LoadedRun, source: bytes | Path, name: str = "") -> Image.Image:
    """``images.open_image`` with values converted to tones as in the images that the run was trained on."""
    report = run.data.report
    tones = Tones() if report is None else report_from_json(report, run.path / CONFIG).tones
    return open_image(source, name, tones=tones)


def automatic(image: Image.Image, shape: Shape, strokes: bool, fit: str = "crop", digits: bool = True) -> Choices:
    """The parameters that make a picture most like the model's training images.

    Training images of ``strokes`` (digits) are light on black: a picture with a bright border, or with ink darker than
    what is around it, is taken for ink on paper. Of ``digits`` one alone is kept: their strokes stand together, which
    those of other signs need not. A picture of the model's own size counts as preprocessed already.
    """
    if not strokes or shape[0] != 1:
        return Choices()
    crop = image.crop(crop_box(image.size, shape, Choices(), fit))
    bright = border_is_bright(crop)
    if is_native(image, shape):
        return Choices(invert=bright, stretch=bright)
    paper = bright or ink_is_dark(crop)
    return Choices(even=paper, invert=paper, stretch=paper, one_sign=paper and digits, widen=paper, centre=True)


def preprocessing_note(image: Image.Image, shape: Shape, choices: Choices, fit: str = "crop") -> str:
    """A sentence that states and justifies the automatic choice."""
    side = f"{shape[2]} x {shape[1]}"
    bright = choices.invert and border_is_bright(image.crop(crop_box(image.size, shape, Choices(), fit)))
    if choices.invert:
        return _((BRIGHT_CENTRED if bright else DARK_CENTRED) if choices.centre else (BRIGHT if bright else DARK))
    if choices.centre:
        return _("Centred by mass, as MNIST was made.")
    if is_native(image, shape):
        return _("The model's own size, {side}: taken as it is.").format(side=side)
    resized = _("Padded with the colour of its border to {side}.") if fit == "pad" else _("Resized to {side}.")
    return resized.format(side=side)


BRIGHT = N_("Inverted and stretched, because its border is bright: ink on paper.")
DARK = N_("Inverted and stretched, because its strokes are darker than what is around them: ink on paper.")
BRIGHT_CENTRED = N_(
    "Inverted and stretched, because its border is bright: ink on paper; centred by mass, as MNIST was made."
)
DARK_CENTRED = N_(
    "Inverted and stretched, because its strokes are darker than what is around them: ink on paper; centred by mass, "
    "as MNIST was made."
)


def prepared_for(run: LoadedRun, image: Image.Image, choices: Choices | None = None) -> Preprocessed:
    """An opened picture as the input of a run's model; see ``preprocess``."""
    facts = run.data
    binarise = run.config.training.get("binarise", "none")
    digits = all(name.isdigit() for name in facts.classes)
    return preprocess(image, facts.shape, facts.strokes, choices, binarise, facts.fit or "crop", digits)


def preprocess(
    image: Image.Image,
    shape: Shape,
    strokes: bool = False,
    choices: Choices | None = None,
    binarise: str = "none",
    fit: str = "crop",
    digits: bool = True,
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
    digits : the strokes are digits, of which one alone is kept.
    """
    chosen = automatic(image, shape, strokes, fit, digits)
    choices = chosen if choices is None else choices
    box = crop_box(image.size, shape, choices, fit)
    whole = box == (0, 0, *image.size)
    steps = [shown(_("Original"), image, None if whole else box)]
    work = image if whole else image.crop(box)
    if not whole:
        steps.append(shown(_("Crop"), work))
    scan = is_native(image, shape)
    for step, altered in alterations(shrink(work, max(8 * max(shape), WORKING_SIDE)), shape, strokes, choices, scan):
        work = altered
        if step:
            steps.append(shown(step, work))
    centre = choices.centre and shape[0] == 1
    pixels = centre_by_mass(work, shape) if centre else to_pixels(work, shape, fit)
    title = _("{side}, centred") if centre else "{side}"
    steps.append(PreprocessingStep(title.format(side=f"{shape[2]} x {shape[1]}"), pixels))
    if binarise != "none":
        pixels = held_out_pixels(pixels[None], binarise)[0]
        steps.append(PreprocessingStep(_("Binarised"), pixels))
    explanation = " ".join(
        (preprocessing_note(image, shape, chosen, fit), *map(translate_stored, picture_notes(image)))
    )
    return Preprocessed(pixels, tuple(steps), choices, chosen, explanation, scan)


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


def alterations(
    image: Image.Image, shape: Shape, strokes: bool, choices: Choices, scan: bool
) -> Iterator[tuple[str, Image.Image]]:
    """The picture, grey for a grey model, as each of the ``choices`` leaves it, with the title of the step.

    The title is empty where nothing was chosen, and where a step would look like the one before.
    """
    if choices.even and strokes and shape[0] == 1:
        even = evened(image, dark_ink=choices.invert)
        yield _("Light evened") if differs(even, image) else "", even
        image = even
    image = image.convert("L") if shape[0] == 1 else image
    image = ImageOps.invert(image) if choices.invert else image
    ink = ink_in(image, choices, scan) if choices.stretch and strokes else None
    if ink is not None:
        whole = drawn(ink, widen=False)
    elif choices.stretch and not strokes:
        whole = ImageOps.autocontrast(image, CLIPPED_PERCENT, preserve_tone=True)
    else:
        whole = image  # a blank sheet, if it was to be stretched, of which only noise would be amplified
    yield _(TONE_TITLES[choices.invert, choices.stretch]), whole
    if ink is None:
        return
    sign = one_sign(ink) if choices.one_sign else ink
    final = drawn(sign, choices.widen)
    others = bool((sign.strokes != ink.strokes).any())
    widened = differs(final, drawn(sign, widen=False))
    yield _(INK_TITLES[others, widened]), final


# What a step is called: by whether tones were inverted and stretched; by whether one sign was taken, and widened.
TONE_TITLES = {
    (False, False): "",
    (True, False): N_("Inverted"),
    (False, True): N_("Stretched"),
    (True, True): N_("Inverted, stretched"),
}
INK_TITLES = {
    (False, False): "",
    (True, False): N_("One sign"),
    (False, True): N_("Widened"),
    (True, True): N_("One sign, widened"),
}


def ink_in(image: Image.Image, choices: Choices, scan: bool) -> Ink | None:
    """The light strokes of a picture; all of a scan, which holds nothing else."""
    return scanned_ink(image) if scan else ink_of(image, choices.faintest)


def differs(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures look different."""
    grey, before = (np.asarray(picture.convert("L"), dtype=np.int16) for picture in (one, other))
    return bool((abs(grey - before) > VISIBLE).mean() > VISIBLE_AREA)


def border_is_bright(image: Image.Image) -> bool:
    """Whether the frame of the picture is lighter than middle grey."""
    grey = np.asarray(image.convert("L"))
    frame = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return float(np.median(frame)) > 127


def centre_by_mass(image: Image.Image, shape: Shape) -> Pixels:
    """Normalise as MNIST: the ink's box scaled to 20/28 of the side, its centre of mass centred (LeCun et al. 1998)."""
    height, width = shape[1:]
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
