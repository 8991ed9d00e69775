"""The settings of the process, read from environment variables once and checked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from explorer.base.errors import ExplorerError

PROJECT = Path(__file__).resolve().parent.parent.parent
SHIPPED_RUNS = PROJECT / "models" / "pretrained"
DEVICES = ("auto", "cpu", "cuda", "mps")
SWITCH = ("on", "off")
WEIGHTS = ("shared", "private")
HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:]+")  # a name or an address
SITE = re.compile(r"https?://(\*\.)?[a-z0-9._-]+(:([0-9]+|\*))?|vscode-webview:")
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,256}")


@dataclass(frozen=True)
class Settings:
    """Folders, ports and limits. ``data`` and ``runs`` need not exist; they are made when first written."""

    data: Path
    runs: Path
    device: str
    port: int
    max_sockets: int  # live decoders open at once
    slots: int  # trainings at once; others wait in the queue
    resident_mb: int  # of training pixels kept on the device; larger sets are streamed
    origins: tuple[str, ...]  # other sites whose pages may open a live decoder, for example https://example.org
    hosts: tuple[str, ...]  # further names that the app answers to, beside those of this machine alone
    frame_ancestors: tuple[str, ...]  # other sites whose pages may show the app in a frame
    imports: bool  # whether pages take models that visitors bring
    uploads: bool  # whether pages take data sets that visitors bring
    shares_weights: bool  # whether browsers are sent decoders, to decode by themselves
    token: str  # with which the program that started the app may ask what its visitor has chosen; '' for nobody


def command_name() -> str:
    """What a person types before the name of a command, in sentences that name one."""
    return os.environ.get("EXPLORER_COMMAND") or "python -m explorer"


@cache
def settings() -> Settings:
    """The settings of this process; ``settings.cache_clear()`` reads the environment again (tests do).

    Raises
    ------
    ExplorerError
        When a variable has a value that is not allowed.
    """
    return Settings(
        data=_folder("EXPLORER_DATA", PROJECT / "data"),
        runs=_folder("EXPLORER_RUNS", PROJECT / "runs"),
        device=_one_of("EXPLORER_DEVICE", "auto", DEVICES),
        port=_number("EXPLORER_PORT", 8501, 65535),
        max_sockets=_number("EXPLORER_MAX_SOCKETS", 256, 100_000),
        slots=_number("EXPLORER_SLOTS", 1, 64),
        resident_mb=_number("EXPLORER_RESIDENT_MB", 4096, 10**9),
        origins=tuple(os.environ.get("EXPLORER_ORIGINS", "").split()),
        hosts=_listed("EXPLORER_HOSTS", HOST, "a name without port, such as vae.example.org"),
        frame_ancestors=_listed("EXPLORER_FRAME_ANCESTORS", SITE, "a site, such as https://example.org"),
        imports=_one_of("EXPLORER_IMPORT", "on", SWITCH) == "on",
        uploads=_one_of("EXPLORER_UPLOADS", "on", SWITCH) == "on",
        shares_weights=_one_of("EXPLORER_WEIGHTS", "shared", WEIGHTS) == "shared",
        token=_token("EXPLORER_TOKEN"),
    )


def _folder(variable: str, default: Path) -> Path:
    path = Path(os.path.expanduser(os.environ.get(variable) or default)).resolve()
    if path.exists() and not path.is_dir():
        raise ExplorerError(f"{variable} is {path}, which is a file.", "Set it to a folder.")
    return path


def _one_of(variable: str, default: str, choices: tuple[str, ...]) -> str:
    value = os.environ.get(variable) or default
    if value not in choices:
        raise ExplorerError(f"{variable} is '{value}'.", f"Set it to one of: {', '.join(choices)}.")
    return value


def _number(variable: str, default: int, highest: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= highest:
        raise ExplorerError(f"{variable} is '{text}'.", f"Set it to a whole number between 1 and {highest}.")
    return int(text)


def _token(variable: str) -> str:
    text = os.environ.get(variable, "")
    if text and not TOKEN.fullmatch(text):
        raise ExplorerError(f"{variable} is no token.", "Set it to at least 16 random letters and digits, or unset it.")
    return text


def _listed(variable: str, form: re.Pattern[str], meaning: str) -> tuple[str, ...]:
    """Values separated by commas, in lower case; an IPv6 address may stand in brackets."""
    values = [value.strip().lower().strip("[]") for value in os.environ.get(variable, "").split(",")]
    for value in filter(None, values):
        if not form.fullmatch(value):
            raise ExplorerError(f"{variable} holds '{value}'.", f"Give {meaning}; more of them separated by commas.")
    return tuple(filter(None, values))
