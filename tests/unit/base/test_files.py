"""Writing whole files or none, and reading JSON that may be damaged."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.base.files import read_json, sha256_of, write_atomic, write_json


def test_round_trip_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"a": [1, 2.5, None]})
    write_json(path, {"a": [3]})
    assert read_json(path) == {"a": [3]}
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644
    assert sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    write_atomic(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ExplorerError, match=r"Could not write in .*: No space left on device\. Check"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_takes_no_files(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExplorerError, match=r"Could not write in .*file"):
        write_atomic(tmp_path / "file" / "x", b"")


def test_json_without_infinities(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x", {"a": float("nan")})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b'{"a": ', b"[1]", b"\xff\xfe", b"null"])
def test_damaged_json_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(ExplorerError, match=r"x\.json is damaged: .*\. Restore it"):
        read_json(tmp_path / "x.json")


def test_missing_json_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match=r"x\.json is missing\. Restore it"):
        read_json(tmp_path / "x.json")
