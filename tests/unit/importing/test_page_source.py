"""What a page takes: folders of models in the data root, and uploaded files of plain names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.importing.page_source import model_folders, uploaded


def test_folders_with_a_model_in_them(tmp_path: Path) -> None:
    for name in ("a/model.pt", "b/c/decoder.onnx", "b/c/d/deep.pt", "b/c/d/e/deeper.pt", ".git/x.pt", "cats/1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "lone.pt").write_bytes(b"x")
    assert [path.relative_to(tmp_path).as_posix() for path in model_folders(tmp_path)] == ["a", "b/c", "b/c/d"]
    assert model_folders(tmp_path / "gone") == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "model.pt").write_bytes(b"x")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link").symlink_to(tmp_path / "elsewhere")
    assert model_folders(tmp_path / "data") == []


def test_uploaded_files_are_there_and_then_gone() -> None:
    with uploaded([("model.pt", b"abc")]) as place:
        assert (place.name, place.read_bytes()) == ("model.pt", b"abc")
    assert not place.parent.exists()
    with uploaded([("model.pt", b"abc"), ("specs.json", b"{}")]) as place:
        assert {path.name: path.read_bytes() for path in place.iterdir()} == {"model.pt": b"abc", "specs.json": b"{}"}
    assert not place.exists()


@pytest.mark.parametrize(
    "name", ["../model.pt", "/etc/model.pt", "a/b.pt", r"a\b.pt", ".hidden", "", "x" * 200, "a\n.pt"]
)
def test_names_that_are_not_plain(name: str) -> None:
    with pytest.raises(ExplorerError, match="A file is called"), uploaded([(name, b"abc")]):
        pass


def test_a_name_twice_and_no_files() -> None:
    with pytest.raises(ExplorerError, match="or two are"), uploaded([("a.pt", b"1"), ("a.pt", b"2")]):
        pass
    with pytest.raises(ExplorerError, match="These are 0 files"), uploaded([]):
        pass
