"""Training from arrays is the command's training."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from explorer.base import PROJECT
from explorer.cli.main import main
from explorer.runs import WEIGHTS
from latent_explorer import ExplorerError, load, train

DIGITS = load_digits()
INTERRUPTED = """
import io, os, signal, sys
import numpy as np
from latent_explorer import train

class Watched(io.StringIO):
    def write(self, text):
        if "training   0%" in text or "images/s" in text:
            os.kill(os.getpid(), signal.SIGINT)
            sys.stderr = sys.__stderr__
        return len(text)

sys.stderr = Watched()
images = np.random.default_rng(0).integers(0, 255, (300, 8, 8), np.uint8)
print(train(images, epochs=100_000, name="cut", hidden=(8,), device="cpu").name)
"""


def test_the_weights_are_those_of_the_command(own_roots: Path) -> None:
    own = train(
        DIGITS.images, DIGITS.target, pixels=(0, 16), model="vae", latent=3, epochs=2, hidden=[16], beta=2, seed=5,
        device="cpu", name="by-api",
    )  # fmt: skip
    file = own_roots / "mine.npz"
    np.savez(file, x=(DIGITS.images / 16 * 255).round().astype(np.uint8), y=DIGITS.target)
    options = ["--latent", "3", "--epochs", "2", "--hidden", "16", "--beta", "2", "--seed", "5", "--device", "cpu"]
    assert main(["train", "--dataset", f"arrays:{file}", "--out", "by-command", *options]) == 0
    weights = [(own_roots / "runs" / name / WEIGHTS).read_bytes() for name in ("by-api", "by-command")]
    assert weights[0] == weights[1]
    assert own.transform(DIGITS.images).shape == (1797, 3)
    assert load("by-api").classes == tuple("0123456789")
    assert len(list((own_roots / "data" / "uploads").glob("*.json"))) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"epoch": 3}, "A training has no option 'epoch'. Did you mean 'epochs'"),
        ({"dataset": "mnist"}, "A training has no option 'dataset'"),
        ({"epochs": 0}, "The number of epochs is 0"),
        ({"hidden": 5}, "a list of whole numbers"),
        ({"pixels": (0, 1)}, "out of the range from 0 to 1"),
        ({"labels": [1, 2]}, "There are 2 labels for 1,797 images"),
        ({"model": "vea"}, "'vea'"),
        ({"name": "a/b"}, "'a/b' cannot be a run's name"),
    ],
)
def test_what_cannot_be_trained(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ExplorerError, match=said):
        train(DIGITS.images, **{"pixels": (0, 16), **options})


def test_an_interrupt_ends_it_and_keeps_what_was_learned(own_roots: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    line = [sys.executable, "-P", "-c", INTERRUPTED]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "cut", done.stderr
    assert (own_roots / "runs" / "cut" / WEIGHTS).exists()
