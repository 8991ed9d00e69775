from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.images.image_io import Pixels, grid, to_png
from explorer.training.snapshots import FILM_SIDE, LAST_S, epoch_of, film, frame_at, read_frame

PATHS = [Path(f"epoch-{n:04d}.png") for n in (1, 2, 5)]


def written(folder: Path, pictures: Pixels) -> Path:
    """A frame as a training writes it."""
    path = folder / "epoch-0003.png"
    path.write_bytes(to_png(grid(pictures, columns=len(pictures) // 2, gap=1)))
    return path


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("n", [1, 5, 16])
def test_a_frame_comes_back_as_its_pictures(tmp_path: Path, channels: int, n: int) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2 * n, channels, 8, 8), np.uint8)
    originals, decoded = read_frame(written(tmp_path, pictures), (channels, 8, 8))
    np.testing.assert_array_equal(originals, pictures[:n])
    np.testing.assert_array_equal(decoded, pictures[n:])


def test_a_frame_of_other_pictures_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, np.zeros((8, 1, 8, 8), np.uint8))
    with pytest.raises(ExplorerError, match="no frame of this run"):
        read_frame(path, (1, 28, 28))


def test_a_cut_frame_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, np.zeros((8, 1, 8, 8), np.uint8))
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ExplorerError, match="epoch-0003"):
        read_frame(path, (1, 8, 8))


def test_no_flipped_bit_of_a_frame_gives_other_pixels(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (8, 1, 8, 8), np.uint8)
    path = written(tmp_path, pictures)
    whole, refused = path.read_bytes(), 0
    for place in np.random.default_rng(1).permutation(8 * len(whole))[:1500]:
        content = bytearray(whole)
        content[place // 8] ^= 1 << (place % 8)
        path.write_bytes(content)
        try:
            found = np.concatenate(read_frame(path, (1, 8, 8)))
        except ExplorerError:
            refused += 1
        else:  # in the checksum of the end mark, which holds nothing
            np.testing.assert_array_equal(found, pictures)
    assert refused > 1450


@pytest.mark.parametrize(("epoch", "shown"), [(1, 1), (2, 2), (4, 2), (5, 5), (99, 5), (0, 1)])
def test_the_newest_frame_up_to_an_epoch(epoch: int, shown: int) -> None:
    path = frame_at(PATHS, epoch)
    assert path is not None
    assert epoch_of(path) == shown


def test_no_frame_yet() -> None:
    assert frame_at([], 3) is None
    assert epoch_of(Path("other.png")) == 0


def test_the_film_has_every_frame_enlarged_and_crisp(tmp_path: Path) -> None:
    for epoch in (1, 2, 10):
        picture = np.zeros((1, 30, 30), np.uint8)
        picture[0, :, :epoch] = 255
        (tmp_path / f"manifold-{epoch:04d}.png").write_bytes(to_png(picture))
    paths = sorted(tmp_path.glob("manifold-*.png"))
    assert [epoch_of(path) for path in paths] == [1, 2, 10]
    with Image.open(io.BytesIO(film(paths))) as gif:
        assert (gif.format, gif.size, getattr(gif, "n_frames", 1), gif.info["loop"]) == ("GIF", (480, 480), 3, 0)
        gif.seek(2)
        assert gif.info["duration"] == LAST_S * 1000
        grey = np.asarray(gif.convert("L"))
    assert set(np.unique(grey)) == {0, 255}  # no pixel between, as smoothing would leave
    assert (grey > 0).mean() == 10 / 30
    assert FILM_SIDE == 480


def test_a_film_of_nothing_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="no pictures"):
        film([])
    (tmp_path / "manifold-0001.png").write_bytes(b"no picture")
    with pytest.raises(ExplorerError):
        film([tmp_path / "manifold-0001.png"])
