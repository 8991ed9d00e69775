"""Where the packages of the app lie, and the environment of the processes that may import them.

In a wheel they lie in ``_project`` inside this package, in a checkout beside it. They never come onto the path of the
process that imports ``latent_explorer``: whoever does so may have a ``models`` of their own.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSIDE = HERE / "_project"
APP = "app.py"
NAME = "latent-explorer"
FOLDERS = {"EXPLORER_DATA": "data", "EXPLORER_RUNS": "runs"}
BOOT = "import runpy, sys; sys.path.append(sys.argv.pop(1)); runpy.run_module(sys.argv[1], run_name='__main__')"


@cache
def installed() -> bool:
    """Whether this is an installed wheel, which holds the packages of the app."""
    return (INSIDE / APP).is_file()


def project() -> Path:
    """The folder of ``app.py`` and the packages ``explorer``, ``models`` and ``pages``."""
    return INSIDE if installed() else HERE.parent


def environment() -> dict[str, str]:
    """The variables of a process of the app: its packages come first, and the working directory holds none of them.

    Of a wheel, runs and data lie in the user's folder, unless variables name others.
    """
    paths = os.pathsep.join(filter(None, [str(project()), os.environ.get("PYTHONPATH")]))
    own = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}
    own.setdefault("EXPLORER_COMMAND", NAME if installed() else "python -m latent_explorer")
    for variable, folder in FOLDERS.items() if installed() else ():
        own[variable] = own.get(variable) or str(user_folder() / folder)
    return own


def user_folder() -> Path:
    """The folder of the user's own runs and data, where the system keeps such things."""
    from platformdirs import user_data_path

    return user_data_path(NAME, appauthor=False)


def python(*arguments: str) -> list[str]:
    """The command line of a Python that takes no module from the working directory."""
    return [sys.executable, "-P", *arguments]


def core_module(name: str) -> list[str]:
    """The command line of a module of ``latent_explorer.core``, wherever this package was imported from."""
    return python("-c", BOOT, str(HERE.parent), f"latent_explorer.core.{name}")
