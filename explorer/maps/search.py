"""From what somebody types to images: a number, a class or part of a file name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.maps.fits import MapImages

CLASS = "class "


def find_images(text: str, shown: MapImages, names: Sequence[str] | None = None) -> NDArray[np.int64]:
    """Places of the images that ``text`` means, ascending; none where it means nothing.

    A number is an image's; ``class NAME`` (or a class's name that is no number) all images of a class; anything
    else, upper and lower case alike, is part of a file's name, of which ``names`` has one for each place.
    """
    text = text.strip().casefold()
    if text.replace(",", "").isdecimal():
        place = shown.place(int(text.replace(",", "")))
        return np.array([] if place is None else [place], np.int64)
    latents = shown.latents
    if latents.labels is not None:
        classes = [name.casefold() for name in latents.classes]
        wanted = text.removeprefix(CLASS).strip()
        if wanted in classes:
            return np.flatnonzero(latents.labels == classes.index(wanted))
    found = [i for i, name in enumerate(names or ()) if text and text in name.casefold()]
    return np.array(found, np.int64)
