"""A folder of images as a data set: flat, one subfolder per class, or ``train/`` and ``test/`` with either inside.

Files are not moved. Their pixels are one uint8 array, memory-mapped from the data root's cache when large.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, Refusal, read_json, settings, unwritable, when_free, write_json
from explorer.images import Pixels, open_image, to_pixels

DEFAULT_SIDE = 32
MEMORY_LIMIT = 2**30  # bytes; above this the pixels live in a file
FOLDER_TEST_SHARE = 0.1
SUFFIXES = {".png", ".jpg", ".jpeg", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm"}


@dataclass(frozen=True)
class Folder:
    """The images of a folder at one size, training images before test images."""

    pixels: Pixels  # [N, C, side, side]
    files: tuple[Path, ...]  # relative to the folder, in the order of the pixels
    n_train: int
    skipped: tuple[str, ...]  # 'file: reason' of each one that could not be read

    def part(self, split: str) -> slice:
        """The rows of a split's images."""
        return slice(0, self.n_train) if split == "train" else slice(self.n_train, None)


def read_folder(folder: Path, side: int) -> Folder:
    """Every image below ``folder``, centre-cropped and resized to ``side``.

    Raises ExplorerError when the folder is missing, empty, or has fewer than two readable images.
    """
    files = image_files(folder)
    state = hashlib.sha256(f"{folder.resolve()} {side}".encode())
    for path in files:
        facts = path.stat()
        state.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return read_files(folder, tuple(files), side, state.hexdigest()[:32])


@lru_cache(maxsize=2)  # both splits come from one reading
def read_files(folder: Path, files: tuple[Path, ...], side: int, key: str) -> Folder:
    """The files as one array; ``key`` changes when any of them does."""
    ordered, n_train = by_split(files, folder)
    large = len(files) * 3 * side * side > MEMORY_LIMIT
    cached = settings().data / "cache" / f"{key}.npy"
    found = read_cache(cached) if large else None
    pixels, kept, skipped = found or decode_all(ordered, folder, side, cached if large else None)
    if len(kept) < 2:
        raise too_few(folder, len(kept), len(skipped))
    n_train = sum(str(path.relative_to(folder)) in kept for path in ordered[:n_train])
    names = tuple(path.relative_to(folder) for path in ordered if str(path.relative_to(folder)) in kept)
    return Folder(pixels, names, min(max(n_train, 1), len(kept) - 1), tuple(skipped))


def too_few(folder: Path, n: int, n_skipped: int) -> ExplorerError:
    """The error for a folder that cannot be divided into two splits."""
    unreadable = f" and {n_skipped} that could not be read" if n_skipped else ""
    return ExplorerError(
        f"The folder {folder} has {n} readable image{'' if n == 1 else 's'}{unreadable}.",
        "At least 2 are needed, one to train on and one to test.",
    )


def image_files(folder: Path) -> list[Path]:
    """Every file below ``folder`` with an image's suffix, sorted; links that leave the folder are ignored."""
    if not os.path.isdir(folder):  # unlike Path.is_dir, False for every path that cannot be read
        raise ExplorerError(f"There is no folder {folder}.", "Give the path of a folder of images.")
    root = folder.resolve()
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file() and path.resolve().is_relative_to(root)
    )
    if not found:
        raise ExplorerError(
            f"The folder {folder} holds no images.", "Put PNG, JPEG, WebP, BMP, GIF or TIFF files in it."
        )
    return found


def decode_all(files: list[Path], folder: Path, side: int, cached: Path | None) -> tuple[Pixels, set[str], list[str]]:
    """Pixels of all readable files (one channel where all are grey), their names, and why others were skipped."""
    pixels = pixel_array((len(files), 3, side, side), cached)
    kept: list[str] = []
    skipped: list[str] = []
    for path, picture in decoded_files(files, side):
        name = str(path.relative_to(folder))
        if isinstance(picture, Refusal):
            skipped.append(f"{name}: {picture.message}")
        else:
            pixels[len(kept)] = picture
            kept.append(name)
    if cached is not None:
        finish_cache(pixels, cached, kept, skipped)
        return pixels[: len(kept)], set(kept), skipped
    pixels = pixels[: len(kept)]
    grey = bool((pixels == pixels[:, :1]).all())
    return pixels[:, :1].copy() if grey else pixels, set(kept), skipped


def decoded_files(files: list[Path], side: int) -> Iterator[tuple[Path, Pixels | Refusal]]:
    """Each file with its RGB pixels, or with why it cannot be read; read by several threads."""

    def read(path: Path) -> Pixels | Refusal:
        try:
            return to_pixels(open_image(path), (3, side, side))
        except ExplorerError as error:
            return error.refusal

    with ThreadPoolExecutor() as pool:
        yield from zip(files, pool.map(read, files), strict=True)


def pixel_array(shape: tuple[int, ...], cached: Path | None) -> Pixels:
    """An empty uint8 array: in memory, or in a file under a temporary name beside ``cached``."""
    if cached is None:
        return np.empty(shape, np.uint8)
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        return np.lib.format.open_memmap(cached.with_suffix(".partial"), "w+", np.uint8, shape)
    except OSError as error:
        raise unwritable(cached.parent, error) from error


def finish_cache(pixels: Pixels, cached: Path, kept: list[str], skipped: list[str]) -> None:
    """Rename the pixel file to its final name; the list of files is written last and makes the cache valid."""
    assert isinstance(pixels, np.memmap)
    pixels.flush()
    try:
        when_free(lambda: os.replace(cached.with_suffix(".partial"), cached))
    except OSError as error:
        raise unwritable(cached.parent, error) from error
    write_json(cached.with_suffix(".json"), {"kept": kept, "skipped": skipped})


def read_cache(cached: Path) -> tuple[Pixels, set[str], list[str]] | None:
    """The cached result of ``decode_all`` for the same files; None if there is none or it is incomplete."""
    try:
        facts = read_json(cached.with_suffix(".json"))
        pixels = np.load(cached, mmap_mode="r", allow_pickle=False)
        return pixels[: len(facts["kept"])], set(facts["kept"]), facts["skipped"]
    except (ExplorerError, OSError, ValueError, EOFError, KeyError, TypeError):
        return None


def labels_of(folder: Path, read: Folder) -> tuple[tuple[str, ...], NDArray[np.int64] | None]:
    """Class names and labels int64 [N] where each class has a subfolder; otherwise ``()`` and None."""
    parents = parents_of(folder, read.files)
    classes = tuple(sorted(set(parents)))
    if len(classes) < 2:
        return (), None
    index = {name: i for i, name in enumerate(classes)}
    return classes, np.array([index[parent] for parent in parents], np.int64)


def parents_of(folder: Path, files: Iterable[Path]) -> list[str]:
    """The class subfolder of each file (paths relative to the folder); '' for files outside any."""
    skip = 1 if has_splits(folder) else 0  # 'train' and 'test' are not classes
    return [next(iter(name.parts[skip:-1]), "") for name in files]


def has_splits(folder: Path) -> bool:
    """Whether the folder consists of non-empty subfolders ``train`` and ``test``."""
    inside = {path.name for path in folder.iterdir() if path.is_dir() and next(path.rglob("*"), None)}
    return inside == {"train", "test"}


def by_split(files: tuple[Path, ...], folder: Path) -> tuple[list[Path], int]:
    """Training files followed by test files (the folder's own split, else a fixed random tenth), and the number of
    training files."""
    if has_splits(folder):
        test = {path for path in files if path.relative_to(folder).parts[0] == "test"}
    else:
        n_test = max(1, round(len(files) * FOLDER_TEST_SHARE))
        order = np.random.default_rng(0).permutation(len(files))
        test = {files[i] for i in order[:n_test]}
    train = [path for path in files if path not in test]
    return train + [path for path in files if path in test], len(train)
