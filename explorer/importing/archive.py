"""A run as one file, to take along, and the run that is made of it elsewhere."""

from __future__ import annotations

import contextlib
import io
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from typing import Any

from explorer.base import ExplorerError, ensure_folder, record, settings, write_atomic
from explorer.datasets import ARRAYS, FOLDER, dataset_spec
from explorer.datasets.arrays import array_options, parted
from explorer.importing.source import RUN_LATENTS
from explorer.inference import packed_latents
from explorer.runs import WEIGHTS, LoadedRun, Run, RunConfig, Status, create_run, packed

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the date of each file in the archive: the same run gives the same bytes


def run_archive(run: LoadedRun) -> bytes:
    """A zip of the run's config, status, weights and latents; without latents that are not kept and lack their data.

    Raises as ``packed``.
    """
    contents = packed(run)
    with contextlib.suppress(ExplorerError):  # the images are not here: whoever has them computes the latents
        contents |= packed_latents(run)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def restored_run(facts: dict[str, Any], folder: Path, name: str | None) -> Run:
    """The run of the config and status in ``facts``, with the files that the worker has checked in ``folder``.

    Raises ExplorerError as ``create_run``; nothing is left then.
    """
    config = with_data_here(record(RunConfig, facts["config"], folder))
    run = create_run(config, record(Status, facts["status"], folder), name)
    try:
        for file in (WEIGHTS, *RUN_LATENTS):
            if (folder / file).is_file():
                write_atomic(ensure_folder((run.path / file).parent) / Path(file).name, (folder / file).read_bytes())
    except ExplorerError:
        shutil.rmtree(run.path, ignore_errors=True)
        raise
    return run


def with_data_here(config: RunConfig) -> RunConfig:
    """The config with the name that its data set would have on this machine."""
    assert config.data is not None
    name = dataset_here(config.data.name)
    return replace(config, data=replace(config.data, name=name), training={**config.training, "dataset": name})


def dataset_here(name: str) -> str:
    """A known data set as it is; for any folder or file of arrays the one of the same name in the data root.

    A config from elsewhere must not make the app read other places of this machine.
    Raises ExplorerError for a data set that is not known, and for options that array files do not have.
    """
    if name.startswith(ARRAYS):
        array_options(name)
        path, query = parted(name)
        return f"{ARRAYS}{in_data_root(path)}{'?' * bool(query)}{query}"
    if not name.startswith(FOLDER):
        if name:  # else it came without images
            dataset_spec(name)
        return name
    return f"{FOLDER}{in_data_root(name.removeprefix(FOLDER))}"


def in_data_root(path: str) -> Path:
    """The place of the same last name in the data root."""
    return settings().data / ("".join(filter(str.isprintable, PureWindowsPath(path).name)).strip(".") or "images")
