"""What a layout is: how the weights of one kind of network are recognised, and what native model they become."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.importing.conventions import Conventions

if TYPE_CHECKING:
    from torch import Tensor

Tensors = dict[str, "Tensor"]
Shapes = Mapping[str, tuple[int, ...]]
Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Weights:
    """The tensors of a file by name, the JSON files that came with it by name, and what the user said."""

    tensors: Tensors
    notes: Mapping[str, Mapping[str, Any]]
    said: Conventions

    def note(self, key: str, kind: type) -> Any:
        """The value of ``key`` in the first JSON file that has it, if it is of this kind; else None."""
        for content in self.notes.values():
            if isinstance(value := content.get(key), kind):
                return value
        return None


@dataclass(frozen=True)
class Native:
    """A model of ours: its name, its options, its tensors, and sentences on what was assumed."""

    model: str
    options: dict[str, Any]
    tensors: Tensors
    assumed: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Layout:
    """One entry of ``LAYOUTS``. ``matches`` sees the names and shapes of the tensors alone."""

    title: str
    matches: Callable[[Shapes], bool]
    convert: Callable[[Weights], Native]


def exactly(shapes: Shapes, names: Mapping[str, int]) -> bool:
    """Whether the tensors are those of these names and no others, each with this number of axes."""
    return {name: len(shape) for name, shape in shapes.items()} == names


def dense_names(*layers: str) -> dict[str, int]:
    """The tensors of linear layers, for ``exactly``."""
    return {f"{layer}.weight": 2 for layer in layers} | {f"{layer}.bias": 1 for layer in layers}


def moved(tensors: Tensors, names: Mapping[str, str]) -> Tensors:
    """Weight and bias of each layer under the name of ours: {theirs: ours}."""
    parts = ("weight", "bias")
    return {f"{ours}.{part}": tensors[f"{theirs}.{part}"] for theirs, ours in names.items() for part in parts}


def joined(tensors: Tensors, mu: str, logvar: str, ours: str) -> Tensors:
    """Two linear layers, of mu and logvar, as one that returns both."""
    import torch

    return {f"{ours}.{part}": torch.cat([tensors[f"{mu}.{part}"], tensors[f"{logvar}.{part}"]])
            for part in ("weight", "bias")}  # fmt: skip


def image_shape(weights: Weights, values: int) -> tuple[Shape, tuple[str, ...]]:
    """The shape of an image of so many ``values``: as said, or square and grey or colour; and what was assumed.

    Raises ExplorerError where it can be neither.
    """
    said = weights.said.shape or shape_note(weights)
    if said:
        if math.prod(said) != values:
            raise ExplorerError(
                _("The model takes {values:,} numbers an image; {names} is {prod:,}.").format(
                    values=values, names=" x ".join(map(str, said)), prod=math.prod(said)
                ),
                _("Give the shape of its images with --shape C,H,W."),
            )
        return said, ()
    for channels in (1, 3):
        side = math.isqrt(values // channels)
        if channels * side * side == values:
            text = (
                N_("Images taken for grey, {n} x {n}.") if channels == 1 else N_("Images taken for colour, {n} x {n}.")
            )
            return (channels, side, side), (text.format(n=side),)
    raise ExplorerError(
        _("The model takes {values:,} numbers an image, which is no square image.").format(values=values),
        _("Give its shape with --shape C,H,W."),
    )


def shape_note(weights: Weights) -> Shape | None:
    """The shape of the images in one of the JSON files."""
    for key in ("img_size", "input_dim"):
        value = weights.note(key, list)
        if value is not None and len(value) == 3 and all(isinstance(n, int) and 0 < n <= 4096 for n in value):
            return (value[0], value[1], value[2])
    return None


def likelihood_options(weights: Weights, likelihood: str, sigma: float | None = None) -> dict[str, Any]:
    """Options for a decoder that ends in a sigmoid, which is taken off: the likelihood as said, else this one."""
    chosen = weights.said.likelihood or likelihood
    options: dict[str, Any] = {"likelihood": chosen}
    if weights.said.sigma or sigma:
        options["sigma"] = weights.said.sigma or sigma
    if "bernoulli" not in chosen:
        options["output"] = "sigmoid"
    return options
