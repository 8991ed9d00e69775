"""The process that reads a foreign file: a JSON request on standard input, a JSON answer on standard output.

It writes the weights, and the latents of a run, into its working directory. Only this module's process opens what
others made.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from explorer.base import ExplorerError, ensure_folder, write_atomic
from explorer.images import Pixels
from explorer.importing.conventions import Conventions
from explorer.importing.forms import form_of
from explorer.importing.sandbox import limit_memory
from explorer.importing.source import IMAGES, read_source
from explorer.runs import WEIGHTS


def main() -> None:
    """Answer one request."""
    limit_memory()
    request = json.load(sys.stdin)
    try:
        answer = imported(request)
    except ExplorerError as error:
        answer = {"error": {"message": error.message, "hint": error.hint}}
    print(json.dumps(answer, allow_nan=False))


def imported(request: dict[str, Any]) -> dict[str, Any]:
    """The model in the files: its form, name, options, what was assumed and checked; the weights are written."""
    said = Conventions(**request["said"])
    source = read_source([Path(path) for path in request["files"]], probe_images(Path(IMAGES)))
    model = form_of(source, request["form"])(source, said)
    for name, content in {WEIGHTS: model.weights, **model.latents}.items():
        write_atomic(ensure_folder(Path(name).parent) / Path(name).name, content)
    return model.facts()


def probe_images(path: Path) -> Pixels | None:
    """The images to try conventions on, uint8 [N, C, H, W]; None where the request came without."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as file:
        images: Pixels = file["images"]
    return images


if __name__ == "__main__":
    main()
