"""The code of a model's owner runs once, in a process of its own; what is wrong with it is one sentence."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.cli.main import main
from explorer.importing.code_worker import exported
from explorer.importing.conventions import Conventions
from explorer.importing.own_code import export_code, is_code

VAE = """
import torch
from torch import nn
from models.mine import SIZE  # this project has a package of this name too


class MyVAE(nn.Module):
    shape, likelihood = (1, 2, SIZE), "bernoulli"

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(4, 4), nn.Linear(2, 4)

    def encode(self, x):
        return self.encoder(x.flatten(1)).chunk(2, 1)

    def decode(self, z):
        return self.decoder(z).sigmoid().view(-1, *self.shape)


def load():
    print("loading", flush=True)
    return MyVAE()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The owner's current folder, with a model; what Python knows of modules is restored afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.py").write_text("SIZE = 2")
    (tmp_path / "my_vae.py").write_text(VAE)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "code"),
    [("my_vae.py:load", True), ("package.module:load", True), ("my_vae:load", True),
     ("a/b c/my_vae.py:load", True), ("my_vae.py", False), (":load", False), ("folder", False),
     ("C:\\models\\vae.pt", False), ("a/vae.pt:load", False)],
)  # fmt: skip
def test_what_names_code(source: str, code: bool) -> None:
    assert is_code(source) is code


def test_a_file_of_that_name_is_a_file(folder: Path) -> None:
    (folder / "odd:name").touch()
    assert not is_code("odd:name")


def test_a_function_is_run_in_another_process(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "out").mkdir()
    conventions, notes = export_code("my_vae.py:load", folder / "out", Conventions(likelihood="unknown"))
    assert conventions == Conventions((1, 2, 2), "NCHW", None, "mu,logvar", None, "unknown")  # an option goes first
    assert notes == []
    assert {path.name for path in (folder / "out").iterdir()} == {"encoder.onnx", "decoder.onnx"}
    out, err = capfd.readouterr()
    assert out == ""
    assert "loading" in err
    assert "my_vae" not in sys.modules


def request(reference: str, folder: Path) -> dict[str, object]:
    """What the worker is asked."""
    return {"reference": reference, "folder": str(folder), "said": {}}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def load():\n    return 3", "Your code returned int without what decodes."),
        (
            "def load():\n    x = 1\n    raise KeyError('vae.pt')",
            "wrong.py:load failed at wrong.py:3: KeyError: 'vae.pt'.",
        ),
        ("import torch\ndef load():\n    return torch.load('none.pt')", "failed at wrong.py:3: FileNotFoundError: "),
        ("import sys\nsys.exit(1)", "wrong.py failed at wrong.py:2: SystemExit: 1."),
        ("def load(:\n", "wrong.py failed at wrong.py:1: SyntaxError: "),
        ("load = 1", "There is no function load in wrong.py."),
        ("def load(path):\n    pass", "wrong.py:load failed: TypeError: load() missing 1 required positional argument"),
    ],
)
def test_errors_in_the_code(code: str, told: str, folder: Path) -> None:
    (folder / "wrong.py").write_text(code)
    with pytest.raises(ExplorerError) as caught:
        exported(request("wrong.py:load", folder))
    assert told in str(caught.value)


def test_a_module_that_is_not_there(folder: Path) -> None:
    with pytest.raises(ExplorerError, match=r"no_such_module failed: ModuleNotFoundError: No module named"):
        exported(request("no_such_module:load", folder))


def test_the_command_line_says_what_is_wrong(folder: Path, runs_root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "ends.py").write_text("import os\nos._exit(3)")
    for arguments, told in (
        (["none.py:load"], "Error: There is no file none.py. Give FILE.py:FUNCTION or MODULE:FUNCTION."),
        (["ends.py:load"], "Error: ends.py:load ended the process (exit status 3). Run it by itself first."),
        (["ends.py:load", "--as", "onnx"], "Error: --as is for files."),
        (["ends.py:load", "--latent", "x"], "Error: The latent size is 'x'."),
        (["ends.py", "--latent", "3"], "Error: --latent is for a model that your own code returns."),
    ):
        assert main(["import", *arguments]) == 2
        out, err = capfd.readouterr()
        assert out == ""
        assert err.startswith(told)
        assert err.count("\n") == 1
    assert not runs_root.exists()


def test_the_run_is_the_owners_model(folder: Path, runs_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "my_vae.py:load", "--out", "mine", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["run"], result["latent"], result["shape"]) == ("mine", 2, [1, 2, 2])
    config = json.loads((runs_root / "mine" / "config.json").read_text())
    assert config["imported"]["source"] == ["my_vae.py:load"]
    assert np.isfinite(result["checks"]["decoder_max_difference"])
