"""No bad file is opened, none gets further than a sentence, and none leaves anything behind."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from explorer.base import ExplorerError
from explorer.cli.main import main
from explorer.importing.conventions import Conventions
from explorer.importing.forms import form_of
from explorer.importing.source import files_of, read_source
from tests.unit.importing.bad_files import BAD, STATE, Bad


def written(bad: Bad, folder: Path) -> Path:
    """The folder of the case's files; the canary would be a folder beside it."""
    source = folder / "source"
    source.mkdir()
    for name, content in bad.files(folder / "canary").items():
        (source / name).write_bytes(content)
    return source


def read(place: Path) -> None:
    """What the worker does with a folder, in this process."""
    source = read_source(files_of(place))
    form_of(source, None)(source, Conventions())


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_it_gets_a_sentence_and_runs_nothing(bad: Bad, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match=bad.sentence) as caught:
        read(written(bad, tmp_path))
    assert caught.value.message.endswith(".")
    assert caught.value.hint.endswith(".")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "canary").exists()


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 60


@pytest.mark.parametrize("n", range(24))
def test_a_flipped_bit_is_harmless_or_gets_a_sentence(n: int, tmp_path: Path) -> None:
    content = bytearray(STATE)
    content[len(content) * n // 24] ^= 1 << (n % 8)
    (tmp_path / "vae.pt").write_bytes(content)
    with contextlib.suppress(ExplorerError):
        read(tmp_path)


@pytest.mark.parametrize("name", ["pt-evil", "data-pkl-deep", "nan"])
def test_the_command_ends_with_status_2_and_leaves_nothing(
    name: str, runs_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = next(bad for bad in BAD if bad.name == name)
    assert main(["import", str(written(bad, tmp_path)), "--out", "bad", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["message"].endswith(".")
    assert not (tmp_path / "canary").exists()
    assert not runs_root.exists()
