"""A hash of an image by its pixels: what tells equal images, wherever they come from."""

from __future__ import annotations

import hashlib

import numpy as np

from explorer.images.image_io import Pixels


def content_hash(image: Pixels) -> int:
    """64 bits of a hash of one image, uint8 [C, H, W]."""
    return int.from_bytes(hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=8).digest(), "little")
