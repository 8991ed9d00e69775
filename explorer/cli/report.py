"""``python -m explorer report``: a run as one HTML file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.base.text import size_text
from explorer.cli.evaluate import SAMPLES, watched
from explorer.cli.progress_bar import ProgressLine
from explorer.runs import LoadedRun, find_run


def add_report(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The ``report`` command's options."""
    report = add("report", report_command, "a report of a run to read and to print, as one HTML file", run=True)
    report.add_argument("--html", metavar="FILE", required=True, help="the file, which is overwritten")
    report.add_argument("--measure", action="store_true", help="first take the measures that are missing; some minutes")


def report_command(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Write the report; what the run lacks is said in it."""
    from explorer.base import ensure_folder, write_atomic
    from explorer.exporting.report import report_of
    from explorer.images import refuse_folder
    from explorer.inference import load_with_model
    from explorer.measures import likelihood_record

    found, target = find_run(options.run, paths=True), Path(options.html)
    refuse_folder(target)
    run, model = load_with_model(found)
    ensure_folder(target.parent)
    if options.measure:
        measure(run)
    with ProgressLine() as line:
        report = report_of(run, model, line.share)
    write_atomic(target, report.html)
    result = {
        "run": run.name,
        "file": str(target),
        "bytes": len(report.html),
        "sections": list(report.sections),
        "absent": report.absent,
        "likelihood": likelihood_record(run),
    }
    lines = [f"{len(report.sections)} sections in {target}, {size_text(len(report.html))}"]
    return result, "\n".join(lines + [f"Not shown: {name}. {reason}" for name, reason in report.absent.items()])


def measure(run: LoadedRun) -> None:
    """Take the measures that are missing, of a run without its images those that follow from latents."""
    from explorer.inference import latents_lack, originals
    from explorer.measures import MEASURES

    if latents_lack(run):
        return  # the report says so
    here = originals(run) is not None or not run.model.decodes
    watched(run, [name for name, spec in MEASURES.items() if here or spec.of_latents], SAMPLES, "test")
