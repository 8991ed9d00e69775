"""Files of earlier versions get their checksums and keep their values; damaged ones get none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.base.checksums.json_checksum import SHA256
from explorer.base.checksums.npz import npz_arrays
from explorer.base.errors import DamagedFileError
from explorer.runs.metrics import METRICS
from explorer.runs.run import Run
from scripts.add_checksums import add_checksums


def files_of(run: Run) -> dict[Path, bytes]:
    """The content of each file."""
    return {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}


def as_of_an_earlier_version(run: Run) -> None:
    """Take the checksums out of the files."""
    for path in run.path.rglob("*.json"):
        content = json.loads(path.read_text())
        del content[SHA256]
        path.write_text(json.dumps(content))
    for path in run.path.rglob("*.npz"):
        np.savez_compressed(path, allow_pickle=False, **npz_arrays(path.read_bytes()))
    lines = [json.loads(line) for line in (run.path / METRICS).read_text().splitlines()]
    texts = [json.dumps({key: value for key, value in line.items() if key != SHA256}) for line in lines]
    (run.path / METRICS).write_text("\n".join(texts) + "\n")


def test_files_of_an_earlier_version_become_those_of_this_one(trained: Run) -> None:
    before = files_of(trained)
    add_checksums(trained.path)
    assert files_of(trained) == before
    as_of_an_earlier_version(trained)
    assert sum(files_of(trained)[path] != content for path, content in before.items()) >= 5
    add_checksums(trained.path)
    assert files_of(trained) == before


@pytest.mark.parametrize("name", ["status.json", "latents/test.npz", METRICS])
def test_a_damaged_file_gets_none(trained: Run, name: str) -> None:
    path = trained.path / name
    path.write_bytes(path.read_bytes()[:-90])
    content = path.read_bytes()
    with pytest.raises(DamagedFileError, match=name):
        add_checksums(trained.path)
    assert path.read_bytes() == content
