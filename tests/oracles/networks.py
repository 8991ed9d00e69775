"""The forward passes of the shipped runs in float64, from weights and options alone.

Every network of theirs is a chain of layers with an activation between them, but for the residual ones (``residual``);
what a layer is shows in its weight: [out, in] is linear, [out, in, k, k] a convolution and, in a decoder,
[in, out, k, k] a transposed one, of stride 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy.special import expit

from tests.oracles.residual import residual

Array = NDArray[np.float64]
Classes = NDArray[np.int64]

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {"silu": lambda a: a * expit(a)}  # those that shipped runs use
POINT_LOGVAR = -30.0  # of an autoencoder's code, as its latents are stored
ROWS, FEW = 2000, 50  # put through a network at once, and through a residual one


@dataclass(frozen=True)
class Layer:
    """One layer: x [N, ...] -> [N, ...]."""

    weight: Array
    bias: Array
    transposed: bool

    def __call__(self, x: Array) -> Array:
        """Linear [N, out], or a convolution [N, out, side, side]."""
        if self.weight.ndim == 2:
            return x.reshape(len(x), -1) @ self.weight.T + self.bias
        convolved = (F.conv_transpose2d if self.transposed else F.conv2d)(
            torch.from_numpy(self.squares(x)), torch.from_numpy(self.weight), torch.from_numpy(self.bias), 2, 1
        )
        return convolved.numpy()

    def squares(self, x: Array) -> Array:
        """x as [N, channels, side, side]."""
        channels = self.weight.shape[0 if self.transposed else 1]
        side = math.isqrt(math.prod(x.shape[1:]) // channels)
        return x.reshape(len(x), channels, side, side)


def layers_of(weights: Mapping[str, NDArray[np.floating]], network: str) -> list[Layer]:
    """The layers of ``network`` in order: those of "decoder" are named decoder.0.0, decoder.0.2, decoder.3 ..."""
    names = {name.rpartition(".")[0] for name in weights if name.startswith(f"{network}.")}
    in_order = sorted(names, key=lambda name: [int(number) for number in name.split(".")[1:]])
    wide = {name: array.astype(np.float64) for name, array in weights.items()}
    return [Layer(wide[f"{name}.weight"], wide[f"{name}.bias"], network == "decoder") for name in in_order]


@dataclass(frozen=True)
class Networks:
    """Encoder, decoder and classifier of a run.

    ``options`` are those of the model in config.json. Images are rows of pixels in [0, 1], [N, P].
    """

    weights: Mapping[str, NDArray[np.floating]]
    options: Mapping[str, Any]

    def forward(self, network: str, x: Array, classes: Classes | None = None) -> Array:
        """Rows [N, ...], each with its condition appended, through a network: [N, outputs]."""
        if self.options.get("architecture") == "resnet":
            return np.concatenate([residual(self.weights, network, x[i : i + FEW]) for i in range(0, len(x), FEW)])
        chain, activation = layers_of(self.weights, network), ACTIVATIONS[self.options["activation"]]
        found = []
        for start in range(0, len(x), ROWS):
            part = slice(start, start + ROWS)
            rows = x[part]
            if network != "classifier":
                rows = self.conditioned(rows, None if classes is None else classes[part], chain[0])
            for i, layer in enumerate(chain):
                rows = layer(activation(rows) if i else rows)
            found.append(rows.reshape(len(rows), -1))
        return np.concatenate(found)

    def conditioned(self, rows: Array, classes: Classes | None, first: Layer) -> Array:
        """The rows with their one-hot classes, or with zeros where a model for inpainting sees no pixel."""
        if first.weight.ndim == 4:
            return rows
        if n := self.options.get("classes", 0):
            assert classes is not None
            return np.concatenate([rows, np.eye(n)[classes]], 1)
        return np.pad(rows, ((0, 0), (0, first.weight.shape[1] - rows.shape[1])))

    def encode(self, x: Array, classes: Classes | None = None) -> tuple[Array, Array]:
        """mu and logvar of q(z|x), [N, K] each."""
        found = self.forward("encoder", x, classes)
        latent = self.options["latent"]
        if found.shape[1] == latent:  # an autoencoder
            return found, np.full_like(found, POINT_LOGVAR)
        return found[:, :latent], found[:, latent:]

    def params(self, z: Array, classes: Classes | None = None) -> Array:
        """What the decoder gives for codes [..., N, K], logits or means of the pixels: [..., N, P]."""
        repeated = None if classes is None else np.broadcast_to(classes, z.shape[:-1]).reshape(-1)
        return self.forward("decoder", z.reshape(-1, z.shape[-1]), repeated).reshape(*z.shape[:-1], -1)

    @property
    def variance(self) -> float | None:
        """The variance of Gaussian pixels; None where they are Bernoulli."""
        found = self.weights.get("likelihood.variance")
        return None if found is None else float(found)

    def mean(self, z: Array, classes: Classes | None = None) -> Array:
        """The decoded images of codes [..., N, K], in [0, 1]: [..., N, P]."""
        params = self.params(z, classes)
        return expit(params) if self.variance is None else params.clip(0, 1)
