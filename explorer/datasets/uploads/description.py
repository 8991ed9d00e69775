"""What is kept of a data set that was brought: its name, what was found in it, and some of its images."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, damaged, read_json, remove_file, settings, write_atomic, write_json
from explorer.base.languages import _
from explorer.datasets.datasets import Images
from explorer.datasets.folder_report import FolderReport, report_from_json, report_to_json
from explorer.datasets.folder_splits import spread
from explorer.datasets.names import ARRAYS, FOLDER
from explorer.images import Pixels

NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
ROOT = "uploads"  # in the data root
BRING_AGAIN = "Delete it, and bring it again."
Samples = tuple[Pixels, NDArray[np.int64] | None]  # uint8 [K, C, H, W], and the class of each, int64 [K]


@dataclass(frozen=True)
class Upload:
    """A data set that was brought.

    Attributes
    ----------
    dataset : what it is called for a training: ``folder:PATH`` or ``arrays:FILE``.
    created : when it was brought, ISO 8601, UTC.
    n_bytes : of its files.
    report : what was found, and what was refused.
    duplicates : what was found of duplicates, in a sentence or two; '' in descriptions of earlier versions.
    """

    name: str
    dataset: str
    created: str
    n_bytes: int
    report: FolderReport
    duplicates: str = ""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return tuple(self.report.classes)


def uploads_root() -> Path:
    """The folder of all that was brought; it need not exist."""
    return settings().data / ROOT


def folder_of(name: str) -> Path:
    """The folder of the files of one."""
    return uploads_root() / name


def description_of(name: str) -> Path:
    """The file that describes one, written last and deleted first."""
    return uploads_root() / f"{name}.json"


def samples_of(name: str) -> Path:
    """The file of the samples of one."""
    return uploads_root() / f"{name}.samples.npz"


def uploaded_sets() -> list[Upload]:
    """All complete ones, the newest first; those that cannot be read are left out."""
    found = []
    for name in upload_names():
        try:
            found.append(find_upload(name))
        except ExplorerError:
            continue
    return sorted(found, key=lambda upload: upload.created, reverse=True)


def upload_names() -> list[str]:
    """The names of all complete ones."""
    try:
        stems = [path.stem for path in uploads_root().glob("*.json")]
    except OSError:
        return []
    return sorted(name for name in stems if NAME.fullmatch(name) and folder_of(name).is_dir())


def find_upload(name: str) -> Upload:
    """The one of this name. Raises ExplorerError where there is none, or where it is damaged."""
    check_name(name)
    path = description_of(name)
    if not path.exists():
        raise ExplorerError(
            _("There is no data set '{name}' any more.").format(name=name), _("It was deleted meanwhile.")
        )
    facts = read_json(path, BRING_AGAIN)
    try:
        return Upload(
            name, str(facts["dataset"]), str(facts["created"]), int(facts["n_bytes"]),
            report_from_json(facts["report"], path), str(facts.get("duplicates", "")),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, error, BRING_AGAIN) from error


def read_samples(name: str) -> Samples:
    """Some training images of one, of each class in turn where there are classes.

    Raises ExplorerError where they cannot be read.
    """
    path = samples_of(name)
    try:
        with np.load(path, allow_pickle=False) as file:
            return file["pixels"], file.get("labels")
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise damaged(path, error, BRING_AGAIN) from error


def write_upload(upload: Upload, samples: Samples) -> None:
    """Store the description of one whose files are in their place. Raises ExplorerError where it cannot be written."""
    pixels, labels = samples
    buffer = io.BytesIO()
    if labels is None:
        np.savez_compressed(buffer, pixels=pixels)
    else:
        np.savez_compressed(buffer, pixels=pixels, labels=labels)
    write_atomic(samples_of(upload.name), buffer.getvalue())
    facts = {name: getattr(upload, name) for name in ("dataset", "created", "n_bytes", "duplicates")}
    write_json(description_of(upload.name), {**facts, "report": report_to_json(upload.report)})


def delete_upload(name: str) -> None:
    """Delete a data set with its files, if it is there. Raises ExplorerError where it cannot be deleted."""
    check_name(name)
    remove_file(description_of(name))
    remove_file(samples_of(name))
    shutil.rmtree(folder_of(name), ignore_errors=True)


def upload_name(dataset: str) -> str:
    """The name of the set that a data set's name stands for; '' where it was not brought."""
    for kind in (FOLDER, ARRAYS):
        path = Path(dataset.removeprefix(kind))
        if dataset.startswith(kind) and path.is_relative_to(uploads_root()):
            return path.relative_to(uploads_root()).parts[0]
    return ""


def check_name(name: str) -> None:
    """Raise ExplorerError unless ``name`` is a plain name."""
    if not NAME.fullmatch(name):
        raise ExplorerError(
            _("'{name}' cannot be a data set's name.").format(name=name),
            _("Use letters, digits, '.', '_' and '-', 64 at most, a letter first."),
        )


def suggested_name(file: str) -> str:
    """A name that is free, after that of a file."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", Path(file).name.partition(".")[0]).strip("-").lstrip("0123456789-")[:48]
    names = (stem or "images", *(f"{stem or 'images'}-{n}" for n in range(2, 10_000)))
    return next(name for name in names if not folder_of(name).exists())


def samples_from(images: Images, n: int) -> Samples:
    """``n`` images of a split at most, of each class in turn, in their order; with their labels."""
    if images.labels is None:
        chosen = np.linspace(0, len(images) - 1, min(n, len(images))).astype(np.int64)
        return images.pixels[chosen], None
    by_class = np.argsort(images.labels, kind="stable")
    chosen = np.array(spread(by_class.tolist(), images.labels[by_class].tolist())[:n])
    return images.pixels[chosen], images.labels[chosen]
