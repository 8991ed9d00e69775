"""What is exported and imported again gives the same posteriors and pictures, of every model that is trained here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from safetensors.torch import load

from explorer.base.files import json_bytes
from explorer.exporting.conventions import conventions_of
from explorer.exporting.networks import graphs
from explorer.importing.conventions import Conventions
from explorer.importing.worker import imported
from models import MODELS, VAE, model_spec

SIDES = {"conv-vae": 28, "burgess-vae": 32}
TOLERANCE = 1e-5
# onnx2pytorch indexes as torch will not any more; the warning is torch's, once a process.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Using a non-tuple sequence for multidimensional indexing"),
]


def again(name: str, model: VAE, folder: Path, monkeypatch: pytest.MonkeyPatch) -> VAE:
    """The model after export and import, as the worker makes it."""
    spec = model_spec(name)
    note = {"run": "r", "model": name, "files": [], "left_out": [], **conventions_of(model, spec.variational)}
    files = {**graphs(model, spec.variational, spec.condition), "model.json": json_bytes(note)}
    for file, content in files.items():
        (folder / file).write_bytes(content)
    monkeypatch.chdir(folder)  # it writes the weights there
    request = {"files": [str(folder / file) for file in files], "said": asdict(Conventions()), "form": "onnx"}
    answer = imported(request)
    weights = load((folder / "weights.safetensors").read_bytes())
    return model_spec(answer["model"]).restore(answer["options"], weights)


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("name", MODELS)
def test_the_same_pictures(name: str, n: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    side = SIDES.get(name, 8)
    torch.manual_seed(0)
    model = MODELS[name].build({"shape": (1, side, side), "latent": 3, "hidden": (16,)}).eval().requires_grad_(False)
    found = again(name, model, tmp_path, monkeypatch)
    z = torch.randn(n, model.code)
    torch.testing.assert_close(found.decode(z), model.decode(z), atol=TOLERANCE, rtol=0)
    if MODELS[name].condition != "class":
        x = torch.rand(n, 1, side, side)
        for ours, theirs in zip(found.encode(x), model.encode(x), strict=True):
            torch.testing.assert_close(ours, theirs, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("likelihood", ["gaussian", "gaussian-learned", "gaussian-optimal"])
def test_the_same_log_density(likelihood: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    options = {"shape": (1, 8, 8), "latent": 3, "hidden": (16,), "likelihood": likelihood, "sigma": 0.25}
    model = MODELS["vae"].build(options).eval().requires_grad_(False)
    found = again("vae", model, tmp_path, monkeypatch)
    x, means = torch.rand(2, 1, 8, 8), model.decode(torch.randn(2, 3))
    torch.testing.assert_close(found.likelihood.log_prob(means, x), model.likelihood.log_prob(means, x))
