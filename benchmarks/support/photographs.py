"""Pictures of a camera's size that a JPEG encoder finds as rich as photographs: detail at every scale, light across."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIZE = (4000, 3000)  # 12 megapixels
MARGIN = 600  # of the texture around a picture, from which each takes another part
OCTAVES = 11
FALL = 0.88  # of the amplitude from one octave to the next finer one
QUALITY = 90


def photographs(count: int) -> Iterator[bytes]:
    """Different JPEGs of 3 to 5 MB."""
    rng = np.random.default_rng(0)
    texture = fractal(rng, (SIZE[0] + MARGIN, SIZE[1] + MARGIN))  # [H, W]
    across = np.linspace(-1, 1, SIZE[0], dtype=np.float32)
    for _ in range(count):
        left, top = rng.integers(0, MARGIN, 2)
        part = texture[top : top + SIZE[1], left : left + SIZE[0]]
        tint, light = rng.uniform(0.6, 1, 3), rng.uniform(-40, 40)
        grey = 128 + 50 * part + light * across
        pixels = np.stack([grey * band for band in tint], -1).clip(0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=QUALITY)
        yield buffer.getvalue()


def fractal(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """Smooth noise at each of some octaves, the coarser the stronger, of standard deviation 1: float32 [H, W]."""
    total = np.zeros((size[1], size[0]), np.float32)
    for octave in range(OCTAVES):
        side = 4 * 2**octave
        coarse = Image.fromarray(rng.standard_normal((side, side)).astype(np.float32))
        total += FALL**octave * np.asarray(coarse.resize(size, Image.Resampling.BICUBIC))
    result: NDArray[np.float32] = (total - total.mean()) / total.std()
    return result
