"""A data set's images at the shape that a model takes: another size, another ratio of the sides, other channels.

They are cropped or padded to the ratio of the sides, resized (Lanczos), and brought to the model's channels: a grey
image three times, a colour image by its luminance. What has the shape already is not touched. For models that were made
elsewhere they are resized to a square of the longer side and cut to the middle of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.datasets import DatasetSpec, Images, Split
from explorer.datasets.frame import Frame
from explorer.images import Pixels, to_picture

Shape = tuple[int, int, int]  # channels, height, width
GREY, COLOUR = 1, 3


def load_as(spec: DatasetSpec, split: Split, shape: Shape, fit: str = "") -> Images:
    """The images of a split at a model's shape. Raises ExplorerError as ``spec.load``, and as ``in_channels``.

    Without a ``fit`` (``Frame.FITS``) they are resized to a square and cut.
    """
    channels, height, width = shape
    images = spec.load(split, Frame(height, width, fit) if fit else max(height, width))
    pixels = in_channels(middle(images.pixels, height, width), channels)
    return images if pixels is images.pixels else replace(images, pixels=pixels)


def middle(pixels: Pixels, height: int, width: int) -> Pixels:
    """The middle of images [N, C, H, W] that are at least as large: [N, C, height, width]."""
    if pixels.shape[2:] == (height, width):
        return pixels
    top, left = (pixels.shape[2] - height) // 2, (pixels.shape[3] - width) // 2
    return pixels[:, :, top : top + height, left : left + width]


def in_channels(pixels: Pixels, channels: int) -> Pixels:
    """Images [N, C, H, W] with as many channels; ExplorerError unless these are one or three."""
    if pixels.shape[1] == channels:
        return pixels
    if channels not in (GREY, COLOUR):
        raise ExplorerError(
            _("The model's images have {channels} channels; those of data sets have 1 or 3.").format(channels=channels),
            _("Import it without a data set."),
        )
    if channels == COLOUR:
        return np.broadcast_to(pixels, (len(pixels), COLOUR, *pixels.shape[2:]))  # takes no memory
    return np.stack([np.asarray(to_picture(picture).convert("L")) for picture in pixels])[:, None]


def fit_note(spec: DatasetSpec, shape: Shape) -> str:
    """What ``load_as`` does to the images, without a fit, as a sentence; "" where they have the shape."""
    channels, height, width = shape
    side, longer = spec.side, max(height, width)
    steps = [f"resized to {longer} x {longer}"] if side != longer else []
    if height != width:
        steps.append(f"cut to the middle {height} x {width}")
    if spec.load("test", longer).shape[0] != channels:
        steps.append("given three equal channels" if channels == COLOUR else "turned to grey")
    done = " and ".join(filter(None, (", ".join(steps[:-1]), *steps[-1:])))
    return f"The images of {spec.title}, {side} x {side}, are {done}." if steps else ""
