"""The examples of docs/api.md and of a docstring give what they say, and the notebook runs."""

from __future__ import annotations

import doctest
from collections.abc import Iterator

import nbformat
import pytest
from nbclient import NotebookClient

import latent_explorer
from explorer.base import PROJECT
from latent_explorer import Model, Session, load
from latent_explorer.serving import DISPLAYS, free_port
from latent_explorer.session import SERVED
from latent_explorer.worker import WORKER

API = PROJECT / "docs" / "api.md"
NOTEBOOK = PROJECT / "docs" / "quickstart.ipynb"


@pytest.fixture(scope="module", autouse=True)
def own_roots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs, data and Jupyter's own files of this file's tests, in one folder; no browser."""
    folder = tmp_path_factory.mktemp("api")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("EXPLORER_RUNS", "EXPLORER_DATA", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
            patch.setenv(name, str(folder / name.lower()))
        patch.setenv("EXPLORER_PORT", str(free_port()))
        for name in DISPLAYS:
            patch.delenv(name, raising=False)
        patch.setenv("PYTHONPATH", str(PROJECT))
        patch.setenv("EXPLORER_DEVICE", "cpu")
        yield
    SERVED.end()
    WORKER.end()


def test_the_examples_of_the_page() -> None:
    failed, tried = doctest.testfile(str(API), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert failed == 0
    assert tried > 20


def test_the_example_of_the_docstring() -> None:
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner()
    (example,) = finder.find(load, "load", globs=dict(vars(latent_explorer)))
    assert runner.run(example) == doctest.TestResults(0, 3)


@pytest.mark.parametrize("kind", [Model, Session])
def test_the_page_names_every_method(kind: type) -> None:
    text = API.read_text(encoding="utf-8")
    left_out = {"fit_transform", "get_params", "set_params", "wait"}  # scikit-learn's own; of block=True
    methods = {name for name in vars(kind) if not name.startswith("_")} - left_out
    assert [name for name in methods if f"`{name}" not in text] == []


def test_the_notebook_runs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    data = [output["data"] for output in outputs if "data" in output]
    assert any("<iframe" in each.get("text/html", "") for each in data)
    assert sum("image/png" in each for each in data) == 3
    assert not [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.get("outputs")]  # kept without
