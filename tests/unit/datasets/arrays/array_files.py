"""Small data sets of arrays in each form, for the tests: 60 images of 12 x 12 in 3 classes."""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image
from pyarrow import parquet

from explorer.datasets.datasets import Images, dataset_spec

N, SIDE, CLASSES = 60, 12, 3
LABELS = np.arange(N) % CLASSES
PIXELS = np.random.default_rng(0).integers(0, 250, (N, SIDE, SIDE)).astype(np.uint8)
PIXELS[0, 0, :2] = 0, 255
COLOUR = np.random.default_rng(1).integers(0, 256, (N, SIDE, SIDE, 3)).astype(np.uint8)


def loaded(name: object, query: str = "") -> tuple[Images, Images]:
    """The two splits of a file of arrays, at their own size."""
    spec = dataset_spec(f"arrays:{name}{query}")
    return spec.load("train", None), spec.load("test", None)


def both(parts: tuple[Images, Images]) -> NDArray[np.uint8]:
    """The pixels of both splits, sorted, since a draw mixes them: [N, C * H * W]."""
    return in_order(np.concatenate([part.pixels for part in parts]))


def in_order(images: NDArray[Any]) -> NDArray[Any]:
    """Images as sorted rows, so that sets of them compare."""
    rows = images.reshape(len(images), -1)
    return rows[np.lexsort(rows.T[::-1])]


def npz(path: Path, **arrays: Any) -> Path:
    """An uncompressed ``.npz``."""
    np.savez(path, **arrays)
    return path


def idx(path: Path, array: NDArray[Any]) -> Path:
    """An IDX file of bytes, packed where its name says so."""
    content = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def csv(path: Path, pixels: NDArray[Any], labels: NDArray[Any], delimiter: str = ",", bom: bool = False) -> Path:
    """Kaggle's form: a label and a pixel in each column."""
    flat = pixels.reshape(len(pixels), -1)
    lines = [["label", *(f"pixel{i}" for i in range(flat.shape[1]))]]
    lines += [[str(label), *map(str, row)] for label, row in zip(labels, flat.tolist(), strict=True)]
    text = "\ufeff" * bom + "".join(delimiter.join(line) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def png(pixels: NDArray[np.uint8]) -> bytes:
    """One image [H, W] or [H, W, 3] as a PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def parquet_file(path: Path, pixels: NDArray[np.uint8], labels: NDArray[Any], **metadata: bytes) -> Path:
    """Hugging Face's form: a struct of bytes and path, and a label."""
    images = [{"bytes": png(each), "path": f"{i}.png"} for i, each in enumerate(pixels)]
    table = pa.table({"image": images, "label": labels})
    parquet.write_table(table.replace_schema_metadata(metadata or None), path)
    return path


def write_npz(folder: Path) -> Path:
    """As medMNIST: three splits by their keys, labels in a column."""
    parts = {"train": slice(0, 40), "val": slice(40, 50), "test": slice(50, None)}
    images = {f"{name}_images": PIXELS[part] for name, part in parts.items()}
    return npz(folder / "med.npz", **images, **{f"{name}_labels": LABELS[part, None] for name, part in parts.items()})


def write_npy(folder: Path) -> Path:
    """Images in one file, labels in the other."""
    np.save(folder / "y.npy", LABELS)
    np.save(folder / "x.npy", PIXELS)
    return folder / "x.npy"


def write_csv(folder: Path) -> Path:
    """As Kaggle's digits."""
    return csv(folder / "digits.csv", PIXELS, LABELS)


def write_idx(folder: Path) -> Path:
    """As MNIST, packed."""
    for name, part in (("train", slice(0, 50)), ("t10k", slice(50, None))):
        idx(folder / f"{name}-images-idx3-ubyte.gz", PIXELS[part])
        idx(folder / f"{name}-labels-idx1-ubyte.gz", LABELS[part])
    return folder / "train-images-idx3-ubyte.gz"


def write_parquet(folder: Path) -> Path:
    """As Hugging Face: a file for each split."""
    parquet_file(folder / "test-00000-of-00001.parquet", PIXELS[50:], LABELS[50:])
    return parquet_file(folder / "train-00000-of-00001.parquet", PIXELS[:50], LABELS[:50])


FORMS: dict[str, Callable[[Path], Path]] = {
    "npz": write_npz, "npy": write_npy, "csv": write_csv, "idx": write_idx, "parquet": write_parquet,
}  # fmt: skip
