"""Moving pictures, read back by their own decoders."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageSequence

from explorer.base.errors import ExplorerError
from explorer.images.animation import durations_ms, gif, has_mp4, mp4, there_and_back
from explorer.images.image_io import Pixels

needs_av = pytest.mark.skipif(not has_mp4(), reason="PyAV is not installed")


def frames_of(content: bytes) -> tuple[list[Pixels], list[int]]:
    """What a reader sees of a GIF: each frame [3, H, W], and how long it stays, ms."""
    with Image.open(io.BytesIO(content)) as film:
        shown = [(frame.convert("RGB"), frame.info["duration"]) for frame in ImageSequence.Iterator(film)]
    return [np.asarray(frame).transpose(2, 0, 1) for frame, _ in shown], [stays for _, stays in shown]


def noise(n: int, channels: int = 1, height: int = 8, width: int = 8) -> list[Pixels]:
    """Frames that have nothing in common."""
    return list(np.random.default_rng(0).integers(0, 256, (n, channels, height, width), np.uint8))


def repeated(frames: Sequence[Pixels], scale: int) -> list[Pixels]:
    """Each pixel as a square, by another way than the code's."""
    return [np.kron(frame, np.ones((1, scale, scale), np.uint8)) for frame in frames]


@pytest.mark.parametrize("scale", [1, 3])
def test_grey_frames_come_back_exactly(scale: int) -> None:
    every_grey = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    frames = [every_grey, every_grey[:, ::-1].copy(), *noise(3, height=16, width=16)]
    shown, _ = frames_of(gif(frames, 1.0, scale))
    assert len(shown) == 5
    for got, wanted in zip(shown, repeated(frames, scale), strict=True):
        np.testing.assert_array_equal(got, np.repeat(wanted, 3, 0))


def test_a_colour_frame_of_few_colours_comes_back_exactly_in_every_frame() -> None:
    frames = noise(4, channels=3)  # 64 colours each, others in each
    shown, _ = frames_of(gif(frames, 1.0, 2))
    for got, wanted in zip(shown, repeated(frames, 2), strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_a_photograph_loses_little() -> None:
    ramp = np.linspace(0, 255, 32)
    sky = np.stack([np.tile(ramp, (32, 1)), np.tile(ramp[:, None], 32), np.full((32, 32), 90.0)]).astype(np.uint8)
    shown, _ = frames_of(gif([sky, sky[:, ::-1].copy()], 1.0))
    assert np.abs(shown[0].astype(int) - sky).mean() < 6


def test_the_time_is_kept_to_a_hundredth_of_a_second() -> None:
    _, durations = frames_of(gif(noise(7), 1.0, hold_s=0.5))
    assert sum(durations) == 1500
    assert max(durations[:-1]) - min(durations[:-1]) <= 10
    assert durations[-1] >= 640


def test_no_frame_is_quicker_than_browsers_show() -> None:
    assert durations_ms(10, 0.001) == [20] * 10


def test_it_repeats_for_ever() -> None:
    with Image.open(io.BytesIO(gif(noise(2), 1.0))) as film:
        assert film.info["loop"] == 0


def test_equal_frames_stay_longer() -> None:
    one, other = noise(2)
    shown, durations = frames_of(gif([one, one, other, other], 0.8))
    assert len(shown) == 2
    assert sum(durations) == 800


def test_one_frame_is_a_still_picture() -> None:
    with Image.open(io.BytesIO(gif(noise(1), 1.0))) as film:
        assert getattr(film, "n_frames", 1) == 1


def test_there_and_back_shows_the_ends_once() -> None:
    frames = noise(4)
    wanted = [0, 1, 2, 3, 2, 1]
    for got, number in zip(there_and_back(frames), wanted, strict=True):
        assert got is frames[number]
    assert len(there_and_back(frames[:2])) == 2


@needs_av
@pytest.mark.parametrize(("height", "width", "scale"), [(8, 8, 4), (7, 9, 1), (5, 4, 3)])
def test_an_mp4_is_read_back(height: int, width: int, scale: int) -> None:
    import av

    smooth = [np.full((1, height, width), level, np.uint8) for level in (0, 60, 128, 200, 255)]
    smooth[2][:, :, width // 2 :] = 0
    with av.open(io.BytesIO(mp4(smooth, 2.5, scale)), "r") as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == 2
        got = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    assert len(got) == 5
    for rows, wanted in zip(got, repeated(smooth, scale), strict=True):
        assert rows.shape[0] % 2 == rows.shape[1] % 2 == 0
        assert rows.shape[0] - height * scale in (0, 1)
        seen = rows[: height * scale, : width * scale, 0].astype(int)
        assert np.abs(seen - wanted[0]).mean() < 8


@needs_av
def test_colours_survive_an_mp4() -> None:
    import av

    red = np.stack([np.full((16, 16), 220), np.full((16, 16), 30), np.full((16, 16), 30)]).astype(np.uint8)
    with av.open(io.BytesIO(mp4([red, red], 1.0, 2)), "r") as container:
        got = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert np.abs(got.mean((0, 1)) - [220, 30, 30]).max() < 12


def test_without_the_package_mp4_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not has_mp4()
    with pytest.raises(ExplorerError, match="package av"):
        mp4(noise(2), 1.0)
