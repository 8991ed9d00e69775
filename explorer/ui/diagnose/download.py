"""The measures as a file, with what is needed to cite them, and the report of the run."""

from __future__ import annotations

import json
from collections.abc import Mapping

from explorer.base.languages import ENGLISH, _, speaking
from explorer.inference import load_with_model
from explorer.measures import Measured, measures_report
from explorer.runs import LoadedRun
from explorer.ui.common import download


def diagnose_download(run: LoadedRun, found: Mapping[str, Measured]) -> None:
    """Draw the button; the file is what ``evaluate --json`` prints of these measures."""
    download(_("Measures as JSON"), f"{run.name}-measures.json", "application/json", lambda: as_json(run, found))


def report_download(run: LoadedRun) -> None:
    """Draw the button; the file is what ``python -m explorer report`` writes."""
    download(_("Report as HTML"), f"{run.name}-report.html", "text/html", lambda: report_html(run))


def report_html(run: LoadedRun) -> bytes:
    """The report of the run as it is when the button is clicked, in English."""
    from explorer.exporting.report import report_of

    with speaking(ENGLISH):
        return report_of(*load_with_model(run.run)).html


def as_json(run: LoadedRun, found: Mapping[str, Measured]) -> bytes:
    """The content of the file, in English."""
    with speaking(ENGLISH):
        return json.dumps(measures_report(run, "test", found), indent=2, ensure_ascii=False).encode()
