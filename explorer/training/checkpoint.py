"""The state that a training resumes from, as one checked file.

The file is written whole or not at all: safetensors, with the position and a checksum in its header.
``state.json`` beside it repeats the position for people and pages; nothing is read from it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from explorer.base import ExplorerError, unwritable, when_free, write_atomic, write_json
from explorer.training.state import State, TrainingPosition

STATE = "resume/state.safetensors"
FORMAT = 2


class Checkpoint(NamedTuple):
    """A resume state, and the bytes that it was read from, which other processes are sent."""

    content: bytes
    state: State


def read_checkpoint(folder: Path, name: str) -> Checkpoint | None:
    """That of the run ``name`` in ``folder``, None where there is none; raises as ``read_state`` and ``unpacked``."""
    content = read_state(folder)
    return None if content is None else Checkpoint(content, unpacked(content, name))


def another_model() -> ExplorerError:
    """For a resume state that does not fit the model of its run."""
    return ExplorerError("The resume state is another model's.", "Delete the run's folder 'resume'.")


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
    facts = {"format": FORMAT, "device": state.device, "at": asdict(state.at)}
    return save(tensors, {"training": json.dumps({**facts, "sha256": digest(tensors, facts)})})


def digest(tensors: dict, facts: dict) -> str:
    """SHA-256 over the facts of the header, and the names, types, shapes and bytes of the tensors.

    Format 1, which earlier versions wrote, covers names and bytes alone.
    """
    sha = hashlib.sha256()
    first = facts["format"] == 1
    if not first:
        sha.update(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(tensors):
        if not first:
            sha.update(f"{tensors[name].dtype} {list(tensors[name].shape)}".encode())
        sha.update(name.encode())
        sha.update(tensors[name].reshape(-1).numpy().data)
    return sha.hexdigest()


def read_state(folder: Path) -> bytes | None:
    """The bytes of the run's resume state, None where there is none."""
    try:
        return when_free((folder / STATE).read_bytes)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ExplorerError(f"{folder / STATE} cannot be read: {error.strerror}.", "Check its permissions.") from error


def unpacked(content: bytes, name: str) -> State:
    """What ``packed`` gave; ExplorerError when the state of the run ``name`` is damaged or of another version."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        facts = json.loads(header["__metadata__"]["training"])
        tensors = load(content)
        if facts["format"] not in (1, FORMAT):
            raise ValueError(f"its format is {facts['format']}")
        if facts.pop("sha256") != digest(tensors, facts):
            raise ValueError("its checksum does not match")
        return State(tensors, TrainingPosition(**facts["at"]), facts["device"])
    except (ValueError, KeyError, TypeError, SafetensorError, RecursionError, MemoryError) as error:
        raise ExplorerError(
            f"The resume state of {name} is damaged: {error}.",
            "Delete its folder 'resume' to train it from the beginning, or start a new run.",
        ) from error
