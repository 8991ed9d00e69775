"""Models that other projects trained, against what their own code returns. They lie beside the checkout, or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.base.runtime_settings import PROJECT
from explorer.importing.importer import import_model
from explorer.inference.latents import originals
from explorer.inference.likelihood.evaluation import evaluate
from explorer.runs.loaded_run import load_model, load_run

FOREIGN = PROJECT.parent / "shared" / "foreign"
FOLDERS = sorted(path.parent for path in FOREIGN.rglob("expected.npz"))
CPU = torch.device("cpu")

pytestmark = pytest.mark.skipif(not FOLDERS, reason=f"there are no models of other projects in {FOREIGN}")


@pytest.mark.usefixtures("runs_root")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_is_what_its_makers_code_returns(folder: Path) -> None:
    run = load_run(import_model(folder))
    model = load_model(run, CPU)
    expected = np.load(folder / "expected.npz")
    assert run.data.shape == expected["x"].shape[1:]
    with torch.inference_mode():
        mu, logvar = model.encode(torch.from_numpy(expected["x"]).float() / 255)
        decoded = model.decode(mu)
    for name, found in (("mu", mu), ("logvar", logvar), ("decoded", decoded)):
        np.testing.assert_allclose(found, expected[name], atol=1e-5, err_msg=name)


@pytest.mark.mnist
@pytest.mark.usefixtures("runs_root")
@pytest.mark.parametrize(
    ("name", "nats", "form"),
    [("pytorch-examples-20d", 116.3, "pytorch-examples"), ("pythae-mnist-10d", 124.5, "pythae")],
)
def test_its_loss_is_what_its_makers_printed(name: str, nats: float, form: str, mnist: str) -> None:
    run = load_run(import_model(FOREIGN / name, dataset=mnist))
    assert run.config.imported is not None
    assert run.config.imported.form == form
    images = originals(run)
    assert images is not None
    assert -evaluate(load_model(run, CPU), images.pixels).elbo_nats == pytest.approx(nats, abs=0.5)


def test_a_lone_file_finds_its_notes(runs_root: Path) -> None:
    run = load_run(import_model(FOREIGN / "disentangling-vae" / "btcvae_celeba" / "model.pt", "celeba"))
    assert run.path == runs_root / "celeba"
    assert run.model.options["likelihood"] == "bernoulli"
    assert run.config.imported is not None
    assert run.config.imported.source == ("model.pt", "specs.json")
