"""Runs that were made elsewhere and lack something, made directly: no process reads a file for them."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import torch

from explorer.runs.records import DataFacts, ImportFacts, ModelFacts, RunConfig, Status
from explorer.runs.run import WEIGHTS, Run, create_run
from explorer.runs.weights import weights_content
from models import model_spec, options_of

SHAPE = (1, 8, 8)


def imported_run(name: str, data: DataFacts | None = None, **options: Any) -> Run:
    """A run of a small VAE of 8 x 8 pixels that came without images; ``options`` are the model's own."""
    torch.manual_seed(0)
    model = model_spec("vae").build({"shape": SHAPE, "latent": 3, "hidden": (16,), **options})
    return run_of(name, ModelFacts("vae", options_of(model)), weights_content(model.state_dict()), data)


def run_of(name: str, model: ModelFacts, weights: bytes, data: DataFacts | None = None) -> Run:
    """The run of a model and the content of its weights file."""
    facts = data or DataFacts("", model.options["shape"], (), 0, 0, False, "", "")
    training = {"dataset": facts.name, "model": model.name, "latent": model.options["latent"], "epochs": 0}
    config = RunConfig(training, model, facts, imported=ImportFacts("weights", ("vae.pt",), ("It was assumed.",)))
    status = Status("finished", weights_sha256=hashlib.sha256(weights).hexdigest())
    run = create_run(config, status, name)
    (run.path / WEIGHTS).write_bytes(weights)
    return run


def onnx_decoder(latent: int = 3) -> bytes:
    """A decoder [N, K] -> [N, 1, 8, 8] as an ONNX file: a linear layer, a sigmoid and a reshaping."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(rng.standard_normal((latent, 64)).astype(np.float32), "w"),
        numpy_helper.from_array(np.array([-1, *SHAPE], np.int64), "shape"),
        numpy_helper.from_array(np.zeros(64, np.float32), "b"),
    ]
    nodes = [
        helper.make_node("Gemm", ["z", "w", "b"], ["h"]),
        helper.make_node("Sigmoid", ["h"], ["p"]),
        helper.make_node("Reshape", ["p", "shape"], ["x"]),
    ]
    places = [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", latent])]
    outputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *SHAPE])]
    graph = helper.make_graph(nodes, "decoder", places, outputs, weights)
    return bytes(onnx.helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())


def decoder_alone(name: str, data: DataFacts | None = None) -> Run:
    """A run of an ONNX decoder without an encoder, and of unknown likelihood."""
    options = {"shape": SHAPE, "latent": 3, "likelihood": "unknown", "encodes": False}
    content = torch.from_numpy(np.frombuffer(onnx_decoder(), np.uint8).copy())
    return run_of(name, ModelFacts("onnx-vae", options), weights_content({"decoder": content}), data)


def latents_run(name: str, images: bool = True, logvar: bool = True, n: int = 120) -> Run:
    """A run of latents alone: two labelled classes, far apart, with images of 8 x 8 pixels where wanted."""
    rng, labels = np.random.default_rng(0), np.arange(n) % 2
    arrays: dict[str, Any] = {"mu": (rng.standard_normal((n, 3)) + 4 * labels[:, None]).astype(np.float32)}
    arrays["labels"] = labels
    if logvar:
        arrays["logvar"] = np.full((n, 3), -1, np.float32)
    if images:
        arrays["images"] = rng.integers(0, 256, (n, *SHAPE), np.uint8)
    weights = weights_content({key: torch.from_numpy(array) for key, array in arrays.items()})
    shape = SHAPE if images else (0, 0, 0)
    data = DataFacts("", shape, ("left", "right"), 0, n, False, "", hashlib.sha256(weights).hexdigest())
    options = {"shape": shape, "latent": 3, "likelihood": "unknown", "encodes": False, "decodes": False}
    return run_of(name, ModelFacts("latents", options, logvar), weights, data)
