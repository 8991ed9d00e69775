"""The measures as a file, with what is needed to cite them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from explorer.measures import Measured, measures_report
from explorer.runs import LoadedRun
from explorer.ui.common import download


def diagnose_download(run: LoadedRun, found: Mapping[str, Measured]) -> None:
    """Draw the button; the file is what ``evaluate --json`` prints of these measures."""
    download("Measures as JSON", f"{run.name}-measures.json", "application/json", lambda: as_json(run, found))


def as_json(run: LoadedRun, found: Mapping[str, Measured]) -> bytes:
    """The content of the file."""
    return json.dumps(measures_report(run, "test", found), indent=2, ensure_ascii=False).encode()
