"""The command, in a checkout: where its packages are, what reaches ``python -m explorer``, the port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base import PROJECT
from latent_explorer import ExplorerError, __version__, places, serving
from latent_explorer.launcher import main


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port that is listened on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def command(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """``python -m latent_explorer`` from any folder."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), **variables}
    line = [sys.executable, "-P", "-m", "latent_explorer", *arguments]
    return subprocess.run(line, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_version_stands_in_one_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"latent-explorer {__version__}\n"
    assert 'dynamic = ["version"' in (PROJECT / "pyproject.toml").read_text()


def test_a_command_runs_with_the_apps_packages_and_not_those_of_the_folder(tmp_path: Path) -> None:
    for name in ("models.py", "explorer.py", "pages.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')")
    done = command("runs", "--json", cwd=tmp_path, EXPLORER_RUNS=str(tmp_path / "runs"))
    assert done.returncode == 0, done.stderr
    assert '"name": "mnist-2d"' in done.stdout


def test_bad_input_of_a_command_has_its_status_and_sentence(tmp_path: Path) -> None:
    done = command("evaluate", "nothing", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: There is no run 'nothing'")


def test_usage_names_the_command_that_was_typed(tmp_path: Path) -> None:
    done = command("--help", cwd=tmp_path)
    assert done.stdout.startswith("Without a command the app opens in the browser.")
    assert "usage: python -m latent_explorer " in done.stdout


def test_a_port_in_use_is_told_before_anything_starts(tmp_path: Path, busy_port: int) -> None:
    done = command(cwd=tmp_path, EXPLORER_PORT=str(busy_port))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: Port {busy_port} is in use. ")


def test_without_a_stated_port_a_free_one_is_found(monkeypatch: pytest.MonkeyPatch, busy_port: int) -> None:
    monkeypatch.delenv("EXPLORER_PORT", raising=False)
    monkeypatch.setattr(serving, "USUAL_PORT", busy_port)
    port = serving.chosen_port()
    assert port != busy_port
    assert serving.is_free(port)


@pytest.mark.parametrize("text", ["0", "65536", "eighty"])
def test_a_port_that_is_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("EXPLORER_PORT", text)
    with pytest.raises(ExplorerError, match=f"EXPLORER_PORT is '{text}'"):
        serving.chosen_port()


def test_an_app_that_ends_at_once_is_not_waited_for() -> None:
    app = serving.App([sys.executable, "-c", "raise SystemExit(3)"], serving.free_port())
    assert not app.wait_until_it_answers()
    assert app.process.returncode == 3


def test_no_browser_is_opened_without_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("others always have one")
    for name in serving.DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("webbrowser.open", lambda _: pytest.fail("opened"))
    assert not serving.open_browser("http://localhost:1")


def test_a_wheel_keeps_runs_and_data_in_the_users_folder_unless_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "app.py").touch()
    monkeypatch.setattr(places, "INSIDE", tmp_path)
    monkeypatch.setenv("EXPLORER_RUNS", "elsewhere")
    monkeypatch.delenv("EXPLORER_DATA", raising=False)
    monkeypatch.delenv("EXPLORER_COMMAND", raising=False)
    places.installed.cache_clear()
    try:
        found = places.environment()
    finally:
        monkeypatch.undo()
        places.installed.cache_clear()
    assert found["EXPLORER_RUNS"] == "elsewhere"
    assert found["EXPLORER_DATA"] == str(places.user_folder() / "data")
    assert found["PYTHONPATH"].split(os.pathsep)[0] == str(tmp_path)
    assert found["EXPLORER_COMMAND"] == "latent-explorer"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Processes that are started heed an interrupt, also where the tests run in the background and do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="a process there is not interrupted by a signal")
@pytest.mark.usefixtures("interruptible")
def test_the_app_is_served_until_it_is_interrupted(tmp_path: Path) -> None:
    variables = {name: value for name, value in os.environ.items() if name not in serving.DISPLAYS}
    line = [sys.executable, "-P", "-m", "latent_explorer"]
    port, runs = str(serving.free_port()), str(tmp_path / "runs")
    environment = {**variables, "PYTHONPATH": str(PROJECT), "EXPLORER_RUNS": runs, serving.PORT: port}
    with subprocess.Popen(line, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("Latent Explorer: ").strip()
        assert process.stdout.readline() == "Open this address in a browser; Ctrl-C ends the app.\n"
        assert serving.answers(f"{address}/{serving.HEALTH}")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert not serving.answers(f"{address}/{serving.HEALTH}")


def test_importing_it_adds_nothing_to_the_path() -> None:
    code = (
        "import sys; before = list(sys.path); import latent_explorer; assert sys.path == before; "
        "print(sorted({'explorer', 'models', 'pages', 'torch', 'streamlit'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
