"""Synthetic photographs of handwritten digits on paper, with what makes photographs hard to prepare.

A digit of 28 x 28 pixels becomes strokes of any width at a photograph's size; paper, ruling, ink, creases, light and
shadows are multiplied, then blurred, tilted, given noise and compressed as JPEG. What is drawn follows from the seed.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Field = NDArray[np.float64]  # one number a pixel, [H, W], or three, [H, W, 3]
Rgb = tuple[float, float, float]

FINE = 5  # times 28 pixels: where the strokes' middle lines are found
SMOOTHED = 1.0  # sd in fine pixels, of the distance to the middle line
LEAST_CONTRAST = 0.2  # of ink to its paper, (paper - ink) / paper, from which a person is taken to read it
LEAST_LEVELS = 12  # grey levels between ink and paper, likewise


@dataclass(frozen=True)
class Scene:
    """How one photograph is made; lengths are shares of the photograph's shorter side.

    Attributes
    ----------
    width : of the pen.
    height, x, y : of the digit, and where its middle lies.
    ink, paper : colours, reflectance from 0 to 1.
    grain : how much of the ink the paper's grain leaves out, as a pencil does.
    gradient, angle : the share of light that is lost across the page, in a direction in radians.
    shadow, edge : the share of light that a shadow takes; the width of its edge, 0 for a hard one.
    creases : how many folds cross the page.
    ruling : "lined", "squared" or "".
    blur, tilt, noise, quality, exposure : sd; degrees; sd in grey levels; of the JPEG; of the light.
    others : how many further digits stand beside it.
    """

    size: tuple[int, int] = (360, 480)
    width: float = 0.035
    height: float = 0.5
    x: float = 0.5
    y: float = 0.5
    ink: Rgb = (0.12, 0.12, 0.16)
    paper: Rgb = (0.96, 0.95, 0.92)
    grain: float = 0.0
    gradient: float = 0.2
    angle: float = 0.0
    shadow: float = 0.0
    edge: float = 0.0
    creases: int = 0
    ruling: str = ""
    blur: float = 0.001
    tilt: float = 0.0
    noise: float = 2.0
    quality: int = 85
    exposure: float = 0.95
    others: int = 0


@dataclass(frozen=True)
class Photograph:
    """A picture of a kind and the digit that it shows.

    ``distinct`` says whether the ink differs enough from the paper to be read; ``drawing``, uint8 [1, 28, 28], is what
    was drawn without paper, light or camera, so that it can be told whether the strokes still are that digit.
    """

    kind: str
    picture: Image.Image
    label: int
    distinct: bool
    drawing: NDArray[np.uint8]


def varied(rng: np.random.Generator, **changes: object) -> Scene:
    """A page as someone might hold it: size, place, pen and light differ."""
    size = [(360, 480), (480, 360), (400, 400)][rng.integers(3)]
    scene = Scene(
        size=size,
        width=rng.uniform(0.025, 0.045),
        height=rng.uniform(0.4, 0.65),
        x=rng.uniform(0.42, 0.58),
        y=rng.uniform(0.45, 0.55),
        gradient=rng.uniform(0.05, 0.3),
        angle=rng.uniform(0, 2 * np.pi),
        tilt=rng.uniform(-3, 3),
    )
    return replace(scene, **changes)  # type: ignore[arg-type]


KINDS: dict[str, Callable[[np.random.Generator], Scene]] = {
    "plain": varied,
    "gradient 60 %": lambda rng: varied(rng, gradient=0.6),
    "gradient 80 %": lambda rng: varied(rng, gradient=0.8),
    "hard shadow": lambda rng: varied(rng, shadow=rng.uniform(0.3, 0.6)),
    "soft shadow": lambda rng: varied(rng, shadow=rng.uniform(0.3, 0.7), edge=rng.uniform(0.03, 0.1)),
    "folds": lambda rng: varied(rng, creases=int(rng.integers(1, 4))),
    "lined": lambda rng: varied(rng, ruling="lined"),
    "squared": lambda rng: varied(rng, ruling="squared"),
    "pencil": lambda rng: varied(rng, ink=(0.45,) * 3, grain=0.35, width=rng.uniform(0.012, 0.02)),
    "thin pen": lambda rng: varied(rng, width=rng.uniform(0.01, 0.02)),
    "thick pen": lambda rng: varied(rng, width=rng.uniform(0.06, 0.085), height=rng.uniform(0.55, 0.7)),
    "colours": lambda rng: varied(rng, **COLOURS[rng.integers(len(COLOURS))]),
    "blur": lambda rng: varied(rng, blur=rng.uniform(0.006, 0.012)),
    "tilt": lambda rng: varied(rng, tilt=rng.uniform(8, 15) * rng.choice([-1, 1])),
    "JPEG noise": lambda rng: varied(rng, noise=rng.uniform(6, 12), quality=int(rng.integers(8, 25))),
    "dim": lambda rng: varied(rng, exposure=rng.uniform(0.2, 0.45)),
    "several digits": lambda rng: varied(rng, others=2, height=rng.uniform(0.25, 0.3), x=0.5),
    "gradient, lined, thin": lambda rng: varied(
        rng, gradient=rng.uniform(0.5, 0.8), ruling="lined", width=rng.uniform(0.012, 0.02)
    ),
    "pencil, lined": lambda rng: varied(
        rng, ink=(0.4,) * 3, grain=0.3, width=rng.uniform(0.015, 0.022), ruling="lined"
    ),
    "dim, shadow, squared": lambda rng: varied(
        rng, exposure=rng.uniform(0.35, 0.5), shadow=0.4, edge=0.05, ruling="squared"
    ),
}
COLOURS: tuple[dict[str, Rgb], ...] = (
    {"paper": (0.97, 0.9, 0.45), "ink": (0.1, 0.15, 0.55)},  # blue on yellow
    {"paper": (0.6, 0.8, 0.95), "ink": (0.75, 0.12, 0.15)},  # red on blue
    {"paper": (0.95, 0.65, 0.7), "ink": (0.1, 0.45, 0.2)},  # green on pink
    {"paper": (0.8, 0.65, 0.45), "ink": (0.1, 0.1, 0.12)},  # black on brown
    {"paper": (0.65, 0.9, 0.6), "ink": (0.45, 0.1, 0.5)},  # violet on green
)


def photographs(digits: NDArray[np.uint8], labels: NDArray[np.int64], each: int, seed: int = 0) -> list[Photograph]:
    """``each`` photographs of every kind, of digits [N, 28, 28] drawn at random."""
    taken = []
    for number, (kind, scene_of) in enumerate(KINDS.items()):
        rng = np.random.default_rng((seed, number))
        for _ in range(each):
            scene = scene_of(rng)
            rows = rng.choice(len(digits), 1 + scene.others, replace=False)
            picture, distinct = photographed(digits[rows], scene, rng)
            taken.append(Photograph(kind, picture, int(labels[rows[0]]), distinct, drawing(digits[rows[0]])))
    return taken


def photographed(digits: NDArray[np.uint8], scene: Scene, rng: np.random.Generator) -> tuple[Image.Image, bool]:
    """A photograph of the first digit with the others beside it, and whether its ink is distinct."""
    strokes = [stroked(middle_line(digit.tobytes()), scene, place) for place, digit in enumerate(digits)]
    ink = np.maximum.reduce(strokes)
    if scene.grain:
        texture = ndimage.gaussian_filter(rng.standard_normal(ink.shape), 1.2)
        ink = ink * (1 - scene.grain * (0.5 + texture / texture.std() / 2)).clip(0, 1)
    paper = ruled(scene, rng) * creased(scene, rng)[..., None]
    page = paper * (1 - ink[..., None]) + np.asarray(scene.ink) * ink[..., None]
    light = lit(scene, rng)[..., None]
    clean, blank = (blurred(surface * light, scene) for surface in (page, paper))
    distinct = legible(clean, blank, strokes[0] > 0.9)
    noisy = 255 * clean + rng.normal(0, scene.noise, clean.shape)
    buffer = io.BytesIO()
    Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=scene.quality)
    return Image.open(buffer).convert("RGB"), distinct


def drawing(digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The digit's strokes as an image of MNIST: uint8 [1, 28, 28], 20 pixels high, their mass in the middle."""
    fine = stroked(middle_line(digit.tobytes()), Scene(size=(280, 280), width=0.08, height=18 / 28), 0)
    centred = ndimage.shift(fine, [139.5 - place for place in ndimage.center_of_mass(fine)], order=1)
    small: Field = centred.reshape(28, 10, 28, 10).mean((1, 3))
    return (255 * small).round().astype(np.uint8)[None]


def legible(page: Field, blank: Field, stroke: NDArray[np.bool_]) -> bool:
    """Whether the middle of the strokes differs enough from the paper, in the band where it differs most."""
    apart = (blank - page)[stroke].mean(0)
    contrast = apart / blank[stroke].mean(0)
    best = contrast.argmax()
    return bool(contrast[best] >= LEAST_CONTRAST and 255 * apart[best] >= LEAST_LEVELS)


def places(scene: Scene) -> tuple[Field, Field]:
    """Coordinates of each pixel in shares of the shorter side, the page tilted about its middle."""
    width, height = scene.size
    short, angle = min(scene.size), np.radians(scene.tilt)
    y, x = np.mgrid[:height, :width].astype(float)
    x, y = (x - width / 2) / short, (y - height / 2) / short
    return x * np.cos(angle) + y * np.sin(angle) + 0.5, y * np.cos(angle) - x * np.sin(angle) + 0.5


def stroked(line: NDArray[np.bool_], scene: Scene, place: int) -> Field:
    """How much of each pixel is ink: a digit's middle line, drawn with the scene's pen."""
    away = ndimage.distance_transform_edt(~line) / FINE  # in pixels of the digit
    rows, columns = np.nonzero(line)
    tall = (max(np.ptp(rows), np.ptp(columns)) + 1) / FINE
    scale = scene.height / tall  # shares of the side in one pixel of the digit
    beside = (0, -1, 1)[place] * (scene.height * 1.15)
    x, y = places(scene)
    across = (x - scene.x - beside) / scale * FINE + (columns.min() + columns.max()) / 2
    down = (y - scene.y) / scale * FINE + (rows.min() + rows.max()) / 2
    smooth = ndimage.gaussian_filter(away, SMOOTHED)  # on the line itself sqrt(2 / pi) sd, taken off again
    exact = np.sqrt(np.maximum(smooth**2 - 2 / np.pi * (SMOOTHED / FINE) ** 2, 0))
    distance = ndimage.map_coordinates(exact, [down, across], order=1, mode="nearest") * scale
    outside = (down < 0) | (across < 0) | (down > away.shape[0] - 1) | (across > away.shape[1] - 1)
    inked: Field = np.where(outside, 0, (0.5 + (scene.width / 2 - distance) * min(scene.size)).clip(0, 1))
    return inked


@functools.lru_cache(maxsize=8)
def middle_line(digit: bytes) -> NDArray[np.bool_]:
    """The thinned strokes of a digit, uint8 28 x 28, at ``FINE`` times its size, with a margin (Zhang & Suen 1984)."""
    pixels = np.frombuffer(digit, np.uint8).reshape(28, 28)
    fine = ndimage.zoom(np.pad(pixels, 4).astype(float), FINE, order=3)
    shape = ndimage.gaussian_filter(fine, 1.3) > 100
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            around = [np.roll(shape, step, (0, 1)) for step in RING]  # north, then clockwise
            count = np.sum(around, 0, dtype=np.int8)
            turns = np.sum([~a & b for a, b in zip(around, around[1:] + around[:1], strict=True)], 0, dtype=np.int8)
            north, east, south, west = around[::2]
            kept = ~(north & east & south) & ~(east & south & west)
            if not first:
                kept = ~(north & east & west) & ~(north & south & west)
            gone = shape & (count >= 2) & (count <= 6) & (turns == 1) & kept
            shape = shape & ~gone
            changed = changed or bool(gone.any())
    return shape


RING = ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))


def ruled(scene: Scene, rng: np.random.Generator) -> Field:
    """The paper's reflectance [H, W, 3], with lines in a light blue or grey where it is ruled."""
    x, y = places(scene)
    step, width = rng.uniform(0.07, 0.13), rng.uniform(0.003, 0.005)
    colour = np.asarray([(0.55, 0.65, 0.85), (0.62, 0.62, 0.64)][rng.integers(2)])
    phase = rng.uniform(0, 1, 2)
    near = np.full(x.shape, np.inf)
    for along, offset in zip({"lined": (y,), "squared": (y, x)}.get(scene.ruling, ()), phase, strict=False):
        near = np.minimum(near, abs((along / step + offset) % 1 - 0.5) * step)
    lines = (0.5 + (width / 2 - near) * min(scene.size)).clip(0, 1)[..., None]
    fibres = 1 + 0.01 * ndimage.gaussian_filter(rng.standard_normal(x.shape), 1.5) / 0.19
    paper: Field = np.asarray(scene.paper) * (1 - lines + colour * lines) * fibres[..., None]
    return paper


def creased(scene: Scene, rng: np.random.Generator) -> Field:
    """The light that a folded page throws back: facets that differ, with a dark or light line between them."""
    x, y = places(scene)
    light = np.ones(x.shape)
    for _ in range(scene.creases):
        angle, offset = rng.uniform(0, np.pi), rng.uniform(-0.25, 0.25)
        along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) - offset
        light *= 1 - rng.uniform(0.05, 0.2) * (along > 0)
        light *= 1 - rng.uniform(0.1, 0.25) * np.exp(-((along / 0.005) ** 2))
        light *= 1 + rng.uniform(0, 0.06) * np.exp(-(((along - 0.01) / 0.006) ** 2))
    return light


def lit(scene: Scene, rng: np.random.Generator) -> Field:
    """The light on each pixel: exposure, a gradient across the page, a shadow with a straight or a round edge."""
    width, height = scene.size
    y, x = np.mgrid[:height, :width].astype(float)
    along = x * np.cos(scene.angle) + y * np.sin(scene.angle)
    along = (along - along.min()) / np.ptp(along)
    light: Field = scene.exposure * (1 - scene.gradient * along)
    if scene.shadow:
        short, angle = min(scene.size), rng.uniform(0, 2 * np.pi)
        u, v = (x - width / 2) / short, (y - height / 2) / short
        straight = u * np.cos(angle) + v * np.sin(angle) - rng.uniform(-0.25, 0.25)
        radius = rng.uniform(0.4, 0.7)
        round_ = np.hypot(u - 0.6 * np.cos(angle), v - 0.6 * np.sin(angle)) - radius
        into = (straight if rng.random() < 0.5 else -round_) * short
        light *= 1 - scene.shadow / (1 + np.exp(-np.clip(into / max(0.5, scene.edge * short / 4), -50, 50)))
    return light


def blurred(surface: Field, scene: Scene) -> Field:
    """A surface out of focus."""
    sd = scene.blur * min(scene.size)
    result: Field = ndimage.gaussian_filter(surface, (sd, sd, 0))
    return result
