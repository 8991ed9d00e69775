"""Images as people hold them, of any usual layout and scale, to [N, C, H, W] in [0, 1] and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latent_explorer.errors import ExplorerError
from latent_explorer.messages import Array

Shape = tuple[int, int, int]  # channels, height, width
Ends = tuple[float, float]  # the values of black and white
UNIT: Ends = (0.0, 1.0)
ROUNDING = 1e-4  # of the range: values this far beyond its ends are rounding
CHANNELS = (1, 3)
LAYOUTS = "Bring [N, H, W], [N, H, W, C], [N, C, H, W] with 1 or 3 channels, or flat rows."


def array_of(values: Any, what: str) -> Array:
    """An array of numbers of an array, a tensor or a list of them; ExplorerError for anything else."""
    values = on_host(values)
    if isinstance(values, Sequence) and not isinstance(values, str):
        values = [np.asarray(on_host(each)) for each in values]
        shapes = sorted({each.shape for each in values})
        if len(shapes) > 1:
            sizes = " and ".join(" x ".join(map(str, shape)) or "a number" for shape in shapes[:2])
            raise ExplorerError(f"The {what} are of mixed sizes: {sizes}.", "Resize them to one size first.")
    found = np.asarray(values)
    if found.dtype.kind not in "buif":
        raise ExplorerError(f"The {what} are no numbers, but {found.dtype}.", "Bring arrays of pixels.")
    return found


def on_host(values: Any) -> Any:
    """A torch tensor, on any device, as an array; anything else as it is."""
    return values.detach().cpu().numpy() if hasattr(values, "detach") else values


def shape_of(images: Array) -> Shape:
    """Channels, height and width of images of any usual layout; of flat rows a square, or three of them.

    Raises ExplorerError where they have none.
    """
    if images.ndim == 3:
        return 1, images.shape[1], images.shape[2]
    if images.ndim == 4 and images.shape[1] in CHANNELS:
        return images.shape[1], images.shape[2], images.shape[3]
    if images.ndim == 4 and images.shape[3] in CHANNELS:
        return images.shape[3], images.shape[1], images.shape[2]
    for channels in CHANNELS if images.ndim == 2 else ():
        side = math.isqrt(images.shape[1] // channels)
        if side and side * side * channels == images.shape[1]:
            return channels, side, side
    raise ExplorerError(f"Images of the shape {list(images.shape)} have no layout that is known.", LAYOUTS)


def planes(images: Array, shape: Shape) -> Array:
    """Images as [N, C, H, W], a view; flat rows are taken in that order. Raises ExplorerError for other sizes."""
    c, h, w = shape
    if images.ndim == 4 and images.shape[1:] == (h, w, c) and images.shape[1:] != shape:
        return images.transpose(0, 3, 1, 2)
    if images.shape[1:] in (shape, (c * h * w,), *[(h, w)] * (c == 1)):
        return images.reshape(-1, *shape)
    raise ExplorerError(
        f"Images of the shape {list(images.shape)} do not fit.",
        f"Expected are {c} x {h} x {w}: [N, {c}, {h}, {w}], [N, {h}, {w}, {c}]"
        f"{f', [N, {h}, {w}]' * (c == 1)} or [N, {c * h * w}].",
    )


def unit(images: ArrayLike, pixels: Ends, shape: Shape | None = None) -> NDArray[np.float32]:
    """Images as float32 [N, C, H, W] in [0, 1].

    Parameters
    ----------
    pixels : the values of black and white of ``images``. Those of uint8 and of truth values are 0 and their largest.
    shape : that the images must have; None takes their own.

    Raises
    ------
    ExplorerError
        For what is no array of images, another shape, and values out of range or not finite.
    """
    found = array_of(images, "images")
    low, high = ends_of(found.dtype, checked(pixels))
    found = planes(found, shape or shape_of(found))
    if not len(found):
        raise ExplorerError("There are no images.", "Bring one at least.")
    least, most = float(found.min()), float(found.max())
    slack = ROUNDING * (high - low)
    if not (low - slack <= least and most <= high + slack):  # also where one is not a number
        raise ExplorerError(
            f"The images have values from {least:g} to {most:g}, out of the range from {low:g} to {high:g}.",
            "Say what black and white are, as in pixels=(-1, 1); uint8 needs no saying.",
        )
    return ((found.astype(np.float32) - np.float32(low)) / np.float32(high - low)).clip(0, 1)


def checked(pixels: Any) -> Ends:
    """The values of black and white; ExplorerError where they are not two numbers that grow."""
    try:
        low, high = map(float, pixels)
    except (TypeError, ValueError):
        low = high = math.nan
    if not -math.inf < low < high < math.inf:
        raise ExplorerError(f"pixels is {pixels!r}.", "Give the values of black and of white, as in (0, 1).")
    return low, high


def ends_of(dtype: np.dtype[Any], pixels: Ends) -> Ends:
    """The values of black and white of images of a type."""
    return {"uint8": (0.0, 255.0), "bool": UNIT}.get(dtype.name, pixels)


def bytes_of(images: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Images in [0, 1] in 256 steps, as data sets are kept and likelihoods computed."""
    return (images * 255).round().astype(np.uint8)


def shown(images: NDArray[np.float32], pixels: Ends) -> NDArray[np.float32]:
    """[N, C, H, W] in [0, 1] as people draw them, [N, H, W] or [N, H, W, 3], on the scale of ``pixels``."""
    low, high = checked(pixels)
    scaled = images * np.float32(high - low) + np.float32(low)
    return scaled[:, 0] if images.shape[1] == 1 else scaled.transpose(0, 2, 3, 1)


def labels_of(labels: Any, n: int) -> Array:
    """Labels as an array [n] of whole numbers or texts; ExplorerError for others, or another length."""
    found = np.asarray(on_host(labels))
    if found.dtype.kind == "O":
        found = np.asarray([str(each) for each in found])
    if found.dtype.kind == "f" and (found == np.rint(found)).all():
        found = found.astype(np.int64)
    if found.dtype.kind not in "buiUS" or found.ndim != 1:
        raise ExplorerError(f"The labels are {found.dtype} of shape {list(found.shape)}.", "Give one class an image.")
    if len(found) != n:
        raise ExplorerError(f"There are {len(found):,} labels for {n:,} images.", "Give one label an image, or none.")
    return found
