"""Search for images by number, class or part of a file name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.maps.fits import MapImages

CLASS = "class "


def find_images(text: str, shown: MapImages, names: Sequence[str] | None = None) -> NDArray[np.int64]:
    """Places of the images that match ``text``, ascending; empty without a match.

    Parameters
    ----------
    text : an image's number; ``class NAME``, or a class name that is not a number, for all images of a class; anything
        else is matched as part of a file name, ignoring case.
    shown : the images searched.
    names : file name of each place; None for data sets without files.
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
