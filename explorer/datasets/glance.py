"""What is known of images before they are read: from the names of files, or from their headers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Glance:
    """How many images there are to train on, at most, and of what kind.

    Attributes
    ----------
    n_train : of training images, with ``n_drawn`` of which a tenth will be drawn to test, and those of ``n_validation``
        that were made to validate.
    channels : of the images; at most.
    note : all of it in a sentence or two.
    """

    n_train: int
    n_drawn: int
    n_validation: int
    classes: tuple[str, ...]
    channels: int
    note: str
