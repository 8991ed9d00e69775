"""The Image page without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.base.formatting import significant
from explorer.base.runtime_settings import PROJECT
from explorer.image_lab.preprocessing import preprocess
from explorer.image_lab.scores import anomaly_scores as surprise
from explorer.image_lab.scores.anomaly_scores import DEFAULT_SCORE, SCORES, score_quantiles_of, scores_of
from explorer.images.image_io import Pixels, open_image
from explorer.inference.decoding import MODEL_CACHE, model_of
from explorer.inference.latent_space.prior import normal_prior
from explorer.inference.reconstruction import reconstruct
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from explorer.ui.common import cached, state
from explorer.ui.common.phrases import rank
from explorer.ui.image.preprocessing import TOGGLES
from explorer.ui.image.shipped_examples import EXAMPLES, example_files
from explorer.ui.image.source import SOURCE_KEY
from explorer.ui.image.tabs import FREE_TABS, TABS
from explorer.ui.image.verdict import sure_percent, verdict_words, word
from tests.helpers import digit_picture, encoded, photo, tiny_config, write_folder
from tests.pages.page import open_page, reconstructed, upload, words

pytestmark = pytest.mark.usefixtures("shipped_root")

TYPES = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")


def test_the_page_opens_on_an_example_that_the_link_does_not_name(trained: Run) -> None:
    app = open_page("image")
    assert "**Example: test image 0 of Digits 8 x 8.** Upload, paste, photograph or draw your own above." in words(app)
    assert "reconstruction of test image 0, decoded from its mean" in words(app)
    assert "image" not in app.query_params
    assert len(app.file_uploader) == 1
    upload(app, "one.png", encoded(digit_picture()))
    assert "**one.png**" in words(app)
    assert "Example" not in words(app)


def test_the_examples_are_small_and_all_work(trained: Run) -> None:
    files = example_files()
    assert len(files) >= 5
    assert sum(path.stat().st_size for path in EXAMPLES.iterdir()) < 300_000
    app = open_page("image", session={SOURCE_KEY: "Examples"})
    for path in files:
        app.button(key=f"example-{path.stem}").click().run()
        assert not app.exception
        assert f"reconstruction of {path.name}, decoded from its mean" in words(app)


def test_photographed_ink_is_prepared_and_native_digits_are_left_alone() -> None:
    for path in example_files():
        prepared = preprocess(open_image(path), (1, 28, 28), strokes=True)
        assert prepared.choices.invert == prepared.choices.centre == path.name.startswith("paper")
        rim = np.r_[prepared.pixels[0][0], prepared.pixels[0][-1]]
        assert rim.max() == 0, path.name


@pytest.mark.parametrize("kind", TYPES)
def test_every_promised_type_is_reconstructed(trained: Run, kind: str) -> None:
    app = upload(open_page("image"), f"mine.{kind.lower()}", encoded(digit_picture(), kind), f"image/{kind.lower()}")
    assert reconstructed(app)
    assert not app.warning


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.png", b"not an image at all", "not an image"),
        ("empty.png", b"", "empty"),
        ("half.png", encoded(photo(size=(200, 200)))[:3000], "damaged or cut off"),
    ],
)
def test_a_bad_upload_is_a_sentence_and_the_former_result_goes(
    trained: Run, name: str, content: bytes, sentence: str
) -> None:
    app = upload(open_page("image"), "good.png", encoded(digit_picture()))
    assert reconstructed(app)
    upload(app, name, content)
    assert sentence in app.warning[0].value
    assert not reconstructed(app)
    upload(app, "good.png", encoded(digit_picture()))
    assert reconstructed(app)
    assert not app.warning


def one_digit() -> Pixels:
    """What the model sees of the drawn one, [1, 8, 8]."""
    return preprocess(digit_picture(), (1, 8, 8), strokes=True).pixels


def test_the_numbers_are_those_of_the_core(trained: Run) -> None:
    app = upload(open_page("image"), "one.png", encoded(digit_picture()))
    score_quantiles = score_quantiles_of(load_run(trained))
    for name, values in scores_of(load_run(trained), one_digit()[None], list(SCORES)).items():
        assert f"**{significant(values[0])}** {SCORES[name].unit}".strip() in words(app)
        place = rank(float(score_quantiles.percentile(name, values[0])))
        assert f"{SCORES[name].title}: {place} of held-out images" in words(app)
    assert "Nalisnick" in words(app)
    assert "of the misfit" in words(app)


def test_the_verdict_goes_by_the_default_score_and_says_where(trained: Run) -> None:
    app = upload(open_page("image", {"tab": "On the map"}), "noise.png", encoded(photo(size=(8, 8))))
    score_quantiles = score_quantiles_of(load_run(trained))
    value = scores_of(load_run(trained), preprocess(photo(size=(8, 8)), (1, 8, 8), True).pixels[None], [DEFAULT_SCORE])[
        DEFAULT_SCORE
    ]
    percent = float(score_quantiles.percentile(DEFAULT_SCORE, value[0]))
    assert f"**{word(percent)}**: {rank(percent)} of held-out images" in words(app)
    assert [word(percent) for percent in (95, 95.1, 99.1)] == ["Typical", "Unusual", "Very unusual"]


def test_few_held_out_images_cannot_call_one_unusual(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surprise, "QUANTILE_IMAGES", 5)
    app = upload(open_page("image"), "noise.png", encoded(photo(size=(8, 8))))
    assert "**Not known whether it is unusual**: " in words(app)
    assert "higher than all 5 held-out images" in words(app)
    assert "percentile of" not in words(app)
    assert "highest 1 %" not in words(app)


def test_percentiles_of_a_sample_are_told_with_their_error(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surprise, "QUANTILE_IMAGES", 200)  # of 360
    app = upload(open_page("image"), "one.png", encoded(digit_picture()))
    told = "drawn at random from 360: a percentile has a standard error of 2 points in the middle, 1 at the 95th."
    assert told in words(app)
    verdict = next(part for part in app.markdown if "held-out images" in part.value)
    assert told in verdict.help


@pytest.mark.parametrize(("n", "called"), [(20, "Unusual"), (98, "Unusual"), (100, "Very unusual")])
def test_an_image_is_called_what_the_held_out_ones_can_vouch_for(n: int, called: str) -> None:
    held = np.arange(n, dtype=np.float32)
    assert verdict_words(held, sure_percent(held, 1000.0)) == called


def test_without_the_images_the_verdict_goes_by_what_is_known(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surprise, "originals", lambda run: None)
    app = upload(open_page("image"), "one.png", encoded(digit_picture()))
    assert "of held-out images" in words(app)
    assert "no percentile" in words(app)
    assert "take the data set, which is not here" in words(app)
    verdict = next(part for part in app.markdown if part.value.endswith("held-out images") or "differs" in part.value)
    assert SCORES["mse"].title in verdict.help


def test_the_uncertainty_tab_shows_as_many_samples_as_asked_for(trained: Run) -> None:
    app = upload(open_page("image", {"tab": "Uncertainty"}), "one.png", encoded(digit_picture()))
    assert "sample 8 of one.png" in words(app)
    assert "sample 9 of one.png" not in words(app)
    next(slider for slider in app.slider if slider.label == "Samples").set_value(20).run()
    assert not app.exception
    assert "sample 20 of one.png" in words(app)
    assert "sample 21 of one.png" not in words(app)
    for title in ("mean of the samples", "sd of the samples", "total sd", "absolute error", "z-score"):
        assert title in words(app)
    result = reconstruct(model_of(load_run(trained)), one_digit()[None])[0]
    assert f"z0 **{significant(result.mu[0])}** ± {significant(result.sigma[0])}" in words(app)


def test_the_live_decoder_of_an_image_begins_at_its_mean_and_leaves_the_visitor_s_z_alone(trained: Run) -> None:
    app = upload(open_page("image", {"tab": "Uncertainty"}), "one.png", encoded(digit_picture()))
    said = next(metric.help for metric in app.metric if metric.label == "Draws of the prior farther out")
    mu = reconstruct(model_of(load_run(trained)), one_digit()[None])[0].mu
    assert f"at z, is {normal_prior(len(mu)).log_density(mu):.1f} nats" in said
    assert "z" not in app.query_params
    assert state.Z not in app.session_state


def test_neighbours_stand_beside_the_map(trained: Run) -> None:
    app = upload(open_page("image", {"tab": "On the map"}), "one.png", encoded(digit_picture()))
    assert "**12 nearest test images** · originals" in words(app)


def test_only_the_open_tab_is_worked_out(trained: Run) -> None:
    app = upload(open_page("image"), "one.png", encoded(digit_picture()))
    assert [tab.label for tab in app.tabs] == [*TABS, *FREE_TABS]
    assert "nearest test images" not in words(app)
    assert [tab.purpose in words(app) for tab in TABS.values()] == [name == "Surprise" for name in TABS]


def test_the_steps_are_chosen_shown_and_adjusted(trained: Run) -> None:
    app = upload(open_page("image"), "one.png", encoded(digit_picture()))
    toggles = {toggle.label: toggle for toggle in app.toggle}
    assert list(toggles) == [label for label, _ in TOGGLES.values()]
    assert all(toggle.value and not toggle.disabled for toggle in toggles.values())
    assert "step: Inverted, stretched" in words(app)
    assert "8 x 8, centred" in words(app)
    assert "because its border is bright" in words(app)
    toggles["Centre by mass"].set_value(False).run()
    assert not app.exception
    assert "8 x 8, centred" not in words(app)
    assert "Adjusted by you" in words(app)
    next(button for button in app.button if button.label == "Automatic").click().run()
    assert "because its border is bright" in words(app)
    upload(app, "light.png", encoded(digit_picture(ink=255, paper=0)))  # a new image, a new choice
    assert {toggle.label for toggle in app.toggle if toggle.value} == {"Centre by mass"}
    disabled = {control.label for control in (*app.toggle, *app.slider) if control.disabled}
    assert disabled == {"One sign only", "Widen thin strokes", "Ink begins at"}, "there are no strokes to act on"
    assert "Centred by mass" in words(app)


def test_a_moved_crop_stays_while_other_pages_are_visited(trained: Run) -> None:
    app = upload(open_page("image"), "one.png", encoded(digit_picture()))
    zoom, across, *_ = app.slider
    zoom.set_value(2.0)
    across.set_value(0.0).run()
    assert "step: Crop" in words(app)
    moved = words(app)
    app.switch_page(str(PROJECT / "pages" / "map.py")).run()
    app.switch_page(str(PROJECT / "pages" / "image.py")).run()
    assert not app.exception
    assert [slider.value for slider in app.slider] == [2.0, 0.0, 0.5, 0.5]
    assert words(app) == moved


def test_explore_from_here_carries_mu_over_and_the_image_stays(trained: Run) -> None:
    app = upload(open_page("image"), "one.png", encoded(digit_picture()))
    pixels = preprocess(digit_picture(), (1, 8, 8), strokes=True).pixels
    app.button(key="explore-here").click().run()
    assert not app.exception
    assert app.title[0].value == "Explore"
    expected = cached.reconstruction(load_run(trained), pixels).mu
    np.testing.assert_array_equal(app.session_state[state.Z][trained.name], expected)
    app.switch_page(str(PROJECT / "pages" / "image.py")).run()
    assert reconstructed(app)


def test_without_the_data_neighbours_are_decoded(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    app = upload(open_page("image", {"tab": "On the map"}), "one.png", encoded(digit_picture()))
    assert "decoded (originals not here)" in words(app)


def test_colour_models_take_colour_and_cannot_be_centred(runs_root: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "photos", [f"{i}.png" for i in range(60)])
    config = tiny_config(dataset=f"folder:{folder}", side=8, batch_size=16, latent=3, likelihood="gaussian")
    train_new(config, "colour", lambda _: None, lambda: False)
    app = upload(open_page("image"), "mine.png", encoded(photo()))
    assert reconstructed(app)
    assert not any(toggle.value for toggle in app.toggle)
    assert {toggle.label for toggle in app.toggle if not toggle.disabled} == {"Invert", "Stretch the contrast"}


def test_altered_weights_are_a_sentence(trained: Run) -> None:
    (trained.path / "weights.safetensors").write_bytes(b"cut off")
    MODEL_CACHE.models.clear()
    app = upload(open_page("image"), "one.png", encoded(digit_picture()))
    assert "checksum" in app.warning[0].value
    assert not reconstructed(app)
