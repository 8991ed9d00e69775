"""The process that runs the code of a model's owner, once: a JSON request goes in, a JSON answer comes out.

It writes the ONNX files into the folder of the request. What the code prints goes to standard error.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from explorer.base import PROJECT, ExplorerError, write_atomic
from explorer.base.languages import _
from explorer.exporting.functions import in_owners_code, networks
from explorer.importing.own_vae import own_vae


def main() -> None:
    """Answer one request."""
    answers = os.dup(1)
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    try:
        answer = exported(request)
    except ExplorerError as error:
        answer = {"error": {"message": error.message, "hint": error.hint}}
    with os.fdopen(answers, "w") as file:
        json.dump(answer, file)


def exported(request: dict[str, Any]) -> dict[str, Any]:
    """What is known of the model that ``request["reference"]`` returns; its files are written.

    ``request["said"]`` holds what the user says, which goes before what the code says.
    """
    function = loaded(request["reference"])
    with in_owners_code(request["reference"]):
        made = function()
    vae = own_vae(made)
    files, known = networks(vae, {**vae.said, **request["said"]})
    for name, content in files.items():
        write_atomic(Path(request["folder"]) / name, content)
    return {"said": known, "notes": list(vae.notes)}


def loaded(reference: str) -> Any:
    """The function FILE.py:NAME or MODULE:NAME; ExplorerError where there is none."""
    place, _sep, name = reference.rpartition(":")
    search_first(str(Path(place).resolve().parent) if place.endswith(".py") else os.getcwd(), os.getcwd())
    with in_owners_code(place):
        module = module_in(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    function = getattr(module, name, None)
    if not callable(function):
        raise ExplorerError(
            _("There is no function {name} in {place}.").format(name=name, place=place),
            _("Give FILE.py:FUNCTION or MODULE:FUNCTION."),
        )
    return function


def search_first(*folders: str) -> None:
    """Let Python look for modules in these folders first, and not in this project: both may have a ``models``."""
    sys.path[:] = [*dict.fromkeys(folders), *(path for path in sys.path if path not in (*folders, str(PROJECT)))]


def module_in(path: Path) -> ModuleType:
    """The module in a file, under the name that an import would give it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
