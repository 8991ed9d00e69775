"""Processes that work on a run: started at a low priority, identified by id and start time; their log."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from explorer.base import PROJECT, ExplorerError, ensure_folder, settings, unwritable
from explorer.runs.records import Status
from explorer.runs.run import Run

STALE_S = 30.0  # without a sign of life: a process that has not started or written for so long is dead or stuck
NICENESS = 10
LOG_BYTES = 65_536  # read from the end of a log
TORCHRUN = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_RANK")  # variables of its process group


def spawn(run: Run, arguments: list[str], then: Callable[[], None] | None = None) -> tuple[int, float | None]:
    """The process id and ``start_time`` of a new ``python -m explorer <arguments>``.

    It runs at a low priority, writes its output to the run's log and outlives this process. ``then`` is called when
    it ends, if this process still runs by then. Raises ExplorerError where the log cannot be written or the process
    cannot be started.
    """
    command = [sys.executable, "-m", "explorer", *arguments]
    try:
        with (ensure_folder(run.made) / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=PROJECT, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
    except OSError as error:
        raise unwritable(run.made, error) from error
    lower_priority(process.pid)
    threading.Thread(target=reap, args=(process, settings().runs, then), daemon=True).start()
    return process.pid, start_time(process.pid)


def environment() -> dict[str, str]:
    """The environment variables of a process that computes: this process's, without torchrun's.

    OpenMP threads that wait for one another sleep instead of spinning. On a busy machine, or in a process of low
    priority, spinning threads take the cores from those they wait for, which made a small training a hundred times
    slower. GNU's OpenMP spins for a moment first: that costs little there, and saves waking up at every step on a
    quiet machine.
    """
    own = {name: value for name, value in os.environ.items() if name not in TORCHRUN}
    folders = {"EXPLORER_DATA": str(settings().data), "EXPLORER_RUNS": str(settings().runs)}
    passive = {} if "OMP_WAIT_POLICY" in own else {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "1000"}
    return {**passive, **own, **folders}


def reap(process: subprocess.Popen[bytes], runs: Path, then: Callable[[], None] | None) -> None:
    """Wait for a process, so that it leaves no zombie, and call ``then``: a killed process cannot do so itself.

    ``then`` is left out when the root of the runs has changed from ``runs`` in the meantime.
    """
    process.wait()
    if then is not None and settings().runs == runs:
        with contextlib.suppress(ExplorerError):
            then()


def start_time(pid: int) -> float | None:
    """When a process began, which tells it from later ones of the same id; None where there is no such process.

    On Linux in seconds since the system started: psutil adds the boot time, which moves when the clock is set.
    Elsewhere in Unix seconds, as the system noted them when the process began.
    """
    import psutil

    try:
        return since_boot_s(pid) if sys.platform == "linux" else float(psutil.Process(pid).create_time())
    except (OSError, psutil.Error):
        return None


def since_boot_s(pid: int) -> float:
    """Seconds from the start of a Linux system to that of a process; OSError where there is no such process."""
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()  # its name may hold spaces and brackets
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def lower_priority(pid: int) -> None:
    """Give a process or thread a low priority, so that decoding for visitors goes first; nothing where forbidden."""
    import psutil

    try:
        idle = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", NICENESS)
        psutil.Process(pid).nice(idle)
    except psutil.Error:
        return


def process_alive(status: Status) -> bool:
    """Whether the very process that wrote the status still runs (a process id alone may be used again)."""
    import psutil

    if status.pid is None or status.pid_started is None:
        return False
    try:
        ended = psutil.Process(status.pid).status() == psutil.STATUS_ZOMBIE
        return not ended and start_time(status.pid) == status.pid_started
    except psutil.Error:
        return False


def log_tail(run: Run, lines: int = 20) -> str:
    """The last ``lines`` of the run's log as a terminal shows them: of a progress bar its last state alone."""
    try:
        text = run.derived("log.txt").read_bytes()[-LOG_BYTES:].decode(errors="replace")
    except OSError:  # missing, or no file
        return ""
    shown = [line.rstrip("\r").rpartition("\r")[2] for line in text.rstrip("\n").split("\n")]
    return "\n".join(shown[-lines:])


def terminate(pid: int | None, started: float | None) -> None:
    """End a process of ours, where it is still the very one whose ``start_time`` was ``started``."""
    import psutil

    if pid is not None and process_alive(Status("running", pid=pid, pid_started=started)):
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).terminate()
