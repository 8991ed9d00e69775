"""What a page asks of a training: a word in a file of its run, which the training reads."""

from __future__ import annotations

from explorer.runs.run import Run

CONTROL = "control"  # a page writes 'stop' or 'pause' here; the training process reads it


def control_word(run: Run) -> str:
    """What a page asked of this run: 'stop', 'pause', or ''."""
    try:
        word = (run.path / CONTROL).read_text().strip()
    except OSError:
        return ""
    return word if word in ("stop", "pause") else ""


def stop_requested(run: Run) -> bool:
    """Whether a page asked this run to stop."""
    return control_word(run) == "stop"
