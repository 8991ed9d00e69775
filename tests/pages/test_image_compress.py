"""The Compress tab without a browser."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.base.formatting import significant
from explorer.image_lab.compression import CODE_STEPS, code_model
from explorer.image_lab.preprocessing import automatic, preprocess
from explorer.images.image_io import open_image
from explorer.inference.decoding import model_of
from explorer.inference.latents import latents_of, originals
from explorer.inference.reconstruction import reconstruct
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from explorer.ui.common import cached
from explorer.ui.image.compress import code_facts, compressed
from explorer.ui.image.subject import Subject
from tests.helpers import digit_picture, encoded, tiny_config
from tests.pages.page import open_page, upload, words

pytestmark = pytest.mark.usefixtures("shipped_root")


def open_tab() -> AppTest:
    """The tab with an image."""
    return upload(open_page("image", {"tab": "Compress"}), "one.png", encoded(digit_picture()))


def subject_of(run: Run) -> Subject:
    """The image as the page has it."""
    image, data = open_image(encoded(digit_picture())), load_run(run).data
    pixels = preprocess(image, data.shape, data.strokes, automatic(image, data.shape, data.strokes)).pixels
    return Subject(load_run(run), "one.png", 1, pixels, reconstruct(model_of(load_run(run)), pixels[None])[0])


def test_the_slider_changes_bits_and_sentence(trained: Run) -> None:
    app = open_tab()
    subject = subject_of(trained)
    done = compressed(subject)
    for step in (0.25, CODE_STEPS[0]):
        slider = app.select_slider[0]
        app = slider.set_value(step).run()
        assert not app.exception
        bits = done.comparison.code.bits[CODE_STEPS.index(step), 0]
        assert f"the code needs **{significant(float(bits))} bits**" in words(app)
    assert "Not counted" in words(app)
    assert "bits: the rate of a code that draws z" in words(app)


def test_the_file_holds_the_code(trained: Run) -> None:
    subject = subject_of(trained)
    way = CODE_STEPS.index(0.25)
    content = json.loads(code_facts(subject, compressed(subject), way))
    z = np.array(content["code"]) * content["step"]
    assert np.abs(z - subject.result.mu).max() <= content["step"] / 2 + 1e-6
    codes = code_model(latents_of(load_run(trained)))
    assert content["bits"] == pytest.approx(codes.bits(np.array([content["code"]]), 0.25).sum())
    assert content["curves"]["png"][0]["psnr_db"] is None, "nothing is lost"


def test_without_the_data_there_is_no_mean(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert originals(load_run(trained)) is not None
    assert "mean of" in open_tab().get("plotly_chart")[0].proto.spec
    monkeypatch.setattr(cached, "images", lambda run, split="test": None)
    assert "mean of" not in open_tab().get("plotly_chart")[0].proto.spec


def test_an_autoencoder_has_no_kl(runs_root: Path) -> None:
    train_new(tiny_config(model="ae"), "plain", lambda _: None, lambda: False)
    app = open_tab()
    assert "Not counted" in words(app)
    assert "draws z" not in words(app)
