"""The files that make up a foreign model: read with limits, told apart by their content."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.images import Pixels
from explorer.importing.kinds import ONNX, kind_of
from explorer.importing.zip_source import unpacked
from explorer.runs import CONFIG, STATUS, WEIGHTS

MOST_FILE_BYTES = 2 * 10**9
IMAGES = "images.npz"  # in the worker's directory: some of the data set's, to try conventions on
MOST_NOTE_BYTES = 10**6
NOTES = ("specs.json", "model_config.json", "environment.json", "config.json", "model.json")  # read beside a lone file

RUN_FILES = (CONFIG, STATUS, WEIGHTS)
RUN_LATENTS = ("latents/test.npz", "latents/train.npz")


@dataclass(frozen=True)
class SourceFiles:
    """The contents of the files by name, their kinds, and the JSON objects among them.

    ``images``, uint8 [N, C, H, W], are of the data set to see the model with; None where none was named.
    """

    contents: Mapping[str, bytes]
    kinds: Mapping[str, str]
    notes: Mapping[str, Mapping[str, Any]]
    images: Pixels | None = None

    def of_kind(self, *kinds: str) -> list[str]:
        """The names of the files of these kinds, in their order."""
        return [name for name, kind in self.kinds.items() if kind in kinds]


def read_source(paths: Sequence[Path], images: Pixels | None = None) -> SourceFiles:
    """The files. Raises ExplorerError for one that cannot be read, is too large or of a kind that is never opened."""
    contents = {path.name: read(path) for path in paths}
    for name in [name for name, content in contents.items() if kind_of(content, name, True) == "zip"]:
        contents |= unpacked(contents.pop(name), name)
    with_onnx = any(name.lower().endswith(ONNX) for name in contents)
    kinds = {name: kind_of(content, name, with_onnx) for name, content in contents.items()}
    if nested := [name for name, kind in kinds.items() if kind == "zip"]:
        raise ExplorerError(_("{nested} is an archive in an archive.").format(nested=nested[0]), _("Unpack it first."))
    notes = {name: note for name, kind in kinds.items() if kind == "json" and (note := json_object(contents[name]))}
    return SourceFiles(contents, kinds, notes, images)


def read(path: Path) -> bytes:
    """The content of a file that is not too large."""
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise ExplorerError(
                _("{name} is larger than {most_file_bytes} GB.").format(
                    name=path.name, most_file_bytes=MOST_FILE_BYTES // 10**9
                ),
                _("Bring the VAE alone."),
            )
        return path.read_bytes()
    except OSError as error:
        raise ExplorerError(
            _("{name} cannot be read: {strerror}.").format(name=path.name, strerror=error.strerror),
            _("Look at its name and its rights."),
        ) from error


def json_object(content: bytes) -> Mapping[str, Any] | None:
    """A small JSON object; None for anything else, which then tells nothing."""
    if len(content) > MOST_NOTE_BYTES:
        return None
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def files_of(place: Path) -> list[Path]:
    """The files that SOURCE names: those in a folder, or the file and what belongs to it beside it.

    Of the folder of a run, those that make it a run elsewhere.

    Raises ExplorerError where there is nothing.
    """
    if all((place / name).is_file() for name in RUN_FILES):
        return [path for name in (*RUN_FILES, *RUN_LATENTS) if (path := place / name).is_file()]
    if place.is_dir():
        found = sorted(path for path in place.iterdir() if path.is_file() and not path.name.startswith("."))
        if not found:
            raise ExplorerError(
                _("There is no file in {place}.").format(place=place),
                _("Give the folder that holds the model's files."),
            )
        return found
    if not place.is_file():
        raise ExplorerError(
            _("There is no file or folder {place}.").format(place=place),
            _("Give a model's file, or the folder that holds it."),
        )
    if place.suffix.lower() == ".zip":  # it has its own
        return [place]
    beside = [*NOTES, f"{place.name}.data"]  # where exporters to ONNX put the weights
    return [place, *(path for name in beside if (path := place.parent / name).is_file() and path != place)]
