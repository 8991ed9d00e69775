"""A small picture by which a run is known in lists: what its decoder makes, else the images that it has seen."""

from __future__ import annotations

import math

import numpy as np

from explorer.base import resolve_device
from explorer.images import Pixels, as_array, grid, shrink, to_picture, to_png
from explorer.inference.decoding import decode_with
from explorer.inference.latent_space import View, Z, home, latent_size, manifold_grid, prior_codes
from explorer.inference.latents import originals, read_latents
from explorer.runs import LoadedRun, load_model

SIDE = 112  # pixels of the picture's long side, at most
PLANE_SIDE, TILE_SIDE = 5, 3  # images along a side
SEED = 0
GREY = 128


def run_picture(run: LoadedRun) -> bytes:
    """A PNG: the decoded plane of two latent dimensions, else decoded draws of the prior.

    Of a run without a decoder it is of its first test images, where they are here; else a grey tile. The model is read
    for it and not kept. Raises ExplorerError as ``load_model``.
    """
    pictures = decoded_pictures(run) if run.model.decodes else first_images(run)
    sheet = grid(pictures)
    longest = max(sheet.shape[1:])
    if longest > SIDE:
        sheet = as_array(shrink(to_picture(sheet), SIDE))
    return to_png(sheet, max(1, SIDE // 2 // longest))


def decoded_pictures(run: LoadedRun) -> Pixels:
    """Pictures of the prior, uint8 [N, C, H, W], with N a square."""
    return decode_with(load_model(run, resolve_device()), codes_of(run))


def codes_of(run: LoadedRun) -> Z:
    """The codes to decode: [N, K]."""
    if latent_size(run) != 2:
        return prior_codes(run, TILE_SIDE**2, seed=SEED)
    latents = read_latents(run, "test")
    view = View(0, 1) if latents is None else latents.home_view(None)
    return manifold_grid(home(run), smaller(view))


def smaller(view: View) -> View:
    """The same part of the plane in few cells."""
    return View(view.x, view.y, view.lo_x, view.hi_x, view.lo_y, view.hi_y, view.scale, PLANE_SIDE, view.basis)


def first_images(run: LoadedRun) -> Pixels:
    """The first test images, a square number of them; a grey one where they are not here."""
    images = originals(run)
    if images is None or not len(images.pixels):
        return np.full((1, 1, SIDE // 2, SIDE // 2), GREY, np.uint8)
    return images.pixels[: math.isqrt(min(len(images.pixels), TILE_SIDE**2)) ** 2]
