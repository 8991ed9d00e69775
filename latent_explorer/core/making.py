"""What becomes of what is brought: of images a data set, of ONNX files a run, of options a command that trains."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from explorer.base import ExplorerError, ensure_folder, settings, write_atomic
from explorer.base.text import did_you_mean
from explorer.importing import Conventions, import_model
from explorer.runs import Run
from latent_explorer.messages import Array

Facts = dict[str, Any]
DIGITS = 12  # of the hash that ends a data set's name
FILE = "images.npz"
OWN_CHOICE = ("dataset",)  # options that are said by images


def keep(facts: Facts, arrays: list[Array]) -> tuple[Facts, list[Array]]:
    """The data set of uint8 images [N, H, W] or [N, H, W, C], written below the data root unless it is there.

    ``arrays`` : images; with ``facts["labels"]`` their labels; with ``facts["splits"]`` the split of each.
    """
    from explorer.datasets.uploads import bring, find_upload, uploads_root

    keys = ["images", *(key for key in ("labels", "split") if facts[key])]
    content = dict(zip(keys, arrays, strict=True))
    name = f"{plain(facts['name'])}-{digest(content)}"
    if not (uploads_root() / f"{name}.json").exists():
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, **content)
        bring([(FILE, file)], name)
    return {"dataset": find_upload(name).dataset}, []


def plain(name: str) -> str:
    """A name that a data set may have: letters, digits and dashes, a letter first."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lstrip("0123456789-")[:40] or "images"


def digest(content: dict[str, Array]) -> str:
    """The first digits of a hash of arrays, their types and shapes."""
    found = hashlib.sha256()
    for key, array in content.items():
        found.update(repr((key, array.dtype.str, array.shape)).encode())
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()[:DIGITS]


def stated(facts: Facts, arrays: list[Array]) -> tuple[Facts, list[Array]]:
    """Nothing; ExplorerError where the import cannot have what is said of a model, or the name of its run is taken."""
    Conventions(**facts["said"])
    if facts["name"]:
        Run(settings().runs / "another").beside(facts["name"])
    return {}, []


def imported(facts: Facts, arrays: list[Array]) -> tuple[Facts, list[Array]]:
    """The run that is made of ONNX files, which are the arrays, under the names ``facts["files"]``."""
    with tempfile.TemporaryDirectory() as parent:
        folder = ensure_folder(Path(parent) / "model")  # sentences name it
        for name, content in zip(facts["files"], arrays, strict=True):
            write_atomic(folder / name, content.tobytes())
        run = import_model(folder, facts["name"], facts["dataset"], Conventions(**facts["said"]), "onnx")
    config = run.config()
    assert config.imported is not None
    run.write_config(replace(config, imported=replace(config.imported, source=tuple(facts["source"]))))
    return {"run": run.name}, []


def training(facts: Facts, arrays: list[Array]) -> tuple[Facts, list[Array]]:
    """The arguments of ``python -m explorer`` that train with these options, checked as the command checks them."""
    from explorer.training import OPTIONS

    arguments = []
    for name, given in facts["options"].items():
        value = tuple(given) if isinstance(given, list) else given
        if name not in OPTIONS or name in OWN_CHOICE:
            known = [each for each in OPTIONS if each not in OWN_CHOICE]
            raise ExplorerError(
                f"A training has no option '{name}'.", f"{did_you_mean(name, known)}Choose of: {', '.join(known)}."
            )
        OPTIONS[name].check(value)
        arguments += argument(OPTIONS[name].flag, value)
    return {"arguments": arguments}, []


def argument(flag: str, value: Any) -> list[str]:
    """An option as the command line takes it; nothing where it is left out."""
    if value is None or value is False:
        return []
    if value is True:
        return [flag]
    return [f"{flag}={','.join(map(str, value)) if isinstance(value, tuple) else value}"]
