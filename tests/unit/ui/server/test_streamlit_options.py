"""Streamlit's options, from a folder without any."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from explorer.base import PROJECT, ExplorerError
from explorer.ui.server.streamlit_options import environment_options, flattened

NAMES = ["browser.gatherUsageStats", "client.toolbarMode", "server.maxUploadSize", "server.fileWatcherType",
         "runner.postScriptGC", "server.baseUrlPath", "theme.light.primaryColor", "theme.baseFontSize"]  # fmt: skip
OURS = [False, "minimal", 32, "none", False, "", "#0b6e99", 15]


def options(cwd: Path, **environment: str) -> list[Any]:
    """The options by the time that the app is made, in a process of its own."""
    code = (
        f"import sys; sys.path.insert(0, {str(PROJECT)!r}); import app, json; from streamlit import config; "
        f"print(json.dumps([config.get_option(name) for name in {NAMES!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def test_they_do_not_depend_on_the_folder(tmp_path: Path) -> None:
    assert options(tmp_path) == options(PROJECT) == OURS


def test_the_environment_wins(tmp_path: Path) -> None:
    changed = {"server.maxUploadSize": 5, "server.baseUrlPath": "tools/vae", "client.toolbarMode": "viewer"}
    found = options(
        tmp_path,
        STREAMLIT_SERVER_MAX_UPLOAD_SIZE="5",
        STREAMLIT_SERVER_BASE_URL_PATH="tools/vae",
        STREAMLIT_CLIENT_TOOLBAR_MODE="viewer",
    )
    assert found == [changed.get(name, ours) for name, ours in zip(NAMES, OURS, strict=True)]


def test_values_have_the_types_that_streamlit_gives_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_HEADLESS", "false")
    monkeypatch.setenv("STREAMLIT_CLIENT_ALLOWED_ORIGINS", "https://a.example https://b.example")
    found = environment_options()
    assert found["server.headless"] is False
    assert list(found["client.allowedOrigins"]) == ["https://a.example", "https://b.example"]


def test_a_value_of_another_type_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "much")
    with pytest.raises(ExplorerError, match="STREAMLIT_SERVER_MAX_UPLOAD_SIZE cannot be read: 'much' is not"):
        environment_options()


def test_the_app_says_so_in_a_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "STREAMLIT_SERVER_MAX_UPLOAD_SIZE": "much"}
    command = [sys.executable, str(PROJECT / "app.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: STREAMLIT_SERVER_MAX_UPLOAD_SIZE cannot be read: ")
    assert len(done.stderr.splitlines()) == 1


def test_sections_may_lie_in_sections() -> None:
    assert dict(flattened({"a": {"b": 1, "c": {"d": [2]}}})) == {"a.b": 1, "a.c.d": [2]}
