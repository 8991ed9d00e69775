"""The process that reads a foreign file: a JSON request on standard input, a JSON answer on standard output.

It writes ``weights.safetensors`` into its working directory. Only this module's process opens what others made.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from explorer.base import ExplorerError, write_atomic
from explorer.importing.conventions import Conventions
from explorer.importing.forms import form_of
from explorer.importing.sandbox import limit_memory
from explorer.importing.source import read_source
from explorer.importing.statements import completed


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
    source = read_source([Path(path) for path in request["files"]])
    model = form_of(source, request["form"])(source, completed(said, source.notes))
    write_atomic(Path("weights.safetensors"), model.weights)
    return model.facts()


if __name__ == "__main__":
    main()
