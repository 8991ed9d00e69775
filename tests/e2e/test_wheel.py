"""The wheel, installed where there is no checkout, beside a stranger's ``models/`` and ``pages.py``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page

from explorer.base import PROJECT
from latent_explorer.serving import DISPLAYS, HEALTH, answers, free_port
from tests.e2e.visitor import drag_pad, open_live
from tests.helpers import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_BYTES = 40_000_000
TOUCHED = "raise SystemExit('a module of the working directory was imported')\n"
VAE = """
import torch
from torch import nn

class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.mu, self.logvar = nn.Linear(64, 2), nn.Linear(64, 2)

    def forward(self, x):
        return self.mu(x.flatten(1)), self.logvar(x.flatten(1))

encoder, decoder = Encoder(), nn.Sequential(nn.Linear(2, 64), nn.Sigmoid())
images = torch.rand(60, 1, 8, 8)
"""
SCRIPT = """
import latent_explorer
from my_vae import decoder, encoder, images
latent_explorer.show(encoder, decoder, images, name="mine", block=True)
"""
ALIEN = {"models/__init__.py", "explorer/__init__.py", "pages.py", "app.py"}
ADDRESS = re.compile(r"http://localhost:\d+/?\S*")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    (found,) = folder.glob("latent_explorer-*.whl")
    return found


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel; its dependencies are those of the tests' environment."""
    environment = tmp_path_factory.mktemp("installed") / "env"
    uv = [sys.executable, "-m", "uv", "--quiet", "--offline", "--no-config"]
    subprocess.run([*uv, "venv", "--python", sys.executable, str(environment)], check=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([*uv, "pip", "install", "--no-deps", "--python", str(python), str(wheel)], check=True)
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A working directory with modules called as ours, which must not be imported."""
    for name in ALIEN:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TOUCHED)
    return tmp_path


def variables(home: Path) -> dict[str, str]:
    """The environment of a user without settings but a port, whose own folder is ``home``, and without a display."""
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("EXPLORER_", "XDG_", "STREAMLIT_"))
    }
    for name in (*DISPLAYS, "PYTHONPATH"):
        own.pop(name, None)
    return {**own, "HOME": str(home), "LOCALAPPDATA": str(home), "EXPLORER_PORT": str(free_port())}


@contextmanager
def started(command: list[str], home: Path) -> Iterator[str]:
    """The address that a command prints; it is ended in the end."""
    process = subprocess.Popen(
        command, cwd=home, env=variables(home), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    printed = []
    try:
        for line in process.stdout:
            printed.append(line)
            if address := ADDRESS.search(line):
                wait_for(partial(answers, urljoin(address[0], f"/{HEALTH}")))
                yield address[0].rstrip("/")
                break
        else:
            pytest.fail("".join(printed))
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def test_it_is_small_and_puts_one_package_at_the_top(wheel: Path) -> None:
    assert wheel.stat().st_size < MOST_BYTES
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {
        "latent_explorer",
        f"{wheel.name.rsplit('-', 3)[0]}.dist-info",
    }
    assert "latent_explorer/_project/models/pretrained/mnist-2d/weights.safetensors" in names
    assert "latent_explorer/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]


def test_its_app_drags_and_keeps_to_the_users_folder(page: Page, bin_folder: Path, home: Path) -> None:
    with started([str(bin_folder / "latent-explorer")], home) as url:
        open_live(page, url, "/?model=digits-2d")
        assert len(drag_pad(page, 10)) >= 5
    there = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    assert {name for name in there if not name.startswith((".", "AppData"))} == ALIEN


def test_three_lines_show_a_pair_of_modules(page: Page, bin_folder: Path, home: Path) -> None:
    (home / "my_vae.py").write_text(VAE)
    (home / "script.py").write_text(SCRIPT)
    with started([str(bin_folder / "python"), "script.py"], home) as url:
        open_live(page, "", url)
        assert len(drag_pad(page, 6)) >= 3
        assert "model=mine" in page.url
    (run,) = home.rglob("mine/weights.safetensors")
    assert "latent-explorer" in run.parts


def test_its_commands_are_those_of_the_checkout(bin_folder: Path, home: Path) -> None:
    for command in ([str(bin_folder / "latent-explorer")], [str(bin_folder / "python"), "-m", "latent_explorer"]):
        done = subprocess.run(
            [*command, "runs"], cwd=home, env=variables(home), capture_output=True, text=True, check=True
        )
        assert "mnist-2d " in done.stdout
