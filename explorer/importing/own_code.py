"""A model that its owner's Python code loads: exported as ONNX in a process of its own, and imported from there.

No page may offer this: it runs code. Afterwards the code is not needed again.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from explorer.base import PROJECT, ExplorerError, ensure_folder
from explorer.base.languages import _
from explorer.importing.conventions import Conventions
from explorer.importing.importer import import_model
from explorer.runs import Run

FILE = re.compile(r"(.+\.py):([A-Za-z_]\w*)")
MODULE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)")


def is_code(source: str) -> bool:
    """Whether it names a function, FILE.py:FUNCTION or MODULE:FUNCTION, and no file of that name is there."""
    return bool(FILE.fullmatch(source) or MODULE.fullmatch(source)) and not os.path.exists(source)


def import_code(
    reference: str, name: str | None = None, dataset: str | None = None, said: Conventions | None = None,
    latent: Sequence[int] | None = None,
) -> Run:  # fmt: skip
    """The run made of the model that the function ``reference`` returns. It is called here and now, with all rights.

    Parameters
    ----------
    reference : FILE.py:FUNCTION, or MODULE:FUNCTION of a module that can be imported here.
    name, dataset, said : as of ``import_model``.
    latent : the shape of a code, where the code does not tell.

    Raises
    ------
    ExplorerError
        Where the code fails or does not return a VAE, and as ``import_model``; nothing is left then.
    """
    with tempfile.TemporaryDirectory() as parent:
        folder = ensure_folder(Path(parent) / Path(reference.rpartition(":")[0]).stem)  # sentences name it
        conventions, notes = export_code(reference, folder, said or Conventions(), latent)
        run = import_model(folder, name, dataset, conventions, "onnx")
    config = run.config()
    assert config.imported is not None
    facts = replace(config.imported, source=(reference,), assumed=(*notes, *config.imported.assumed))
    run.write_config(replace(config, imported=facts))
    return run


def export_code(
    reference: str, folder: Path, said: Conventions, latent: Sequence[int] | None = None
) -> tuple[Conventions, list[str]]:
    """What is known of the model that the function returns, and notes; its ONNX files are written into ``folder``.

    Raises ExplorerError as ``import_code``.
    """
    place = reference.rpartition(":")[0]
    if place.endswith(".py") and not Path(place).is_file():
        raise ExplorerError(
            _("There is no file {place}.").format(place=place), _("Give FILE.py:FUNCTION or MODULE:FUNCTION.")
        )
    known = {name: value for name, value in asdict(said).items() if value is not None}
    if latent is not None:
        known["latent"] = list(latent)
    answer = answered({"reference": reference, "folder": str(folder), "said": known})
    names = {field.name for field in fields(Conventions)}
    found = {name: value for name, value in answer["said"].items() if name in names}
    return Conventions(**{**found, "shape": tuple(found["shape"])}), answer["notes"]


def answered(request: dict[str, Any]) -> dict[str, Any]:
    """What ``code_worker`` answers; what the code prints passes to standard error. Raises ExplorerError as it does."""
    paths = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "explorer.importing.code_worker"],  # -P: nothing here may stand in for its modules
        input=json.dumps(request).encode(), stdout=subprocess.PIPE, check=False, env=environment,
    )  # fmt: skip
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise ExplorerError(
            _("{request} ended the process (exit status {returncode}).").format(
                request=request["reference"], returncode=done.returncode
            ),
            _("Run it by itself first."),
        ) from error
    if "error" in answer:
        raise ExplorerError(answer["error"]["message"], answer["error"]["hint"])
    return answer
