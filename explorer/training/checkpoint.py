"""The state that a training resumes from, as one checked file.

The file is written whole or not at all: safetensors, with the position and a checksum in its header.
``state.json`` beside it repeats the position for people and pages; nothing is read from it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.base import ExplorerError, unwritable, write_atomic, write_json
from explorer.training.state import State, TrainingPosition

if TYPE_CHECKING:
    from explorer.training.state import State

STATE = "resume/state.safetensors"
FORMAT = 1


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
