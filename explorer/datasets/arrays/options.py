"""How an array file is to be read where its own rules are not to decide: options that stand in the data set's name.

``arrays:PATH?label=digit&values=0,1``: whoever has the name, a run among them, reads the same images.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import parse_qsl, quote

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.base.text import did_you_mean
from explorer.datasets.names import ARRAYS

LAYOUTS = ("NHWC", "NCHW", "NHW", "flat")
NO_LABELS = "none"
LARGEST_SIDE = 4096  # pixels, of an image that is stated


@dataclass(frozen=True)
class ArrayOptions:
    """What is said of an array file; what is left out is recognised.

    Attributes
    ----------
    label : the key or column of the classes; "none" for none.
    layout : one of ``LAYOUTS``.
    shape : height and width (and channels, the last or the first of three) of flat images, pixels.
    values : those that are black and white.
    transposed : whether rows and columns are exchanged, as in EMNIST's files.
    """

    label: str = ""
    layout: str = ""
    shape: tuple[int, ...] = ()
    values: tuple[float, float] | None = None
    transposed: bool = False


def arrays_path(dataset: str) -> Path:
    """The path in ``arrays:PATH?options``."""
    return Path(os.path.expanduser(parted(dataset)[0]))


def parted(dataset: str) -> tuple[str, str]:
    """Path and options of the name of a data set, as texts."""
    text = dataset.removeprefix(ARRAYS)
    path, mark, query = text.rpartition("?")
    return (path, query) if mark and "=" in query else (text, "")


def array_options(dataset: str) -> ArrayOptions:
    """The options in the name of a data set; ExplorerError for one that is unknown or cannot be."""
    given = dict(parse_qsl(parted(dataset)[1], keep_blank_values=True))
    known = [field.name for field in fields(ArrayOptions)]
    for name in given:
        if name not in known:
            raise ExplorerError(
                _("Array files have no option '{name}'.").format(name=name),
                _("{did_you_mean}Choose of: {names}.").format(
                    did_you_mean=did_you_mean(name, known), names=", ".join(known)
                ),
            )
    return ArrayOptions(
        label=given.get("label", ""),
        layout=layout_option(given.get("layout", "")),
        shape=shape_option(given.get("shape", "")),
        values=values_option(given.get("values", "")),
        transposed=transposed_option(given.get("transposed", "no")),
    )


def with_options(dataset: str, given: Mapping[str, str]) -> str:
    """The name of a data set with these options; ExplorerError for those of other data sets than array files."""
    if not given:
        return dataset
    if not dataset.startswith(ARRAYS):
        raise ExplorerError(
            _("'{dataset}' is no array file, and has no {names} to be said.").format(
                dataset=dataset, names=", ".join(given)
            ),
            _("Write --dataset arrays:FILE."),
        )
    path, query = parted(dataset)
    merged = {**dict(parse_qsl(query)), **given}
    query = "&".join(f"{name}={quote(value, safe=',. ')}" for name, value in merged.items())
    return f"{ARRAYS}{path}?{query}"


def layout_option(text: str) -> str:
    """One of ``LAYOUTS``, or ''."""
    found = {layout.casefold(): layout for layout in ("", *LAYOUTS)}.get(text.casefold())
    if found is None:
        raise ExplorerError(
            _("'{text}' is no layout of images.").format(text=text),
            _("Choose one of: {names}.").format(names=", ".join(LAYOUTS)),
        )
    return found


def shape_option(text: str) -> tuple[int, ...]:
    """'28x28', '32x32x3' or '3x32x32' as numbers; () for ''."""
    sizes = tuple(map(int, text.split("x"))) if re.fullmatch(r"\d{1,4}x\d{1,4}(x\d{1,4})?", text) else ()
    if text and not (sizes and all(1 <= size <= LARGEST_SIDE for size in sizes)):
        raise ExplorerError(
            _("'{text}' is no shape of an image.").format(text=text),
            _("Write height and width, as 28x28, or with channels, as 32x32x3."),
        )
    return sizes


def values_option(text: str) -> tuple[float, float] | None:
    """'0,255' as two numbers, the second larger; None for ''."""
    if not text:
        return None
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        low = high = 0.0
    if not float("-inf") < low < high < float("inf"):
        raise ExplorerError(
            _("'{text}' is no range of values.").format(text=text),
            _("Write those of black and of white: 0,255 or -1,1."),
        )
    return low, high


def transposed_option(text: str) -> bool:
    """Whether 'yes' or 'no'."""
    if text not in ("yes", "no"):
        raise ExplorerError(
            _("'{text}' does not say whether images are transposed.").format(text=text), _("Write yes or no.")
        )
    return text == "yes"


def absolute_arrays(dataset: str) -> str:
    """The name of array files with an absolute path, its options checked. Raises ExplorerError for an empty path."""
    path, query = parted(dataset)
    if not path.strip():
        raise ExplorerError(
            _("'{arrays}' names no file.").format(arrays=ARRAYS),
            _("Write {arrays}FILE; perhaps a variable in it is empty.").format(arrays=ARRAYS),
        )
    array_options(dataset)
    absolute = os.path.abspath(os.path.expanduser(path))
    return f"{ARRAYS}{absolute}?{query}" if query else f"{ARRAYS}{absolute}"
