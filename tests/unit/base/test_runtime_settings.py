"""The environment's variables, checked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import PROJECT, settings

VARIABLES = ("EXPLORER_DATA", "EXPLORER_RUNS", "EXPLORER_DEVICE", "EXPLORER_PORT")


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def test_defaults_lie_in_the_project() -> None:
    found = settings()
    assert (found.data, found.runs) == (PROJECT / "data", PROJECT / "runs")
    assert (found.device, found.port) == ("auto", 8501)


def test_variables_are_read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "not-yet"))
    monkeypatch.setenv("EXPLORER_DEVICE", "cpu")
    monkeypatch.setenv("EXPLORER_PORT", "9000")
    found = settings()
    assert (found.data, found.device, found.port) == (tmp_path / "not-yet", "cpu", 9000)
    monkeypatch.setenv("EXPLORER_PORT", "9001")
    assert settings() is found


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EXPLORER_RUNS", "~/mine")
    assert settings().runs == tmp_path / "mine"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("EXPLORER_DEVICE", "tpu", "EXPLORER_DEVICE is 'tpu'. Set it to one of: auto, cpu, cuda, mps."),
        ("EXPLORER_PORT", "0", "EXPLORER_PORT is '0'. Set it to a whole number between 1 and 65535."),
        ("EXPLORER_PORT", "65536", "EXPLORER_PORT is '65536'."),
        ("EXPLORER_PORT", "-1", "EXPLORER_PORT is '-1'."),
        ("EXPLORER_PORT", "http", "EXPLORER_PORT is 'http'."),
        (
            "EXPLORER_HOSTS",
            "a.example, http://b.example",
            "EXPLORER_HOSTS holds 'http://b.example'. Give a name without",
        ),
        ("EXPLORER_HOSTS", "a.example:80", "EXPLORER_HOSTS holds 'a.example:80'."),
        ("EXPLORER_FRAME_ANCESTORS", "https://a.example; script-src *", "Give a site, such as https://example.org"),
        ("EXPLORER_FRAME_ANCESTORS", "vscode-webview:; *", "Give a site, such as https://example.org"),
        ("EXPLORER_FRAME_ANCESTORS", "http://localhost:*8", "Give a site, such as https://example.org"),
        ("EXPLORER_DATA", __file__, "which is a file. Set it to a folder."),
        ("EXPLORER_RUNS", __file__, "which is a file. Set it to a folder."),
    ],
)
def test_what_a_variable_cannot_mean(variable: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ExplorerError) as caught:
        settings()
    assert sentence in str(caught.value)
