"""What starting costs: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from explorer.base import PROJECT

# Imports every module but those of the app, where a machine with a GPU may lack these packages; prints what fails.
WITHOUT_THEM = """
import importlib, pkgutil, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("openTSNE", "pandas", "plotly", "starlette", "streamlit", "torchmetrics", "umap"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
import explorer, models
for package in (explorer, models):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.startswith(("explorer.ui", "explorer.__main__")):
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError:
                print(module.name)
"""


def test_runs_and_the_command_line_start_without_torch() -> None:
    code = (
        "import sys, explorer.runs.run, explorer.cli.main; "
        "print([m for m in ('torch', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_core_imports_without_the_packages_of_pages_and_maps() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_THEM], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["explorer.inference.live_socket"]  # a route of the server


def test_the_pages_widgets_start_without_torch() -> None:
    folders = (
        "compare",
        "diagnose",
        "explore",
        "header",
        "image",
        "library",
        "map",
        "train",
        "components.live",
        "components.map",
    )
    imports = ", ".join(f"explorer.ui.{folder}" for folder in folders)
    code = f"import sys, {imports}; print([m for m in ('torch', 'sklearn', 'umap', 'openTSNE') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_training_begins_without_what_takes_seconds_to_import(runs_root: Path) -> None:
    code = (
        "import sys; from explorer.cli.main import main; main(['train', '--dataset', 'digits', '--epochs', '1']); "
        "print([m for m in ('torch._dynamo', 'sklearn', 'pandas', 'torchvision') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert list(runs_root.iterdir())


def test_the_app_starts_without_what_needs_streamlits_runtime() -> None:
    code = "import sys, app; print([m for m in ('explorer.ui.common.cached', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
