"""What the page opens on before the visitor has brought an image: one of the kind that the model knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.base.languages import _
from explorer.images import Pixels, open_image, to_picture
from explorer.inference.latent_space import prior_codes
from explorer.runs import LoadedRun
from explorer.training import presets
from explorer.ui.common import PickedImage, cached, pixels_of
from explorer.ui.image.shipped_examples import shipped_examples

EXAMPLE_NUMBER = 0  # of the test image; no image that a visitor picks has it in its keys either


@dataclass(frozen=True)
class Example:
    """An image that nobody picked, and what it is."""

    title: str
    picked: PickedImage


def example_of(run: LoadedRun) -> Example:
    """A test image of the run where its images are here, else one that ships and suits it, else a decoded one."""
    images = cached.images(run)
    if images is not None and len(images):
        name = f"test image {EXAMPLE_NUMBER}"
        title = _("test image {number} of {data}").format(
            number=EXAMPLE_NUMBER, data=presets.dataset_title(run.data.name)
        )
        return example(name, title, images.pixels[EXAMPLE_NUMBER])
    if shipped := shipped_examples(run):
        path = shipped[0]
        return Example(path.name, PickedImage(path.name, EXAMPLE_NUMBER, open_image(path)))
    return decoded_example(run)


def decoded_example(run: LoadedRun) -> Example:
    """What the model itself decodes: of a test image whose latents are here, else of a draw of the prior."""
    from explorer.inference import decode

    if cached.no_latents(run) is None:
        pixels, source = pixels_of(run, cached.map_images(run), np.array([EXAMPLE_NUMBER]))
        name, title = f"test image {EXAMPLE_NUMBER}, {source}", _("test image {number}, decoded")
    else:
        pixels, name = decode(run, prior_codes(run, 1, seed=0)), "a draw of the prior, decoded"
        title = _("a draw of the prior, decoded")
    return example(name, title.format(number=EXAMPLE_NUMBER), pixels[0])


def example(name: str, title: str, pixels: Pixels) -> Example:
    """One of pixels [C, H, W]."""
    return Example(title, PickedImage(name, EXAMPLE_NUMBER, to_picture(pixels)))
