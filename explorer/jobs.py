"""Start, watch and stop work in processes of its own. They write only in run directories; pages read those."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.files import unwritable, write_atomic
from explorer.lab import CONTROL, new_run
from explorer.runs import Run, Status, list_runs
from explorer.settings import PROJECT, settings
from explorer.training import TrainConfig

STALE_S = 30.0  # a queued run whose process has not shown itself for this long is dead
NICENESS = 10
LOG_BYTES = 65_536  # of the end of a log; the rest is not shown


def start(config: TrainConfig) -> Run:
    """Make a queued run and a process that trains it. Raises ExplorerError for settings that cannot be trained."""
    run = new_run(config)
    spawn(run, ["train", "--resume", str(run.path)])
    return run


def spawn(run: Run, arguments: list[str]) -> None:
    """``python -m explorer ...``, niced, its output in the run's log; it outlives this process."""
    environment = {**os.environ, "EXPLORER_DATA": str(settings().data), "EXPLORER_RUNS": str(settings().runs)}
    command = [sys.executable, "-m", "explorer", *arguments]
    try:
        with (run.path / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
    except OSError as error:
        raise unwritable(run.path, error) from error
    lower_priority(process.pid)
    threading.Thread(target=process.wait, daemon=True).start()  # so that it leaves no zombie behind


def lower_priority(pid: int) -> None:
    """So that decoding for visitors goes first; where the system forbids it, the work is merely less polite."""
    import psutil

    try:
        idle = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", NICENESS)
        psutil.Process(pid).nice(idle)
    except psutil.Error:
        return


def stop(run: Run) -> None:
    """Ask a run's process to stop; it evaluates, keeps its weights and ends within seconds."""
    write_atomic(run.path / CONTROL, b"stop\n")


def watch(run: Run) -> Status:
    """The run's status, with a dead process told from a slow one."""
    status = run.status()
    if status.state == "running" and not process_alive(status):
        status = run.status()  # it may have finished between the two looks
        return dead(status) if status.state == "running" else status
    if status.state == "queued" and time.time() - (run.path / "status.json").stat().st_mtime > STALE_S:
        return dead(status)
    return status


def dead(status: Status) -> Status:
    """What to show for a run whose process is gone."""
    from dataclasses import replace

    kept = "What it had learned by its last epoch is kept." if status.weights_sha256 else "See its log."
    return replace(status, state="failed", error="The training process ended without finishing.", hint=kept)


def process_alive(status: Status) -> bool:
    """Whether the very process that wrote the status still runs (a process id alone may be used again)."""
    import psutil

    if status.pid is None or status.pid_started is None:
        return False
    try:
        process = psutil.Process(status.pid)
        return abs(process.create_time() - status.pid_started) < 2 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def in_progress() -> list[Run]:
    """Runs that are queued or training, newest first."""
    found = []
    for run in list_runs():
        try:
            if watch(run).state in ("queued", "running"):
                found.append(run)
        except ExplorerError:
            continue
    return found


def metrics(run: Run) -> list[dict[str, Any]]:
    """The lines of ``metrics.jsonl``; a last line that is still being written is left out."""
    try:
        lines = (run.path / "metrics.jsonl").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [parsed for line in lines if (parsed := parse(line)) is not None]


def parse(line: str) -> dict[str, Any] | None:
    """One line's object, None where it is cut off."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def frames(run: Run) -> list[Path]:
    """The pictures of reconstructions, oldest first."""
    return sorted((run.path / "frames").glob("epoch-*.png"))


def log_tail(run: Run, lines: int = 20) -> str:
    """The end of the run's log as a terminal would show it: of a progress bar only its last state."""
    try:
        text = (run.path / "log.txt").read_bytes()[-LOG_BYTES:].decode(errors="replace")
    except FileNotFoundError:
        return ""
    shown = [line.rstrip("\r").rpartition("\r")[2] for line in text.rstrip("\n").split("\n")]
    return "\n".join(shown[-lines:])
