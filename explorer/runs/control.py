"""Requests of a page to a training: one word in a file of the run, which the training reads."""

from __future__ import annotations

from explorer.runs.run import Run

CONTROL = "control"  # a page writes 'stop' or 'pause' here; the training process reads it


def control_word(run: Run) -> str:
    """The request to the run's training: 'stop', 'pause', or '' for none."""
    try:
        word = (run.path / CONTROL).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return word if word in ("stop", "pause") else ""


def stop_requested(run: Run) -> bool:
    """Whether the run's training is asked to stop."""
    return control_word(run) == "stop"
