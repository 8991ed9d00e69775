"""Frames to an animation: GIF by Pillow, MP4 where PyAV is installed. Pixels are enlarged as squares."""

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
from explorer.base.languages import _
from explorer.images.image_io import Pixels, enlarged, to_picture

TICK_MS = 10  # a GIF counts time in hundredths of a second
LEAST_TICKS = 2  # browsers slow frames of a shorter delay down fivefold
MP4_CODEC: Final = "libx264"
MP4_QUALITY = "12"  # constant rate factor, 0 (lossless) to 51 (worst); 12 is visually lossless here


def there_and_back(frames: Sequence[Pixels]) -> list[Pixels]:
    """The frames, then the inner ones in reverse order, so that a repeated animation never jumps."""
    return [*frames, *frames[-2:0:-1]]


def gif(frames: Sequence[Pixels], seconds: float, scale: int = 1, hold_s: float = 0.0) -> bytes:
    """An endlessly repeating GIF of [C, H, W] frames.

    Grey is exact; colour is quantised to 256 colours per frame. Equal neighbouring frames are merged into a longer one.

    Parameters
    ----------
    seconds : duration of one repetition without ``hold_s``; at least 0.02 a frame.
    scale : each pixel becomes a square of ``scale`` x ``scale`` pixels.
    hold_s : additional seconds for which the last frame is shown.
    """
    assert len(frames) > 0, "an animation has at least one frame"
    durations = durations_ms(len(frames), seconds)
    durations[-1] += round(hold_s * 1000)
    first, *others = [enlarged(indexed(to_picture(frame)), scale) for frame in frames]
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=durations, loop=0, optimize=False)
    return buffer.getvalue()


def durations_ms(n: int, seconds: float) -> list[int]:
    """Duration of each of ``n`` frames, ms: whole hundredths of a second that sum to ``seconds``, rounded once."""
    ticks = max(LEAST_TICKS * n, round(seconds * 1000 / TICK_MS))
    ends = np.arange(n + 1) * ticks // n
    return [int(stay) * TICK_MS for stay in np.diff(ends)]


def indexed(picture: Image.Image) -> Image.Image:
    """Colour quantised to the frame's own palette, undithered, so that a still pixel keeps its colour over frames."""
    return picture if picture.mode == "L" else picture.quantize(256, dither=Image.Dither.NONE)


def has_mp4() -> bool:
    """Whether this installation can write MP4: PyAV is installed, with an H.264 encoder."""
    if importlib.util.find_spec("av") is None:
        return False
    import av

    return MP4_CODEC in av.codecs_available


def mp4(frames: Sequence[Pixels], seconds: float, scale: int = 1) -> bytes:
    """An MP4 (H.264, yuv420p, which every browser and phone plays) of [C, H, W] frames; parameters as in ``gif``.

    H.264 takes even sizes only: of an odd one the last row or column is repeated.

    Raises ExplorerError where ``has_mp4()`` is false.
    """
    assert len(frames) > 0, "an animation has at least one frame"
    if not has_mp4():
        raise ExplorerError(_("MP4 needs the package av, which is not installed."), _("Run: pip install av"))
    import av

    shown = [padded_to_even(np.asarray(enlarged(to_picture(frame), scale).convert("RGB"))) for frame in frames]
    rate = Fraction(len(frames) / seconds).limit_denominator(1000)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream(MP4_CODEC, rate=rate, options={"crf": MP4_QUALITY})
        stream.height, stream.width = shown[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for rows in shown:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rows, format="rgb24")))
        container.mux(stream.encode())  # flushes the encoder
    return buffer.getvalue()


def padded_to_even(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """[H, W, C] padded to even H and W by repeating the last row or column."""
    height, width = rows.shape[:2]
    return np.pad(rows, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
