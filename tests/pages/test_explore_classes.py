"""The Explore page of a class-conditional model, without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.inference.decoding import decode
from explorer.inference.latent_space.latent_codes import every_class
from explorer.runs.loaded_run import load_run
from explorer.training.train_run import train_new
from tests.helpers import tiny_config
from tests.pages.page import live_payload, metrics, open_page

pytestmark = pytest.mark.usefixtures("shipped_root")


def test_the_present_z_comes_in_every_class(runs_root: Path) -> None:
    run = train_new(tiny_config(model="cvae"), "conditional", lambda _: None, lambda: False)
    code = [0.5, -1.25, *[0.0] * 3, 1.0, *[0.0] * 6]
    app = open_page(query={"z": ",".join(map(str, code))})
    header, blobs = live_payload(app)
    assert header["z"] == code
    assert header["classes"] == list("0123456789")
    assert len(header["dims"]) == 2
    assert blobs["classes"] == decode(load_run(run), every_class(load_run(run), np.array(code))).tobytes()
    assert (
        metrics(app)["Draws of the prior farther out"] == f"{np.exp(-0.5 * (0.25 + 1.5625)):.0%}"
    )  # in two dimensions
