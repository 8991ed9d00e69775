"""Latents alone, as an npz or a Parquet file: mu, and perhaps logvar, images, labels and the names of their classes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.importing.conventions import Conventions
from explorer.importing.forms.form import Form, Imported
from explorer.importing.latent_arrays import Arrays, npz_arrays, parquet_arrays
from explorer.importing.source import SourceFiles
from explorer.runs import weights_content

KINDS = {"npz": npz_arrays, "parquet": parquet_arrays}
KNOWN = ("mu", "logvar", "images", "labels", "classes")
MOST_SIDE = 256
MOST_CLASSES = 1000
MOST_LOGVAR = 80.0  # exp of it is still a float32
BRING = N_("Bring an .npz with mu [N, K] and, where you have them, logvar [N, K], images [N, H, W], labels [N].")


def accepts(source: SourceFiles) -> bool:
    """Whether there is a file of arrays."""
    return bool(source.of_kind(*KINDS))


def read(source: SourceFiles, said: Conventions, layout: str | None) -> Imported:
    """The latents as a run's weights. Raises ExplorerError, which names the array, for what does not fit."""
    import torch

    names = source.of_kind(*KINDS)
    if len(names) > 1:
        raise ExplorerError(
            _("There are several files of latents: {names}.").format(names=", ".join(names[:4])), _("Give one of them.")
        )
    found = KINDS[source.kinds[names[0]]](source.contents[names[0]], names[0])
    arrays, classes = checked(found, said)
    shape = arrays["images"].shape[1:] if "images" in arrays else (0, 0, 0)
    options = {"shape": shape, "latent": arrays["mu"].shape[1], "likelihood": "unknown", "encodes": False,
               "decodes": False}  # fmt: skip
    weights = weights_content({name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()})
    left = tuple(f"The array {name[:60]} is not used." for name in sorted(set(found) - set(KNOWN))[:4])
    data = {"classes": classes, "n_test": len(arrays["mu"])}
    return Imported("latents", "latents", options, "logvar" in arrays, weights, left, {"finite": True}, data)


def checked(found: Arrays, said: Conventions) -> tuple[Arrays, tuple[str, ...]]:
    """mu, logvar, images and labels as a run holds them, and the names of the classes."""
    if "mu" not in found:
        there = ", ".join(name[:40] for name in list(found)[:6]) or "nothing"
        raise ExplorerError(_("There is no array mu in the file; it holds {there}.").format(there=there), _(BRING))
    mu = numbers(found, "mu")
    arrays: Arrays = {"mu": mu}
    if "logvar" in found:
        arrays["logvar"] = numbers(found, "logvar")
        if arrays["logvar"].shape != mu.shape:
            raise unlike("logvar", arrays["logvar"].shape, mu.shape)
        if np.abs(arrays["logvar"]).max() > MOST_LOGVAR:
            raise ExplorerError(
                _("logvar holds values beyond {most_logvar:g}.").format(most_logvar=MOST_LOGVAR),
                _("It is the logarithm of the variance."),
            )
    if "images" in found:
        arrays["images"] = pictures(found["images"], len(mu), said)
    classes: tuple[str, ...] = ()
    if "labels" in found:
        arrays["labels"], classes = labels(found["labels"], found.get("classes"), len(mu))
    return arrays, classes


def numbers(found: Arrays, name: str) -> NDArray[np.float32]:
    """A matrix of finite numbers as float32 [N, K], N at least 2."""
    values = found[name]
    if values.ndim != 2 or len(values) < 2 or values.shape[1] < 1:
        raise ExplorerError(
            _("{name} has the shape {list}.").format(name=name, list=list(values.shape)),
            _("It takes [N, K]: a row for each image."),
        )
    if values.dtype.kind not in "fiu":
        raise ExplorerError(
            _("{name} holds {dtype} in place of numbers.").format(name=name, dtype=values.dtype), _(BRING)
        )
    with np.errstate(over="ignore"):
        plain = values.astype(np.float32)
    if not np.isfinite(plain).all():
        raise ExplorerError(_("{name} holds NaN or infinite numbers.").format(name=name), _("Leave these images out."))
    return plain


def unlike(name: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> ExplorerError:
    """The sentence for arrays that do not belong together."""
    return ExplorerError(
        _("{name} has the shape {list}, mu has {list_2}.").format(name=name, list=list(shape), list_2=list(wanted)),
        _("All arrays are of the same images, row by row."),
    )


def pictures(values: NDArray[Any], n: int, said: Conventions) -> NDArray[np.uint8]:
    """Images as uint8 [N, C, H, W]: of uint8, or of floats in [0, 1]; channels first or last, or without."""
    if values.shape[:1] != (n,):
        raise ExplorerError(
            _("images has the shape {list}, mu has {n:,} rows.").format(list=list(values.shape), n=n),
            _("Bring one for each row."),
        )
    ordered = channels_first(values, said)
    if ordered.ndim != 4 or ordered.shape[1] not in (1, 3) or 0 in ordered.shape:
        raise ExplorerError(
            _("images has the shape {list}.").format(list=list(values.shape)),
            _("It takes [N, H, W] or [N, C, H, W] with one or three channels; flat ones take --shape C,H,W."),
        )
    if (side := max(ordered.shape[2:])) > MOST_SIDE:
        raise ExplorerError(
            _("The images have {side} pixels a side.").format(side=side),
            _("At most {most_side} are taken.").format(most_side=MOST_SIDE),
        )
    return as_bytes(ordered)


def channels_first(values: NDArray[Any], said: Conventions) -> NDArray[Any]:
    """Images [N, H, W], [N, H, W, C] or, with a shape that was said, [N, C H W] as [N, C, H, W]; others as they are."""
    if values.ndim == 2 and said.shape and values.shape[1] == math.prod(said.shape):
        return values.reshape(len(values), *said.shape)
    if values.ndim == 3:
        return values[:, None]
    last = values.ndim == 4 and values.shape[1] not in (1, 3) and values.shape[3] in (1, 3)
    return values.transpose(0, 3, 1, 2) if last else values


def as_bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Pixels as uint8; ExplorerError unless they are that already, black and white, or floats in [0, 1]."""
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * 255
    if values.dtype.kind != "f" or not (values.min() >= 0 and values.max() <= 1):  # NaN is neither
        raise ExplorerError(
            _("The images are {dtype}, not uint8 and not floats from 0 to 1.").format(dtype=values.dtype),
            _("Scale them to one of these."),
        )
    return (values * 255).round().astype(np.uint8)


def labels(values: NDArray[Any], names: NDArray[Any] | None, n: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Classes as int64 [N] from 0 on, and their names: those given, the labels that are texts, or the numbers."""
    if values.shape != (n,):
        raise unlike("labels", values.shape, (n,))
    if values.dtype.kind in "US":
        found, numbers = np.unique(values.astype(str), return_inverse=True)
        return few(numbers.astype(np.int64)), tuple(found.tolist())
    if values.dtype.kind not in "iub":
        raise ExplorerError(
            _("labels holds {dtype}.").format(dtype=values.dtype),
            _("It takes whole numbers from 0 on, or the classes' names."),
        )
    plain = few(values.astype(np.int64))
    count = int(plain.max()) + 1
    if names is None:
        return plain, tuple(map(str, range(count)))
    if names.ndim != 1 or names.dtype.kind not in "US" or len(names) < count:
        raise ExplorerError(
            _("classes does not name the {count} classes of labels.").format(count=count),
            _("It takes a text for each class."),
        )
    return plain, tuple(str(name) for name in names)


def few(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The labels, if they are from 0 to ``MOST_CLASSES`` - 1."""
    low, high = int(numbers.min()), int(numbers.max())
    if low < 0 or high >= MOST_CLASSES:
        raise ExplorerError(
            _("labels reach from {low} to {high}.").format(low=low, high=high),
            _("They take numbers from 0 to {most_classes}.").format(most_classes=MOST_CLASSES - 1),
        )
    return numbers


FORM = Form("latents alone", accepts, read, ("shape",))
