"""Files that a visitor brings become a data set: written in pieces, unpacked, looked at, and described last.

At most two are brought at once. Whatever ends the work on the way, nothing is left of it.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from explorer.base import ExplorerError, ensure_folder, unwritable
from explorer.base.languages import _
from explorer.datasets.arrays import first_of_families, format_of
from explorer.datasets.datasets import SPLITS, Images, dataset_spec
from explorer.datasets.duplicates import QUICK, quick_duplicates
from explorer.datasets.folder_report import FolderReport, grouped
from explorer.datasets.folder_scan import SUFFIXES
from explorer.datasets.names import ARRAYS, FOLDER
from explorer.datasets.uploads.description import (
    Samples,
    Upload,
    check_name,
    delete_upload,
    description_of,
    folder_of,
    samples_from,
    uploads_root,
    write_upload,
)
from explorer.images import readable_name
from explorer.images.archives import ZipLimits, unpack_zip

MOST_MB = 500  # of all files that are brought together
LIMITS = ZipLimits(
    file_bytes=2**30, total_bytes=4 * 2**30, archives=True, entries=200_000, directory_bytes=32 * 2**20
)  # numpy's files are zips themselves
SAMPLES = 24
AT_ONCE = 2
ABANDONED_S = 6 * 3600.0  # after which an incomplete set that no one works on is deleted
PIECE_BYTES = 2**20
PACKED = ".zip"
SPARE_BYTES = 64 * 2**20  # of the disk, that are left free

Brought = Sequence[tuple[str, BinaryIO]]  # the name of each file, and its content
OnProgress = Callable[[float], None]
places = threading.BoundedSemaphore(AT_ONCE)
names_at_work: set[str] = set()


def bring(files: Brought, name: str, on_progress: OnProgress = lambda _: None) -> Upload:
    """The data set ``name``, made of a zip, of files of arrays, or of images.

    ``on_progress`` is called with the share that is written and unpacked, up to 1; then the images are read.

    Raises
    ------
    ExplorerError
        For a name that is not allowed or taken, files that are no data set, and a full disk.
    """
    if not files:
        raise ExplorerError(_("There is no file."), _("Bring {taken}.").format(taken=TAKEN))
    with place_for(name):
        complete = False
        try:
            left_out = written(files, ensure_folder(folder_of(name)), on_progress)
            found, samples = looked_at(name, left_out)
            write_upload(found, samples)
            complete = True
            return found
        finally:
            if not complete:
                delete_upload(name)


@contextmanager
def place_for(name: str) -> Iterator[None]:
    """Context in which no one else brings a set of this name, and at most one other a set at all.

    Raises ExplorerError where the name is taken or not allowed, or two others are at work.
    """
    check_name(name)
    if not places.acquire(blocking=False):
        raise ExplorerError(_("Two data sets are being read already."), _("Wait until one of them is done."))
    try:
        delete_abandoned()
        if name in names_at_work or folder_of(name).exists() or description_of(name).exists():
            raise ExplorerError(_("There is already a data set '{name}'.").format(name=name), _("Choose another name."))
        names_at_work.add(name)
        try:
            yield
        finally:
            names_at_work.discard(name)
    finally:
        places.release()


def delete_abandoned() -> None:
    """Delete what was left of sets when the process that read them was killed."""
    root = uploads_root()
    for path in root.iterdir() if root.is_dir() else ():
        incomplete = path.is_dir() and not description_of(path.name).exists() and path.name not in names_at_work
        if incomplete and time.time() - path.stat().st_mtime > ABANDONED_S:
            shutil.rmtree(path, ignore_errors=True)


def written(files: Brought, folder: Path, on_progress: OnProgress) -> list[tuple[str, str]]:
    """Write files to ``folder``, a zip unpacked; the files of it that were refused, and why."""
    zips = [file for file in files if file[0].casefold().endswith(PACKED)]
    if zips and len(files) > 1:
        raise ExplorerError(
            _("{zips} is a zip beside other files.").format(zips=readable_name(zips[0][0])),
            _("Bring one zip, or no zip."),
        )
    check_space(folder, sum(map(size_of, (stream for _, stream in files))))
    if not zips:
        check_formats([name for name, _ in files])
    for i, (name, stream) in enumerate(files):
        copy(stream, folder / stored_name(name))
        on_progress((i + 1) / len(files) if not zips else WRITTEN)
    return unpacked(folder / stored_name(zips[0][0]), folder, zips[0][0], on_progress) if zips else []


WRITTEN = 0.2  # of the work on a zip, when it lies on the disk


def unpacked(source: Path, folder: Path, name: str, on_progress: OnProgress) -> list[tuple[str, str]]:
    """Unpack ``source`` below ``folder`` and delete it; the files that were refused, and why."""
    aside = source.replace(folder.parent / f".{folder.name}{PACKED}")

    def on_bytes(done: int, total: int) -> None:
        on_progress(WRITTEN + (1 - WRITTEN) * done / max(total, 1))

    try:
        return unpack_zip(aside, name, folder, LIMITS, on_bytes)
    finally:
        aside.unlink(missing_ok=True)


def copy(stream: BinaryIO, target: Path) -> None:
    """Write a file in pieces. Raises ExplorerError where there is one of this name, or the disk is full."""
    stream.seek(0)
    try:
        with target.open("xb") as file:
            shutil.copyfileobj(stream, file, PIECE_BYTES)
    except FileExistsError as error:
        raise ExplorerError(
            _("Two files are called {name}.").format(name=target.name), _("Rename one of them.")
        ) from error
    except OSError as error:
        raise unwritable(target.parent, error) from error


def size_of(stream: BinaryIO) -> int:
    """The bytes of a file."""
    return stream.seek(0, os.SEEK_END)


def check_space(folder: Path, n_bytes: int) -> None:
    """Raise ExplorerError for more bytes than are taken, or than the disk has room for."""
    if n_bytes > MOST_MB * 2**20:
        raise ExplorerError(
            _("That is {megabytes:,.0f} MB.").format(megabytes=n_bytes / 2**20),
            _("At most {most_mb} MB are taken; divide it.").format(most_mb=MOST_MB),
        )
    if n_bytes + SPARE_BYTES > shutil.disk_usage(folder).free:
        raise ExplorerError(
            _("The disk has no room for {megabytes:,.0f} MB.").format(megabytes=n_bytes / 2**20),
            _("Delete a data set, or free some space."),
        )


def stored_name(name: str) -> str:
    """A file's name as it is stored: its last part, without what file systems or names of data sets do not take."""
    last = name.replace("\\", "/").rpartition("/")[2]
    safe = "".join(letter if letter.isalnum() or letter in "._- " else "_" for letter in last).strip(" .")
    return safe[-120:] or "file"


def is_image(name: str) -> bool:
    """Whether a file is named like an image."""
    return Path(name).suffix.casefold() in SUFFIXES


def check_formats(names: Sequence[str]) -> None:
    """Raise ExplorerError for files that are neither images nor arrays by their names."""
    for name in names:
        if not (is_image(name) or format_of(Path(stored_name(name)))):
            raise ExplorerError(
                _("{name} is no file of images that can be read.").format(name=readable_name(name)),
                _("Bring {taken}.").format(taken=TAKEN),
            )


def looked_at(name: str, refused: Sequence[tuple[str, str]]) -> tuple[Upload, Samples]:
    """The description of the files that lie in a set's folder, and samples.

    Raises ExplorerError where they are no data set.
    """
    folder = folder_of(name)
    try:
        dataset = dataset_in(folder)
        images, test = (dataset_spec(dataset).load(split, None) for split in SPLITS)
    except ExplorerError as error:  # which may name the folder, of which the visitor knows nothing
        plain = [
            text.replace(f"{folder}{os.sep}", "").replace(str(folder), name) for text in (error.message, error.hint)
        ]
        raise ExplorerError(*plain) from error
    created = datetime.now(UTC).isoformat(timespec="seconds")
    report, duplicates = with_refused(images, refused), duplicates_in(images, test)
    upload = Upload(name, dataset, created, bytes_below(folder), report, duplicates)
    return upload, samples_from(images, SAMPLES)


def duplicates_in(train: Images, test: Images) -> str:
    """What is found of duplicates, and whether nearly equal ones were looked for, in a sentence or two."""
    found = quick_duplicates(train.pixels, test.pixels, (train.labels, test.labels))
    if found.compared is not None:
        return found.summary()
    return f"{found.summary()} Near-duplicates were not looked for, in more than {QUICK:,} images."


def dataset_in(folder: Path) -> str:
    """What the files below ``folder`` are for a training. Raises ExplorerError where that is not one data set."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    images = any(is_image(path.name) for path in files)
    arrays = [path for path in files if format_of(path) and not (images and is_table(path))]
    if images and arrays:
        raise ExplorerError(
            _("There are images, and arrays too: {name}.").format(name=readable_name(arrays[0].name)),
            _("Bring one of them, then the other."),
        )
    if not arrays:
        return f"{FOLDER}{folder}"
    first = first_of_families(sorted(arrays))
    if not first:
        raise ExplorerError(_("There are labels, but no images."), _("Bring {taken}.").format(taken=TAKEN))
    if len(first) > 1:
        named = " and ".join(readable_name(path.name) for path in first[:2])
        raise ExplorerError(
            _("There are several sets of arrays: {named}.").format(named=named), _("Bring one of them, then the other.")
        )
    return f"{ARRAYS}{first[0]}"


def is_table(path: Path) -> bool:
    """Whether a file may tell of images that lie beside it."""
    return format_of(path) == ".csv"


def with_refused(images: Images, refused: Sequence[tuple[str, str]]) -> FolderReport:
    """The report on the images, with what was refused before."""
    assert images.report is not None  # of folders and arrays
    return replace(images.report, left_out=(*grouped(refused), *images.report.left_out))


def bytes_below(folder: Path) -> int:
    """The bytes of all files below ``folder``."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


TAKEN = "a zip of a folder of images, images, or one set of arrays (.npz, .npy, .csv, IDX, .parquet, .h5)"
