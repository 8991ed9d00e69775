"""The parts of a set of arrays: images with their split, labels and columns, as files and keys lay them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.base.text import did_you_mean
from explorer.datasets.arrays.options import NO_LABELS, ArrayOptions
from explorer.datasets.arrays.roles import role
from explorer.datasets.arrays.stored import Array, Stored

WIDEST = 64  # columns of one array that are taken for properties of its rows
FACTOR_KEYS = ("latents_classes", "latents_values")  # of which the first that is there is taken
DSPRITES_FACTORS = ("color", "shape", "scale", "orientation", "posX", "posY")


@dataclass(frozen=True, eq=False)
class Part:
    """Images of one array.

    Attributes
    ----------
    split : 'train', 'val' or 'test', of each row or of all; '' where it is not said.
    labels : one value a row; None without. ``label_names``: what the values 0, 1, ... are called, where it is known.
    columns : further values of each row, by their titles.
    """

    images: Stored
    split: str | Array = ""
    labels: Array | None = None
    label_names: tuple[str, ...] = ()
    columns: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Parts:
    """All parts of a data set, and what its files hold besides, each with the reason why it is left out."""

    parts: tuple[Part, ...]
    left_out: tuple[tuple[str, str], ...] = ()


def parts_of_keys(path: Path, arrays: Mapping[str, Stored], options: ArrayOptions) -> Parts:
    """The parts in a file of named arrays (``.npz``, HDF5), by the names."""
    chosen = image_keys(path, arrays)
    found = [part_of_keys(path, key, chosen[key], arrays, options) for key in chosen]
    used = set().union(*(names for _, names in found))
    left_out = tuple((key, reason_of(arrays[key])) for key in arrays if key not in used)
    return Parts(tuple(part for part, _ in found), left_out)


def reason_of(array: Stored) -> str:
    """Why an array is left out."""
    return "objects, which are not read" if array.dtype.hasobject else "neither images nor one row for each"


def image_keys(path: Path, arrays: Mapping[str, Stored]) -> dict[str, str]:
    """The arrays of images, each with its split: by their names, else the only one that can be."""
    named: dict[str, str] = {}
    for key in arrays:
        split, kind = role(key)
        if kind == "images" and split not in named:
            named[split] = key
    if "" in named and len(named) > 1 and len(arrays[named[""]].shape) < 2:
        del named[""]
    if named:
        return {key: split for split, key in named.items()}
    candidates = [key for key, array in arrays.items() if len(array.shape) > 2 and not array.dtype.hasobject]
    if len(candidates) == 1:
        return {candidates[0]: role(candidates[0])[0]}
    raise ExplorerError(
        _("{path} has no array of images that can be told by its name: {value}.").format(
            path=path, value=listed(arrays) or "it is empty"
        ),
        _("Call it images, x, imgs or data; or train_images and test_images."),
    )


def listed(arrays: Mapping[str, Stored]) -> str:
    """The arrays with types and shapes."""
    return ", ".join(f"{key} ({array.described})" for key, array in list(arrays.items())[:8])


def part_of_keys(
    path: Path, key: str, split: str, arrays: Mapping[str, Stored], options: ArrayOptions
) -> tuple[Part, set[str]]:
    """The images under a key with all that belongs to them, and the keys that were used."""
    images, used = arrays[key], {key}
    part, others = Part(images, split), {}
    for name, array in arrays.items():
        own_split, kind = role(name)
        if own_split != split or name == key or array.dtype.hasobject or kind == "images":
            continue
        if kind == "labels" and part.labels is None and not options.label:
            part, used = replace(part, labels=checked(array, images)), used | {name}
        elif kind == "split" and not split:
            part, used = replace(part, split=checked(array, images)), used | {name}
        elif len(array) == len(images):
            others[name] = array
    columns, carried = columns_of(others)
    part = with_label(replace(part, columns=columns), options, path)
    return part, used | carried


def checked(array: Stored, images: Stored) -> Array:
    """An array with one row for each image; ExplorerError for one of another length."""
    if len(array) != len(images):
        raise other_length(array.title, len(array), images)
    return array.whole()


def other_length(title: str, n: int, images: Stored) -> ExplorerError:
    """The error for labels that are not as many as the images."""
    return ExplorerError(
        _("{title} has {n:,} rows for the {n_2:,} images of {title_2}.").format(
            title=title, n=n, n_2=len(images), title_2=images.title
        ),
        _("Save one label for each image, or leave labels out: --label-column none."),
    )


def columns_of(arrays: Mapping[str, Stored]) -> tuple[dict[str, Array], set[str]]:
    """Values of each image by their titles, and the keys that they are of; of factors in two forms the indices."""
    known = [key for key in FACTOR_KEYS if key in arrays]
    columns: dict[str, Array] = {}
    used: set[str] = set()
    for key, array in arrays.items():
        if key in known[1:] or len(array.shape) > 2 or np.prod(array.shape[1:]) > WIDEST:
            continue
        used.add(key)
        values = array.whole()
        columns |= {key: values} if values.ndim == 1 else named_columns(key, values)
    return columns, used | set(known)


def named_columns(key: str, values: Array) -> dict[str, Array]:
    """The columns of a table by titles: those of dSprites, or numbered."""
    width = values.shape[1]
    titles: Sequence[str] = [f"{key} {i}" for i in range(width)] if width > 1 else [key]
    if key in FACTOR_KEYS and width == len(DSPRITES_FACTORS):
        titles = DSPRITES_FACTORS
    return {title: values[:, i] for i, title in enumerate(titles)}


def with_label(part: Part, options: ArrayOptions, path: Path) -> Part:
    """The part with the labels that the options name; ExplorerError where there is no such column."""
    if not options.label:
        return part
    if options.label == NO_LABELS:
        return replace(part, labels=None)
    if options.label not in part.columns:
        known = [*part.columns, NO_LABELS]
        meant = did_you_mean(options.label, known)
        raise ExplorerError(
            _("{path} has no column '{label}' for the images of {title}.").format(
                path=path, label=options.label, title=part.images.title
            ),
            _("{meant}Choose of: {names}.").format(meant=meant, names=", ".join(known[-20:])),
        )
    columns = dict(part.columns)
    return replace(part, labels=columns.pop(options.label), columns=columns)
