"""The images used by paths and analogies, encoded by the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.base.languages import N_, _, translate_stored
from explorer.image_lab import prepared_for
from explorer.images import Pixels, open_image
from explorer.ui.common import ImageRef, cached, pixels_of
from explorer.ui.image import uploads as brought
from explorer.ui.image.shipped_examples import EXAMPLES
from explorer.ui.image.subject import Subject
from explorer.ui.image.uploads import Brought


@dataclass(frozen=True)
class Station:
    """One image: its name, its code [D], its pixels [C, H, W], and whether these are "original" or "decoded"."""

    name: str
    code: NDArray[np.float32]
    pixels: Pixels
    source: str

    @property
    def title(self) -> str:
        """The name, with what the pixels are where they are not the image's own."""
        name = translate_stored(self.name)
        return name if self.source == "original" else _("{name}, decoded").format(name=name)

    @property
    def alt(self) -> str:
        """What a screen reader says."""
        text = _("original, {name}") if self.source == "original" else _("decoded, {name}")
        return text.format(name=translate_stored(self.name))


def own(subject: Subject, ref: ImageRef) -> Station:
    """The image that the page is about."""
    return Station(subject.name, subject.result.code, subject.pixels, "original")


def of_test(subject: Subject, ref: ImageRef) -> Station:
    """A test image."""
    run, number = subject.run, int(ref.name)
    shown, place = cached.map_images(run), np.array([number])
    pixels, source = pixels_of(run, shown, place)
    name = shown.latents.class_name(number)
    text = N_("test image {number:,}") if name is None else N_("{name}, test image {number:,}")
    title = text.format(name=name, number=number)  # it goes into files, and is translated where it is shown
    return Station(title, shown.codes(run, place)[0], pixels[0], source)


def of_example(subject: Subject, ref: ImageRef) -> Station:
    """A picture that ships."""
    path = EXAMPLES / str(ref.name)
    return prepared(subject, path.name, open_image(path))


def of_brought(subject: Subject, ref: ImageRef) -> Station:
    """One of several pictures that the visitor brought together."""
    return prepared(subject, str(ref.name), brought_pictures()[str(ref.name)].picture)


def prepared(subject: Subject, name: str, picture: Image.Image) -> Station:
    """The model's input for a picture, with the automatic choices."""
    pixels = prepared_for(subject.run, picture).pixels
    return Station(name, cached.reconstruction(subject.run, pixels).code, pixels, "original")


def brought_pictures() -> dict[str, Brought]:
    """The several pictures that came together last, by name."""
    several = brought.several()
    return {} if several is None else {one.name: one for one in several.pictures}


STATIONS: dict[str, Callable[[Subject, ImageRef], Station]] = {
    "own": own,
    "test": of_test,
    "example": of_example,
    "brought": of_brought,
}


def still_there(refs: Iterable[ImageRef]) -> tuple[ImageRef, ...]:
    """Those that can be found: what came together is forgotten when other files are brought."""
    return tuple(ref for ref in refs if ref.kind != "brought" or ref.name in brought_pictures())


def station(subject: Subject, ref: ImageRef) -> Station:
    """An image under the subject's model."""
    return STATIONS[ref.kind](subject, ref)


def suggested_images(subject: Subject, count: int = 1) -> tuple[ImageRef, ...]:
    """Test images to begin with, where there are any of another class than the subject's nearest and the others."""
    latents = cached.latents(subject.run)
    nearest = int(latents.nearest(subject.result.mu, 1)[0][0])
    order = np.random.default_rng(subject.number).permutation(len(latents))
    classes = np.arange(len(latents)) if latents.labels is None else latents.labels
    _, firsts = np.unique(classes[order], return_index=True)
    unlike = [number for number in order[np.sort(firsts)] if classes[number] != classes[nearest]]
    return tuple(ImageRef("test", int(number)) for number in [*unlike, *order][:count])
