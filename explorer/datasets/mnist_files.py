"""The files of MNIST and of the sets in its format: read, and downloaded where missing; MNIST's test split ships."""

from __future__ import annotations

import difflib
from http.client import HTTPException
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, settings
from explorer.base.languages import _

IDX_TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
IDX_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", *IDX_TEST)
MNIST_TEST = tuple(Path(__file__).with_name(f"mnist-{name}.xz") for name in IDX_TEST)  # IDX files, compressed


def read_idx(path: Path) -> NDArray[np.uint8]:
    """The array of an IDX file of bytes: 0, 0, 8, the number of axes, their lengths as big-endian uint32, the values.

    Read without torchvision, whose import takes seconds; a file ``.xz`` is decompressed. Raises ValueError and OSError
    for damaged files.
    """
    content = unpacked(path) if path.suffix == ".xz" else np.fromfile(path, np.uint8)
    if content[:3].tolist() != [0, 0, 8] or len(content) < 4:
        raise ValueError(f"{path.name} is no IDX file of bytes")
    start = 4 + 4 * int(content[3])
    return content[start:].reshape(content[4:start].view(">u4").astype(np.int64))


def unpacked(path: Path) -> NDArray[np.uint8]:
    """The bytes of an xz file, writable. Raises ValueError and OSError for damaged files."""
    import lzma

    try:
        return np.frombuffer(bytearray(lzma.decompress(path.read_bytes())), np.uint8)
    except lzma.LZMAError as error:
        raise ValueError(f"{path.name} is no xz file: {error}") from error


def idx_length(path: Path) -> int:
    """The length of the first axis of an IDX file, from its header. Raises ValueError and OSError as ``read_idx``."""
    with path.open("rb") as file:
        header = file.read(8)
    if len(header) < 8 or header[:3] != bytes([0, 0, 8]):
        raise ValueError(f"{path.name} is no IDX file of bytes")
    return int.from_bytes(header[4:], "big")


def ensure_downloaded(name: str, raw: Path) -> None:
    """Download a torchvision data set if files are missing; ExplorerError names those that could not be fetched."""
    if not missing_files(raw):
        return
    import torchvision.datasets

    try:
        getattr(torchvision.datasets, name)(settings().data, download=True)
    except (RuntimeError, OSError, ValueError, EOFError, HTTPException) as error:
        missing = missing_files(raw)
        raise ExplorerError(
            _("{name} is not here and could not be fetched: missing {names} in {raw}.").format(
                name=name, names=", ".join(missing), raw=raw
            ),
            _(
                "{almost_there}Connect to the internet or put the files there; the data set 'digits' works without."
            ).format(almost_there=almost_there(raw, missing)),
        ) from error


def almost_there(raw: Path, missing: list[str]) -> str:
    """What to do with a file that is one of the ``missing`` under another name or packed; empty where there is none."""
    names = {path.name: path for folder in (raw, raw.parent, raw.parent.parent) for path in folder.glob("*ubyte*")}
    for wanted in missing:
        if similar := difflib.get_close_matches(wanted, names, n=1, cutoff=0.88):
            found = names[similar[0]]
            how = "unpack" if found.suffix == ".gz" else "rename" if found.parent == raw else "move"
            return f"There is {found}: {how} it to {raw / wanted}. "
    return ""


def missing_files(raw: Path) -> list[str]:
    """Those of the four ``IDX_FILES`` that are not in ``raw``."""
    return [name for name in IDX_FILES if not (raw / name).is_file()]
