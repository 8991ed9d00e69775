"""What is exported equals the model, by the reference evaluation of ONNX."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from explorer.exporting.functions.onnx_file import captured, traced
from explorer.exporting.networks import exported_networks
from explorer.runs.loaded_run import LoadedRun, load_run
from explorer.runs.records import ImportFacts, ModelFacts, Status
from explorer.runs.run import Run, create_run
from explorer.runs.weights import save_weights, weights_content
from models import MODELS, VAE, model_spec, options_of

SIDES = {"conv-vae": 28, "burgess-vae": 32, "vanilla-vae": 64}
NATIVE = [*MODELS, "vanilla-vae"]
TOLERANCE = 1e-5
SMALL = {"hidden": (16,)}
OPTIONS: dict[str, dict[str, Any]] = {
    "conv-vae": {**SMALL, "width": 4},
    "vanilla-vae": {"hidden": (2, 3, 4, 4, 4), "shift": (0.5,), "scale": (0.5,), "output": "params",
                    "likelihood": "unknown"},
}  # fmt: skip


def built(name: str, **options: Any) -> VAE:
    """A small random model."""
    side = SIDES.get(name, 8)
    torch.manual_seed(0)
    known = {"shape": (1, side, side), "latent": 3, **OPTIONS.get(name, SMALL), **options}
    return model_spec(name).build(known).eval().requires_grad_(False)


def run_of(trained: Run, name: str, model: VAE) -> LoadedRun:
    """The trained run with another model in its place, loaded."""
    config = trained.config()
    assert config.data is not None
    facts = ModelFacts(name, options_of(model), model_spec(name).variational)
    trained.write_config(replace(config, model=facts, data=replace(config.data, shape=model.config.shape)))
    trained.write_status(Status("finished", weights_sha256=save_weights(trained, model)))
    return load_run(trained)


def evaluated(content: bytes, given: Tensor) -> list[NDArray[np.float32]]:
    """The outputs of an ONNX file."""
    graph = onnx.load_model_from_string(content)
    onnx.checker.check_model(graph)
    (only,) = graph.graph.input
    found = ReferenceEvaluator(graph).run(None, {only.name: given.numpy()})
    assert isinstance(found, list)
    return found


def outputs(content: bytes) -> list[str]:
    """The names of the outputs of an ONNX file."""
    return [output.name for output in onnx.load_model_from_string(content).graph.output]


@pytest.mark.parametrize("name", NATIVE)
def test_the_networks_are_those_of_the_model(name: str, trained: Run) -> None:
    model = built(name)
    files = exported_networks(run_of(trained, name, model), model).files
    for n in (1, 3):
        z = torch.randn(n, model.code)
        (x,) = evaluated(files["decoder.onnx"], z)
        np.testing.assert_allclose(x, model.decode(z), atol=TOLERANCE)
        if model_spec(name).condition != "class":
            images = torch.rand(n, *model.config.shape)
            statistics = evaluated(files["encoder.onnx"], images)
            for found, wanted in zip(statistics, model.encode(images), strict=False):
                np.testing.assert_allclose(found, wanted, atol=TOLERANCE, rtol=TOLERANCE)
    assert outputs(files["decoder.onnx"]) == ["x"]


@pytest.mark.parametrize(("architecture", "size"), [("conv", (9, 13)), ("resnet", (17, 20))])
def test_convolutions_of_odd_sides_are_exported_with_a_free_batch(
    architecture: str, size: tuple[int, int], trained: Run
) -> None:
    model = built("vae", shape=(3, *size), architecture=architecture, width=4)
    files = exported_networks(run_of(trained, "vae", model), model).files
    z, images = torch.randn(3, 3), torch.rand(3, 3, *size)
    np.testing.assert_allclose(evaluated(files["decoder.onnx"], z)[0], model.decode(z), atol=TOLERANCE)
    for found, wanted in zip(evaluated(files["encoder.onnx"], images), model.encode(images), strict=True):
        np.testing.assert_allclose(found, wanted, atol=TOLERANCE, rtol=TOLERANCE)


@pytest.mark.parametrize("name", NATIVE)
def test_the_note_says_what_there_is(name: str, trained: Run) -> None:
    model, spec = built(name), model_spec(name)
    exported = exported_networks(run_of(trained, name, model), model)
    note = json.loads(exported.files["model.json"])
    assert note["shape"] == list(model.config.shape)
    assert note["latent"] == model.code
    assert (note["layout"], note["pixels"], note["output"]) == ("NCHW", "0,1", "probabilities")
    assert note["posterior"] == ("mu,logvar" if spec.variational else "mu")
    assert {*note["files"], "model.json"} == set(exported.files)
    assert note["left_out"] == list(exported.left_out)
    assert len(note["classes"]) == (10 if spec.condition == "class" else 0)
    assert ("encoder.onnx" in exported.files) == (spec.condition != "class")
    assert bool(exported.left_out) == bool(spec.condition)
    if spec.condition != "class":
        assert outputs(exported.files["encoder.onnx"]) == note["posterior"].split(",")


@pytest.mark.parametrize(
    ("likelihood", "noted", "sigma", "lost"),
    [("bernoulli", "bernoulli", None, 0), ("continuous-bernoulli", "unknown", None, 1),
     ("gaussian", "gaussian", 0.2, 0), ("gaussian-learned", "gaussian", 0.2 + math.exp(-6), 0),
     ("gaussian-optimal", "gaussian", 0.2, 0)],
)  # fmt: skip
def test_the_density_of_a_pixel(likelihood: str, noted: str, sigma: float | None, lost: int, trained: Run) -> None:
    model = built("vae", likelihood=likelihood, sigma=0.2)
    exported = exported_networks(run_of(trained, "vae", model), model)
    note = json.loads(exported.files["model.json"])
    assert note["likelihood"] == noted
    assert note["sigma"] == (None if sigma is None else pytest.approx(sigma, rel=1e-6))
    assert len(exported.left_out) == lost
    z = 3 * torch.randn(3, model.code)
    np.testing.assert_allclose(evaluated(exported.files["decoder.onnx"], z)[0], model.decode(z), atol=TOLERANCE)


def test_graphs_that_came_as_onnx_leave_as_they_came(trained: Run) -> None:
    encoder = traced(nn.Sequential(nn.Flatten(), nn.Linear(64, 6)).eval(), torch.zeros(2, 1, 8, 8), "image", ["both"])
    decoder = traced(nn.Sequential(nn.Linear(3, 64), nn.Tanh()).eval(), torch.zeros(2, 3), "code", ["picture"])
    content = {name: torch.frombuffer(bytearray(graph), dtype=torch.uint8)
               for name, graph in (("encoder", encoder), ("decoder", decoder))}  # fmt: skip
    options = {"shape": (1, 8, 8), "latent": 3, "likelihood": "unknown", "split": "joined", "rescaled": True,
               "shift": (0.5,), "scale": (0.5,), "spread": "log_sigma"}  # fmt: skip
    exported = exported_networks(
        imported_run(trained, content, options), model_spec("onnx-vae").restore(options, content)
    )
    assert exported.files["encoder.onnx"] == encoder
    assert exported.files["decoder.onnx"] == decoder
    note = json.loads(exported.files["model.json"])
    assert (note["pixels"], note["output"], note["posterior"]) == ("-1,1", "pixels", "mu,log_sigma:joined")
    assert (note["likelihood"], note["sigma"], exported.left_out) == ("unknown", None, ())


def imported_run(trained: Run, content: dict[str, Tensor], options: dict[str, Any]) -> LoadedRun:
    """A run whose weights are graphs."""
    weights = weights_content(content)
    config = replace(trained.config(), model=ModelFacts("onnx-vae", options), imported=ImportFacts("onnx", ()))
    run = create_run(config, Status("finished", weights_sha256=hashlib.sha256(weights).hexdigest()), "brought")
    (run.path / "weights.safetensors").write_bytes(weights)
    return load_run(run)


def test_both_exporters_agree() -> None:
    model = built("vae")
    z = torch.randn(2, 3)
    found = [evaluated(export(model.decoder, z, "z", ["x"]), torch.ones(1, 3)) for export in (traced, captured)]
    np.testing.assert_allclose(found[0], found[1], atol=TOLERANCE)
