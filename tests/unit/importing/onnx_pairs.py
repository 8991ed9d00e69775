"""A linear VAE whose codes and pictures are known exactly, as ONNX files in any of the conventions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from explorer.importing.conventions import Conventions, pixel_scale
from explorer.importing.forms import Imported, form_of
from explorer.importing.source import SourceFiles, read_source
from models import OnnxVAE, model_spec

Floats = NDArray[Any]
ENDS = (0.01, 0.99)  # of decoded pixels, so that logits are finite


@dataclass(frozen=True)
class LinearVAE:
    """Principal components of the images x [N, C, H, W] in [0, 1], with E[mu^2 + sigma^2] = 1 in each dimension."""

    shape: tuple[int, int, int]
    mean: Floats
    axes: Floats  # [D, K], orthonormal
    deviation: Floats  # [K]
    logvar: Floats  # [K]

    @classmethod
    def fitted(cls, x: Floats, latent: int) -> LinearVAE:
        flat = x.reshape(len(x), -1).astype(np.float64)
        mean = flat.mean(0)
        _, singular, rows = np.linalg.svd(flat - mean, full_matrices=False)
        logvar = np.linspace(-3, -0.5, latent)
        spread = singular[:latent] / np.sqrt(len(x)) / np.sqrt(1 - np.exp(logvar))
        parts = (mean, rows[:latent].T, spread, logvar)
        return cls(x.shape[1:], *(part.astype(np.float32) for part in parts))

    def encode(self, x: Floats) -> tuple[Floats, Floats]:
        """mu and logvar; logvar depends a little on the image."""
        mu = (x.reshape(len(x), -1) - self.mean) @ self.axes / self.deviation
        return mu, self.logvar + 0.1 * mu

    def decode(self, z: Floats) -> Floats:
        pictures = self.mean + (z * self.deviation) @ self.axes.T
        return pictures.clip(*ENDS).reshape(-1, *self.shape)


class Builder:
    """A graph, one node after another."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, values: Any, dtype: type = np.float32) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def model(self, taken: tuple[Any, ...], outputs: list[str], opset: int = 17) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "made",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, taken)],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self.weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
        return onnx.shape_inference.infer_shapes(model)


def layout_dims(shape: tuple[int, int, int], layout: str) -> tuple[int, ...]:
    channels, height, width = shape
    return {"NCHW": shape, "NHWC": (height, width, channels), "flat": (channels * height * width,)}[layout]


def encoder(
    vae: LinearVAE, pixels: str = "0,1", posterior: str = "mu,logvar", layout: str = "NCHW", batch: Any = "n",
    names: tuple[str, str] = ("a", "b"), code: tuple[int, ...] = (),
) -> onnx.ModelProto:  # fmt: skip
    """The encoder; ``code`` is the shape [C, h, w] of spatial codes."""
    b = Builder()
    x = "x"
    if layout == "NHWC":
        x = b.add("Transpose", x, perm=[0, 3, 1, 2])
    x = b.add("Reshape", x, b.constant([1 if batch == 1 else -1, *vae.shape], np.int64))
    shift, scale = (np.reshape(part, (-1, 1, 1)) for part in pixel_scale(pixels))
    x = b.add("Add", b.add("Mul", x, b.constant(scale)), b.constant(shift))  # back to [0, 1]
    x = b.add("Flatten", x)
    weight = vae.axes / vae.deviation
    mu = b.add("Gemm", x, b.constant(weight), b.constant(-vae.mean @ weight))
    spread, _, split = posterior.partition(":")
    logvar = b.add("Add", b.add("Mul", mu, b.constant(0.1)), b.constant(vae.logvar))
    half = b.add("Mul", logvar, b.constant(0.5))
    rows = 1 if batch == 1 else -1
    if code:
        mu, logvar, half = (b.add("Reshape", part, b.constant([rows, *code], np.int64)) for part in (mu, logvar, half))
    second = {"mu,logvar": logvar, "mu,log_sigma": half, "mu,sigma": b.add("Exp", half)}.get(spread, "")
    outputs = list(names)
    if split == "joined":
        outputs = [b.add("Concat", mu, second, axis=1)]
    elif split:
        axis = b.constant([2], np.int64)
        pairs = b.add("Concat", b.add("Unsqueeze", mu, axis), b.add("Unsqueeze", second, axis), axis=2)
        tail = code[1:] if code else ()
        width = 2 * (code[0] if code else len(vae.logvar))
        outputs = [b.add("Reshape", pairs, b.constant([rows, width, *tail], np.int64))]
    elif not second:
        outputs = [mu]
    else:
        for part, name in zip((mu, second), names, strict=True):
            b.add("Identity", part, output=name)
    return b.model((batch, *layout_dims(vae.shape, layout)), outputs)


def decoder(
    vae: LinearVAE, output: str = "probabilities", pixels: str = "0,1", layout: str = "NCHW", batch: Any = "n",
    code: tuple[int, ...] = (),
) -> onnx.ModelProto:  # fmt: skip
    """The decoder; ``output`` is "probabilities", "sigmoid", "logits", "pixels" or "tanh"."""
    b = Builder()
    z = b.add("Flatten", "x")
    weight = (vae.axes * vae.deviation).T
    y = b.add("Gemm", z, b.constant(weight), b.constant(vae.mean))
    y = b.add("Clip", y, b.constant(ENDS[0]), b.constant(ENDS[1]))
    y = b.add("Reshape", y, b.constant([1 if batch == 1 else -1, *vae.shape], np.int64))
    odds = b.add("Sub", b.add("Log", y), b.add("Log", b.add("Sub", b.constant(1), y)))
    if output in ("logits", "sigmoid"):
        y = b.add("Sigmoid", odds) if output == "sigmoid" else odds
    elif output == "tanh":
        y = b.add("Tanh", b.add("Mul", odds, b.constant(0.5)))
    elif output == "pixels":
        shift, scale = (np.reshape(part, (-1, 1, 1)) for part in pixel_scale(pixels))
        y = b.add("Div", b.add("Sub", y, b.constant(shift)), b.constant(scale))
    if layout == "NHWC":
        y = b.add("Transpose", y, perm=[0, 2, 3, 1])
    elif layout == "flat":
        y = b.add("Flatten", y)
    return b.model((batch, *(code or (len(vae.logvar),))), [y])


def written(folder: Path, **models: onnx.ModelProto) -> Path:
    """A folder with the models as NAME.onnx."""
    folder.mkdir(exist_ok=True)
    for name, model in models.items():
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
    return folder


def source_of(folder: Path, images: NDArray[np.uint8] | None = None) -> SourceFiles:
    return read_source(sorted(folder.iterdir()), images)


def imported(folder: Path, images: NDArray[np.uint8] | None = None, **said: Any) -> Imported:
    """What the worker makes of the folder, in this process."""
    source = source_of(folder, images)
    return form_of(source, None)(source, Conventions(**said))


def model_of(found: Imported) -> OnnxVAE:
    """The model as a page gets it."""
    from safetensors.torch import load

    model = model_spec(found.model).restore(found.options, load(found.weights)).eval().requires_grad_(False)
    assert isinstance(model, OnnxVAE)
    return model


def smooth(n: int, shape: tuple[int, int, int], seed: int = 0) -> NDArray[np.uint8]:
    """Images uint8 [N, C, H, W] of blurred noise with dark ground, the means of the channels unlike."""
    channels, height, width = shape
    coarse = (
        np.random.default_rng(seed).random((n, channels, 4, 4)) ** 2 * np.array([1, 0.7, 0.5])[:channels, None, None]
    )
    up, across = (interpolation(side) for side in (height, width))
    return (255 * np.einsum("nckl,kh,lw->nchw", coarse, up, across)).round().astype(np.uint8)


def interpolation(side: int) -> NDArray[np.float64]:
    """Linear interpolation of four values along a side, [4, side]."""
    return np.array([np.interp(np.linspace(0, 3, side), np.arange(4), row) for row in np.eye(4)])
