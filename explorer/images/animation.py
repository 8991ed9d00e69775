"""Pictures in a row as a moving one: a GIF by Pillow, an MP4 where PyAV is installed. Pixels stay squares."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.base import ExplorerError
from explorer.images.image_io import Pixels, enlarged, to_picture

TICK_MS = 10  # a GIF counts time in hundredths of a second
LEAST_TICKS = 2  # browsers show what is meant to be quicker five times slower
MP4_CODEC: Final = "libx264"
MP4_QUALITY = "12"  # its constant rate factor: 0 is exact, 51 worst; here no eye finds a difference


def there_and_back(frames: Sequence[Pixels]) -> list[Pixels]:
    """The frames, then the way back without its ends, so that a repeated film never jumps."""
    return [*frames, *frames[-2:0:-1]]


def gif(frames: Sequence[Pixels], seconds: float, scale: int = 1, hold_s: float = 0.0) -> bytes:
    """An animated GIF of [C, H, W] frames that repeats for ever; each pixel drawn as ``scale`` x ``scale``.

    Grey is exact; colour has the 256 best colours of each frame. Equal neighbours are kept as one longer frame.

    Parameters
    ----------
    seconds : how long it takes once, without ``hold_s``; at least 0.02 a frame.
    hold_s : how much longer the last frame stays.
    """
    assert len(frames) > 0, "a film has a frame"
    durations = durations_ms(len(frames), seconds)
    durations[-1] += round(hold_s * 1000)
    first, *others = [enlarged(indexed(to_picture(frame)), scale) for frame in frames]
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=durations, loop=0, optimize=False)
    return buffer.getvalue()


def durations_ms(n: int, seconds: float) -> list[int]:
    """How long each of ``n`` frames stays: whole hundredths of a second whose sum is ``seconds``, rounded once."""
    ticks = max(LEAST_TICKS * n, round(seconds * 1000 / TICK_MS))
    ends = np.arange(n + 1) * ticks // n
    return [int(stay) * TICK_MS for stay in np.diff(ends)]


def indexed(picture: Image.Image) -> Image.Image:
    """Colour by the palette that fits this frame best, undithered: the same pixel is the same colour in every frame."""
    return picture if picture.mode == "L" else picture.quantize(256, dither=Image.Dither.NONE)


def has_mp4() -> bool:
    """Whether this installation can write MP4: PyAV is there, with an H.264 encoder."""
    if importlib.util.find_spec("av") is None:
        return False
    import av

    return MP4_CODEC in av.codecs_available


def mp4(frames: Sequence[Pixels], seconds: float, scale: int = 1) -> bytes:
    """An MP4 (H.264, yuv420p: what every browser and phone plays) of [C, H, W] frames; pixels as in ``gif``.

    H.264 takes even sizes only: an odd one gets its last row or column twice.

    Raises ExplorerError where ``has_mp4()`` is false.
    """
    assert len(frames) > 0, "a film has a frame"
    if not has_mp4():
        raise ExplorerError("MP4 needs the package av, which is not installed.", "Run: pip install av")
    import av

    shown = [even(np.asarray(enlarged(to_picture(frame), scale).convert("RGB"))) for frame in frames]
    rate = Fraction(len(frames) / seconds).limit_denominator(1000)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream(MP4_CODEC, rate=rate, options={"crf": MP4_QUALITY})
        stream.height, stream.width = shown[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for rows in shown:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rows, format="rgb24")))
        container.mux(stream.encode())  # what the encoder still holds
    return buffer.getvalue()


def even(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[H, W, C] with even H and W, the last row or column repeated where it must."""
    height, width = rows.shape[:2]
    return np.pad(rows, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
