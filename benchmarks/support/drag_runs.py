"""The runs on which drags are measured: made here, since speed does not depend on what a model has learned."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.base import PROJECT

FOREIGN = PROJECT.parent / "shared" / "foreign" / "disentangling-vae" / "btcvae_celeba"  # where CI has it


def make_colour_run(folder: Path) -> None:
    """A conv-vae of 64 x 64 colour pictures, trained for one epoch."""
    explorer(folder, "train", "--dataset", pictures(folder), "--model", "conv-vae", "--side", "64", "--latent", "16",
             "--epochs", "1", "--out", "colour-64")  # fmt: skip


def make_wide_run(folder: Path) -> None:
    """A vae of 1,024 dimensions, as many as its 32 x 32 pixels."""
    explorer(folder, "train", "--dataset", "digits", "--side", "32", "--latent", "1024", "--epochs", "1",
             "--out", "wide-1024")  # fmt: skip


def make_imported_and_native(folder: Path) -> None:
    """The model of ``FOREIGN``, and a native one of the same network and size."""
    explorer(folder, "import", str(FOREIGN), "--data", pictures(folder), "--out", "imported-64")
    explorer(folder, "train", "--dataset", pictures(folder), "--model", "burgess-vae", "--side", "64", "--latent", "10",
             "--epochs", "1", "--out", "native-64")  # fmt: skip


def pictures(folder: Path) -> str:
    """The data set of 40 smooth colour pictures, made where it is missing."""
    place = folder / "pictures"
    if not place.exists():
        place.mkdir()
        noise = np.random.default_rng(0)
        for i in range(40):
            small = noise.integers(0, 256, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(small).resize((64, 64)).save(place / f"{i}.png")
    return f"folder:{place}"


def explorer(folder: Path, *command: str) -> None:
    """A command of the app, with its runs below ``folder``."""
    environment = {**os.environ, "EXPLORER_RUNS": str(folder / "runs")}
    subprocess.run(
        [sys.executable, "-m", "explorer", *command], cwd=PROJECT, env=environment, check=True, capture_output=True
    )
