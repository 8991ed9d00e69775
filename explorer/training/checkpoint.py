"""What a training goes on from, as one checked file; and the lock that lets one process alone train a run.

The file is written whole or not at all: safetensors, with the position and a checksum in its header.
``state.json`` beside it repeats the position for people and pages; nothing is read from it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.base import ExplorerError, unwritable, write_atomic, write_json

if TYPE_CHECKING:
    from explorer.training.state import State

STATE = "resume/state.safetensors"
LOCK = "lock"
FORMAT = 1
HALF_WRITTEN_S = 5.0  # an empty lock that is older was left by a process that died in the act


def save_state(folder: Path, state: State) -> None:
    """Write the resume state of the run in ``folder``; ExplorerError when it cannot be written."""
    write_atomic(made(folder / STATE), packed(state))
    write_json(folder / "resume" / "state.json", asdict(state.at))


def made(path: Path) -> Path:
    """The path, its folder made when missing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path.parent, error) from error
    return path


def packed(state: State) -> bytes:
    """A state as safetensors bytes."""
    from safetensors.torch import save

    tensors = {name: value.detach().cpu().contiguous() for name, value in state.tensors.items()}
    facts = {"format": FORMAT, "device": state.device, "at": asdict(state.at), "sha256": digest(tensors)}
    return save(tensors, {"training": json.dumps(facts)})


def digest(tensors: dict) -> str:
    """SHA-256 over names and bytes."""
    sha = hashlib.sha256()
    for name in sorted(tensors):
        sha.update(name.encode())
        sha.update(tensors[name].reshape(-1).numpy().data)
    return sha.hexdigest()


def read_state(folder: Path) -> bytes | None:
    """The bytes of the run's resume state, None where there is none."""
    try:
        return (folder / STATE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ExplorerError(f"{folder / STATE} cannot be read: {error.strerror}.", "Check its permissions.") from error


def unpacked(content: bytes, name: str) -> State:
    """What ``packed`` gave; ExplorerError when the state of the run ``name`` is damaged or of another version."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    from explorer.training.state import State, TrainingPosition

    try:
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        facts = json.loads(header["__metadata__"]["training"])
        tensors = load(content)
        if facts["format"] != FORMAT:
            raise ValueError(f"its format is {facts['format']}")
        if digest(tensors) != facts["sha256"]:
            raise ValueError("its checksum does not match")
        return State(tensors, TrainingPosition(**facts["at"]), facts["device"])
    except (ValueError, KeyError, TypeError, SafetensorError, RecursionError, MemoryError) as error:
        raise ExplorerError(
            f"The resume state of {name} is damaged: {error}.",
            "Delete its folder 'resume' to train it from the beginning, or start a new run.",
        ) from error


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run's lock; ExplorerError when another living process trains it.

    A lock whose owner is dead is taken over.
    """
    path = folder / LOCK
    while not claimed(path):
        owner = lock_owner(path)
        if owner is None:
            continue  # it went away just now
        if holds(path, owner):
            raise ExplorerError(
                f"The run {folder.name} is being trained by process {owner[0]}.", "Wait for it, or stop it first."
            )
        put_aside(path, owner)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def claimed(path: Path) -> bool:
    """Make the lock, naming this process; False where it exists."""
    import psutil

    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    except FileExistsError:
        return False
    except OSError as error:
        raise unwritable(path.parent, error) from error
    with os.fdopen(handle, "w") as file:
        file.write(f"{os.getpid()} {psutil.Process().create_time()}\n")
    return True


def lock_owner(path: Path) -> tuple[int, float] | None:
    """Process id and start time in the lock; (0, 0) where it names none, None where there is no lock."""
    try:
        pid, started = path.read_text().split()
        return int(pid), float(started)
    except FileNotFoundError:
        return None
    except ValueError:
        return 0, 0.0


def holds(path: Path, owner: tuple[int, float]) -> bool:
    """Whether the lock's owner lives; one that names nobody yet may just be being written."""
    import psutil

    pid, started = owner
    if not pid:
        with contextlib.suppress(FileNotFoundError):
            return time.time() - path.stat().st_mtime < HALF_WRITTEN_S
        return False
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 2 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def put_aside(path: Path, owner: tuple[int, float]) -> None:
    """Remove the lock of a dead ``owner``, but no other that was made in the meantime."""
    aside = path.with_name(f".{LOCK}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        os.replace(path, aside)
        if lock_owner(aside) == owner:
            aside.unlink()
        else:
            os.replace(aside, path)
