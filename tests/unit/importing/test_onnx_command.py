"""``python -m explorer import`` of an ONNX pair, in the process that it starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from explorer.cli.main import main
from explorer.datasets import DATASETS
from explorer.importing import distinct_pictures, reconstructions
from explorer.runs import find_run, load_model, load_run
from tests.unit.importing.onnx_pairs import LinearVAE, decoder, encoder, written


def test_the_pair_becomes_a_run(tmp_path: Path, runs_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x = DATASETS["digits"].load("test", None).pixels[:64].astype(np.float32) / 255
    vae = LinearVAE.fitted(x, 6)
    folder = written(tmp_path / "pair", a=encoder(vae, "-1,1", "mu,logvar:joined"), b=decoder(vae, "logits"))
    command = ["import", str(folder), "--out", "mine", "--data", "digits", "--likelihood", "bernoulli", "--json"]
    assert main([*command, "--pixels=-1,1"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["run"], result["form"], result["model"]) == ("mine", "onnx", "onnx-vae")
    assert (result["latent"], result["shape"]) == (6, [1, 8, 8])
    assert result["checks"]["probe"][0]["posterior"] == "mu,logvar:joined"
    assert result["checks"]["probe"][0]["output"] == "logits"
    model = load_model(load_run(find_run("mine")), torch.device("cpu"))
    mu, logvar = model.encode(torch.from_numpy(x[:4]))
    np.testing.assert_allclose(mu, vae.encode(x[:4])[0], atol=1e-5)
    np.testing.assert_allclose(logvar, vae.encode(x[:4])[1], atol=1e-5)
    np.testing.assert_allclose(model.decode(mu), vae.decode(vae.encode(x[:4])[0]), atol=1e-5)
    compare_with_the_table(result["checks"]["probe"])


def compare_with_the_table(rows: list[dict[str, Any]]) -> None:
    """The pictures of each reading have the error that the probe measured, on the same images."""
    pixels = DATASETS["digits"].load("test", None).pixels[:64]
    kept = [rows[place] for place in distinct_pictures(rows)]
    assert 2 <= len(kept) < len(rows)
    made = reconstructions(load_run(find_run("mine")), kept, pixels)
    for row, pictures in zip(kept, made, strict=True):
        assert pictures.shape == pixels.shape
        error = np.square((pictures.astype(float) - pixels) / 255).mean()
        assert error == pytest.approx(row["mse"], rel=0.02, abs=2e-5)  # the pictures are rounded to 1/255
