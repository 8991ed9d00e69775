"""A run directory: write, read, list, check.

Runs are listed from JSON alone, without torch. The weights are checked against their checksum when loaded.
"""

from __future__ import annotations

import datetime
import os
import platform
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path, PurePath
from typing import Any

from explorer.base import (
    SHIPPED_RUNS,
    ExplorerError,
    damaged,
    read_json,
    record,
    settings,
    unwritable,
    write_json,
)
from explorer.base.text import did_you_mean
from explorer.runs.records import SCHEMA, RunConfig, Status, short_data_name

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")  # of a run that is made here; others may be called otherwise
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters, and bytes that are not UTF-8
STATES = ("queued", "running", "paused", "finished", "stopped", "failed")
CONFIG = "config.json"
STATUS = "status.json"
WEIGHTS = "weights.safetensors"
MADE_OF_SHIPPED = ".shipped"  # in the runs' root; not a valid name of a run
OPENING_RUN = "mnist-2d"  # the one that the app opens on


class Run:
    """One run directory. Each method reads its file anew."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """The directory's name."""
        return self.path.name

    @property
    def shipped(self) -> bool:
        """Whether the run came with the product."""
        return self.path.parent == SHIPPED_RUNS

    @property
    def made(self) -> Path:
        """The folder for files derived from this run: its own, or one in the runs' root for a run that shipped."""
        return settings().runs / MADE_OF_SHIPPED / self.name if self.shipped else self.path

    def derived(self, name: str) -> Path:
        """The path to read a derived file from: in ``made`` where it is there, else in the run's own folder."""
        here = self.made / name
        return here if os.path.exists(here) else self.path / name

    @property
    def name_is_taken(self) -> bool:
        """Whether there is anything of this name where it lies, or a run of this name among those that shipped."""
        return any(os.path.lexists(root / self.name) for root in (self.path.parent, SHIPPED_RUNS))

    def beside(self, name: str) -> Run:
        """What this run would be under another name; ExplorerError for one that is not allowed, or taken."""
        check_name(name)
        other = Run(self.path.parent / name)
        if other.name_is_taken:
            raise ExplorerError(f"There is already a run '{name}'.", "Choose another name.")
        return other

    def config(self) -> RunConfig:
        """``config.json``, checked."""
        path = self.path / CONFIG
        raw = read_json(path)
        if raw.get("schema") != SCHEMA:
            raise ExplorerError(
                f"{path} has schema {raw.get('schema')!r}.", f"This version reads {SCHEMA}; train the run again."
            )
        config = record(RunConfig, raw, path)
        if missing := [key for key in ("dataset", "model", "latent") if key not in config.training]:
            raise damaged(path, f"its training has no {missing[0]}")
        return config

    def status(self) -> Status:
        """``status.json``, checked."""
        path = self.path / STATUS
        status = record(Status, read_json(path), path)
        if status.state not in STATES:
            raise damaged(path, f"state is {status.state!r}")
        return status

    def write_config(self, config: RunConfig) -> None:
        """Replace ``config.json``."""
        write_json(self.path / CONFIG, asdict(config))

    def write_status(self, status: Status) -> None:
        """Replace ``status.json``."""
        write_json(self.path / STATUS, asdict(status))

    @property
    def has_weights(self) -> bool:
        """Whether there is a model to explore."""
        return (self.path / WEIGHTS).is_file()


def packages() -> dict[str, str]:
    """The versions of Python and of the packages that the weights depend on, by name."""
    names = ("torch", "torchvision", "numpy", "safetensors")
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in names}}


def create_run(config: RunConfig, status: Status, name: str | None = None) -> Run:
    """A new run directory, called ``name`` or else ``<date>-<model>-<dataset>-z<latent>-<n>`` with the first free n.

    Raises ExplorerError when the name is taken or not allowed, or the runs' root cannot be written.
    """
    root = settings().runs
    if name is not None:
        check_name(name)
    try:
        root.mkdir(parents=True, exist_ok=True)
        path = claim(root, name) if name else claim_fresh(root, config.training)
    except OSError as error:
        raise unwritable(root, error) from error
    run = Run(path)
    try:
        run.write_config(config)
        run.write_status(status)
    except ExplorerError:
        shutil.rmtree(path, ignore_errors=True)  # no incomplete run is left
        raise
    return run


def check_name(name: str) -> None:
    """Raise ExplorerError unless ``name`` is a plain directory name."""
    if not NAME.fullmatch(name):
        raise ExplorerError(
            f"'{name}' cannot be a run's name.", "Use letters, digits, '.', '_' and '-', 100 at most, a letter first."
        )


def claim(root: Path, name: str) -> Path:
    """The path of the new directory ``root/name``; ExplorerError when there is one, or a shipped run of that name."""
    if (SHIPPED_RUNS / name).exists() and root != SHIPPED_RUNS:
        raise ExplorerError(f"'{name}' is the name of a run that ships with the product.", "Choose another name.")
    try:
        (root / name).mkdir()
    except FileExistsError as error:
        raise ExplorerError(f"There is already a run '{name}'.", "Choose another name.") from error
    return root / name


def claim_fresh(root: Path, training: Mapping[str, Any]) -> Path:
    """The path of the new directory ``<date>-<model>-<dataset>-z<latent>-<n>`` with the first free n."""
    data = re.sub(r"[^A-Za-z0-9]+", "-", short_data_name(training["dataset"])).strip("-") or "images"
    stem = f"{datetime.date.today().isoformat()}-{training['model']}-{data[:40]}-z{training['latent']}"
    n = 1
    while True:
        try:
            (root / f"{stem}-{n}").mkdir()
            return root / f"{stem}-{n}"
        except FileExistsError:
            n += 1


def list_runs() -> list[Run]:
    """All runs: shipped ones first, then the visitor's own, newest first."""
    own = settings().runs
    found = sorted(run_dirs(SHIPPED_RUNS), key=lambda path: path.name != OPENING_RUN)
    if own != SHIPPED_RUNS:
        found += sorted(run_dirs(own), key=changed_s, reverse=True)
    return [Run(path) for path in found]


def run_dirs(root: Path) -> list[Path]:
    """The run directories in ``root``, by name."""
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except OSError:  # missing, not a folder, or not readable
        return []
    return [root / entry.name for entry in entries if is_run(root, entry.name)]


def changed_s(path: Path) -> float:
    """When a file or directory was last changed, in Unix seconds; 0 where another process has just removed it."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def is_run(root: Path, name: str) -> bool:
    """Whether ``name``, which may come from a link, is that of a run in ``root``, and no path to anywhere else.

    A person may have called the folder what they like, but for control characters and what is not Unicode.
    """
    single = bool(name) and not name.startswith(".") and PurePath(name).name == name
    return single and not UNPRINTABLE.search(name) and holds_run(root / name)


def holds_run(path: Path) -> bool:
    """Whether the directory is a run, whole or not: it has a config or a status."""
    return any(os.path.exists(path / name) for name in (CONFIG, STATUS))


def find_run(text: str, paths: bool = False) -> Run:
    """The run called ``text``; with ``paths``, as on the command line, also the run in the directory ``text``.

    Raises ExplorerError, which names some of the runs, where there is none.
    """
    for root in (settings().runs, SHIPPED_RUNS):
        if is_run(root, text):
            return Run(root / text)
    if paths and holds_run(Path(text)):
        return Run(Path(text).resolve())
    if paths and os.path.isdir(text):
        raise ExplorerError(f"{text} is no run: it has no config.json.", "Give a run's name or its directory.")
    own_first = sorted(list_runs(), key=lambda run: run.shipped)
    names = [run.name for run in own_first]
    hint = f"{did_you_mean(text, names)}There are: {', '.join(names[:8])}." if names else "Train one first."
    raise ExplorerError(f"There is no run '{text}'.", hint)
