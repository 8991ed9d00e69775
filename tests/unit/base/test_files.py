"""Writing whole files or none, and reading JSON that may be damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.base import files
from explorer.base.errors import ExplorerError
from explorer.base.files import read_json, remove_file, remove_files, write_atomic, write_json
from tests.sharing_violations import refuse, violation


@pytest.fixture(params=[0, 3], ids=["alone", "in use"], autouse=True)
def others(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test with files of its own, and again with files that others have open a while, as on Windows."""
    if request.param:
        refuse(monkeypatch, request.param, tmp_path)


def test_round_trip_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"a": [1, 2.5, None]})
    write_json(path, {"a": [3]})
    assert read_json(path) == {"a": [3]}
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644


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


def test_files_are_deleted(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_atomic(tmp_path / name, b"")
    remove_file(tmp_path / "a")
    remove_file(tmp_path / "a")  # what is not there need not be deleted
    remove_files(tmp_path / "b", tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_stays_in_use_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    write_atomic(path, b"old")
    monkeypatch.setattr(files, "IN_USE_S", 0.05)
    refusals = refuse(monkeypatch, 10**6, tmp_path)
    for change in (lambda: remove_file(path), lambda: write_atomic(path, b"new")):
        with pytest.raises(ExplorerError, match=r"Could not write in .*: The process cannot access the file"):
            change()
    assert min(refusals["replace"], refusals["unlink"]) > 1
    remove_files(path)


def test_other_refusals_are_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def forbidden(*_: object) -> None:
        tries.append(1)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", forbidden)
    with pytest.raises(ExplorerError, match="Permission denied"):
        write_atomic(tmp_path / "x", b"")
    assert tries == [1]


def test_a_file_that_is_being_replaced_is_read_a_moment_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"a": 1})
    refused, read = [violation(), violation()], Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        if refused:
            raise refused.pop()
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert read_json(path) == {"a": 1}
    assert refused == []
