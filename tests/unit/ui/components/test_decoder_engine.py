"""The engine that decodes in browsers makes torch's pictures: run by node, over architectures and shipped runs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from explorer.base.runtime_settings import PROJECT, SHIPPED_RUNS
from explorer.exporting.decoder_program.building import decoder_for_browsers
from explorer.images import Pixels
from explorer.inference.decoding import decode_with
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.run import Run
from models import VAE, model_spec

NODE = PROJECT / ".venv" / "bin" / "node"
SCRIPT = PROJECT / "tests" / "js" / "decoder" / "decode_file.js"
WITHIN = 1  # of 255 levels
CODES = {"wasm": 40, "plain": 12}  # of a shipped run; plain JavaScript is slow
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "dense 3 x 32": ("vae", {"shape": (3, 32, 32), "likelihood": "gaussian"}),
    "conv 1 x 28": ("conv-vae", {"shape": (1, 28, 28), "likelihood": "continuous-bernoulli", "activation": "gelu"}),
    "conv 3 x 64": ("vae", {"shape": (3, 64, 64), "architecture": "conv", "activation": "elu"}),
    "conv 3 x 33 x 47": ("vae", {"shape": (3, 33, 47), "architecture": "conv", "activation": "softplus"}),
    "burgess 1 x 64": ("burgess-vae", {"shape": (1, 64, 64), "activation": "leaky-relu"}),
    "resnet 3 x 32": ("vae", {"shape": (3, 32, 32), "architecture": "resnet", "width": 8, "activation": "tanh"}),
    "resnet 1 x 28": ("vae", {"shape": (1, 28, 28), "architecture": "resnet", "width": 8}),
    "m2 1 x 28": ("m2", {"shape": (1, 28, 28), "activation": "sigmoid"}),
    "inpaint 3 x 28": ("inpaint-cvae", {"shape": (3, 28, 28)}),
    "vanilla 3 x 64": ("vanilla-vae", {"shape": (3, 64, 64), "hidden": (8, 8, 16, 16, 32), "shift": (0.5,),
                                       "scale": (0.5,), "rescaled": True, "likelihood": "unknown"}),
}  # fmt: skip


def codes(model: VAE, n: int) -> NDArray[np.float32]:
    """Draws of the prior, of thrice its spread, and extremes of the sliders; whole rows of any numbers."""
    rng = np.random.default_rng(1)
    spread = rng.choice([1, 3], (n, 1))
    z = (spread * rng.standard_normal((n, model.code))).astype(np.float32)
    z[:2] = [[6], [-6]]
    return z


def decoded(program: Path, z: NDArray[np.float32], shape: tuple[int, ...], way: str = "wasm") -> Pixels:
    """The engine's pictures."""
    run = subprocess.run([NODE, SCRIPT, program, way], input=z.tobytes(), capture_output=True, check=True)
    return np.frombuffer(run.stdout, np.uint8).reshape(len(z), *shape)


def check(model: VAE, name: str, folder: Path, n: int, way: str = "wasm") -> None:
    """No pixel of the engine differs from torch's by more than a level."""
    (folder / "decoder").write_bytes(decoder_for_browsers(model, name).content)
    z = codes(model, n)
    ours = decoded(folder / "decoder", z, model.config.shape, way)
    assert np.abs(ours.astype(int) - decode_with(model, z)).max() <= WITHIN


@pytest.mark.parametrize("case", CASES)
def test_a_model(case: str, tmp_path: Path) -> None:
    name, options = CASES[case]
    torch.manual_seed(0)
    model = model_spec(name).build({"latent": 5, "hidden": (32,), **options}).eval().requires_grad_(False)
    check(model, name, tmp_path, 19)


@pytest.mark.parametrize("way", ["wasm", "plain"])
@pytest.mark.parametrize("path", sorted(SHIPPED_RUNS.iterdir()), ids=lambda path: path.name)
def test_a_shipped_run(path: Path, way: str, tmp_path: Path) -> None:
    run = load_run(Run(path))
    check(load_model(run, torch.device("cpu")), run.model.name, tmp_path, CODES[way], way)
