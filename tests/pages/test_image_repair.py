"""The Repair tab without a browser: what is shown for which hole, kept, and said."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.base.formatting import significant
from explorer.image_lab.compression import psnr_db
from explorer.image_lab.inpainting.noise import noisy
from explorer.image_lab.inpainting.search import complete, draw_completions
from explorer.image_lab.preprocessing import preprocess
from explorer.inference.decoding import model_of
from explorer.inference.reconstruction import reconstruct
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from explorer.ui.common.state import MODEL
from models.inpaint_cvae import InpaintCVAE
from tests.helpers import digit_picture, encoded, tiny_config
from tests.pages.page import open_page, upload, words

pytestmark = pytest.mark.usefixtures("shipped_root")

PIXELS = preprocess(digit_picture(), (1, 8, 8), strokes=True).pixels
LOWER = np.arange(8)[:, None].repeat(8, 1) >= 4


def open_repair(model: str = "") -> AppTest:
    """The tab with a digit on the page."""
    app = open_page("image", {"tab": "Repair"})
    if model:
        app.selectbox(key=MODEL).set_value(model).run()
    return upload(app, "one.png", encoded(digit_picture()))


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def test_the_lower_half_is_hidden_at_first_and_completed_on_demand(trained: Run) -> None:
    app = open_repair()
    assert "Press **Complete**" in words(app)
    press(app, "complete")
    found = complete(model_of(load_run(trained)), PIXELS, LOWER)
    assert f"**{len(found)} different** of 16 latents" in words(app)
    assert "completion 1, decoded inside the mask" in words(app)
    for one in found[:10]:
        assert one.energy_nats is not None
        assert f"{significant(one.energy_nats)} nats" in words(app)


def test_completions_are_kept_until_the_hole_changes(trained: Run) -> None:
    app = press(open_repair(), "complete")
    kept = words(app)
    app.toggle(key="repair-raw").set_value(True).run()
    assert "completion 1, decoded: " in words(app)
    app.toggle(key="repair-raw").set_value(False).run()
    assert words(app) == kept
    press(app, "hole-Centre")
    assert "Press **Complete**" in words(app)
    press(app, "complete")
    assert words(app) != kept


def test_pressed_again_other_draws_are_made(trained: Run) -> None:
    app = press(open_repair(), "complete")
    first = words(app)
    assert words(press(app, "complete")) != first


def test_chains_and_steps_are_chosen(trained: Run) -> None:
    app = open_repair()
    app.number_input(key="repair-chains").set_value(3).run()
    app.number_input(key="repair-steps").set_value(7).run()
    press(app, "complete")
    assert "of 3 latents" in words(app)
    best = complete(model_of(load_run(trained)), PIXELS, LOWER, 3, 7)[0].energy_nats
    assert best is not None
    assert f"{significant(best)} nats" in words(app)


def test_nothing_hidden_says_what_to_do(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.ui.image.inpaint.canvas", lambda *_, **__: None)
    app = open_repair()
    assert "Paint over what is to be completed" in words(app)
    assert app.button(key="complete").disabled


def test_everything_hidden_is_a_sentence(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.ones((8, 8), np.uint8)
    monkeypatch.setattr("explorer.ui.image.inpaint.canvas", lambda *_, **__: whole)
    app = open_repair()
    assert "Everything is hidden" in app.warning[0].value


def test_an_inpainting_model_draws(runs_root: object) -> None:
    run = train_new(tiny_config(model="inpaint-cvae"), "paint", lambda _: None, lambda: False)
    app = press(open_repair(), "complete")
    assert "**10 draws**, decoded inside the mask" in words(app)
    assert "nats" not in words(app).split("10 draws")[1]
    model = model_of(load_run(run))
    assert isinstance(model, InpaintCVAE)
    assert len({one.picture.tobytes() for one in draw_completions(model, PIXELS, LOWER)}) == 10


def test_the_way_to_the_model_that_was_trained_to_complete(trained: Run) -> None:
    assert "use-inpainting" not in {button.key for button in open_repair().button}
    train_new(tiny_config(model="inpaint-cvae"), "paint", lambda _: None, lambda: False)
    app = press(open_repair("tiny"), "use-inpainting")
    assert app.selectbox(key=MODEL).value == "paint"
    assert "use-inpainting" not in {button.key for button in app.button}


def test_an_autoencoder_says_that_it_has_no_prior(runs_root: object) -> None:
    train_new(tiny_config(model="ae"), "point", lambda _: None, lambda: False)
    app = press(open_repair(), "complete")
    helps = [part.help for part in app.markdown if "different" in part.value]
    assert "an autoencoder has no prior" in helps[0]


def test_a_class_conditional_model_names_the_class(runs_root: object) -> None:
    train_new(tiny_config(model="cvae"), "classes", lambda _: None, lambda: False)
    app = press(open_repair(), "complete")
    assert " nats · class " in words(app)


def test_noise_is_measured_before_and_after(trained: Run) -> None:
    app = open_repair()
    app.segmented_control(key="repair").set_value("Denoise").run()
    app.slider(key="repair-sigma").set_value(0.5).run()
    assert not app.exception
    seen = noisy(PIXELS, 0.5)
    decoded = reconstruct(model_of(load_run(trained)), seen[None])[0].decoded
    before, after = (significant(float(psnr_db(picture, PIXELS))) for picture in (seen, decoded))
    assert f"PSNR {before} dB with noise, {after} dB through" in words(app)
    app.slider(key="repair-sigma").set_value(0.05).run()
    assert " dB worse**" in words(app), "of a model that has seen two epochs"
    app.slider(key="repair-sigma").set_value(0.0).run()
    assert "No noise to take away" in words(app)
