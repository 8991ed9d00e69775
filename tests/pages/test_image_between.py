"""The tab Between of the Image page, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from explorer.base.formatting import significant
from explorer.image_lab.paths.latent_paths import Path as PicturePath
from explorer.image_lab.paths.latent_paths import path_through
from explorer.image_lab.preprocessing import preprocess
from explorer.inference.likelihood.evaluation import Progress
from explorer.maps.groups import add_group
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.runs.tasks.thread_task import ThreadTask
from explorer.training.train_run import train_new
from explorer.ui.common import background as encoding
from explorer.ui.common import cached, state
from explorer.ui.common.state import ImageRef
from explorer.ui.image import between_save, cached_paths
from explorer.ui.image import uploads as brought
from explorer.ui.image.between_images import station, suggested_images
from explorer.ui.image.between_path import path_facts
from explorer.ui.image.subject import Subject
from explorer.ui.image.uploads import Brought, Several
from models.vae import VAE
from tests.helpers import digit_picture, encoded, tiny_config, write_folder
from tests.pages.page import open_page, shown_film, upload, words

pytestmark = pytest.mark.usefixtures("shipped_root")


def open_tab(mode: str = "Path") -> AppTest:
    """The tab of an image that was brought."""
    app = upload(open_page("image", {"tab": "Between"}), "one.png", encoded(digit_picture()))
    app.segmented_control(key="between-mode").set_value(mode).run()
    assert not app.exception
    return app


def choose(app: AppTest, place: str, *images: ImageRef) -> None:
    """As if the visitor had picked these images."""
    app.session_state[state.BETWEEN] = {place: images}
    app.run()
    assert not app.exception


def test_a_path_is_suggested_with_its_lengths(trained: Run) -> None:
    app = open_tab()
    assert "(a suggestion)" in words(app)
    data = shown_film(app)
    assert len(data["frames"]) == 45
    assert len(data["columns"]) == 12
    assert (data["labels"][0], data["labels"][-1]) == ("0 %", "100 %")
    cells = data["above"][0]["cells"]
    assert cells[0]["alt"] == "original, one.png"
    assert cells[-1]["alt"].startswith("original, ")
    for kind in ("Straight", "Spherical", "Geodesic"):
        assert kind in words(app)
    assert "the shortest found, starting from the straight line" in words(app)


def test_the_lengths_are_those_of_the_core_and_the_geodesic_is_no_longer(trained: Run) -> None:
    app = open_tab()
    choose(app, "path-tiny-1", ImageRef("test", 3))
    code = cached.map_images(load_run(trained)).codes(load_run(trained), np.array([3]))[0]
    own = app.session_state[state.PICKED].number
    assert own == 1
    stops = np.stack([codes_of(app, trained), code])
    lengths = [cached_paths.path(load_run(trained), stops, kind).length for kind in ("straight", "geodesic")]
    assert lengths[1] <= lengths[0]
    assert significant(lengths[0]) in words(app)
    assert significant(lengths[1]) in words(app)


def codes_of(app: AppTest, run: Run) -> NDArray[np.float32]:
    """The code of the image that was brought."""
    pixels = preprocess(app.session_state[state.PICKED].image, load_run(run).data.shape, strokes=True).pixels
    return cached.reconstruction(load_run(run), pixels).code


def test_a_path_goes_through_every_image_that_is_added(trained: Run) -> None:
    app = open_tab()
    choose(app, "path-tiny-1", ImageRef("test", 3), ImageRef("example", "mnist-7.png"))
    cells = shown_film(app)["above"][0]["cells"]
    alts = [cell["alt"] for cell in cells if cell]
    assert len(alts) == 3
    assert alts[-1] == "original, mnist-7.png"
    assert "test image 3" in alts[1]
    app.button(key="chosen-path-tiny-1-0").click().run()
    assert [cell["alt"] for cell in shown_film(app)["above"][0]["cells"] if cell][1:] == alts[2:]


def test_a_path_leads_to_other_images_that_were_brought_and_forgets_them_with_them(trained: Run) -> None:
    app = open_tab()
    mine = Brought("mine.png", digit_picture(size=90), "data:image/png;base64,")
    app.session_state[brought.SEVERAL] = Several((mine,), (), 0)
    choose(app, "path-tiny-1", ImageRef("brought", "mine.png"))
    assert shown_film(app)["above"][0]["cells"][-1]["alt"] == "original, mine.png"
    assert "mine" in app.button(key="pick-path-tiny-1-brought-mine.png").label
    app.session_state[brought.SEVERAL] = None
    app.run()
    assert not app.exception
    assert "(a suggestion)" in words(app)


def test_a_click_on_an_offered_image_goes_there(trained: Run) -> None:
    app = open_tab()
    app.number_input(key="number-path-tiny-1").set_value(7).run()
    app.button(key="take-path-tiny-1").click().run()
    assert not app.exception
    assert "test image 7" in shown_film(app)["above"][0]["cells"][-1]["alt"]
    app.button(key="more-path-tiny-1").click().run()
    assert not app.exception
    assert "(a suggestion)" not in words(app)


def test_another_kind_is_another_shown_film(trained: Run) -> None:
    app = open_tab()
    first = shown_film(app)
    app.segmented_control(key="between-kind").set_value("spherical").run()
    assert not app.exception
    assert shown_film(app)["frames"] != first["frames"]
    assert shown_film(app)["frames"][0] == first["frames"][0]


def test_how_usual_is_measured_on_three_scales(trained: Run) -> None:
    app = open_tab()
    scale = app.segmented_control(key="between-scale")
    assert scale.options == ["Density", "Nearest image", "Prior"]
    for name in ("nearest", "prior"):
        scale.set_value(name).run()
        assert not app.exception
        assert "unusual" in words(app)


def test_a_slow_path_says_how_long_it_takes(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    seen = Event()
    in_words, compute = encoding.progress_text, path_through

    def noted(task: ThreadTask[Any]) -> str:
        told.append(in_words(task))
        if "geodesic" in told[-1] and told[-1].endswith("s left"):
            seen.set()
        return told[-1]

    def slowly(model: VAE, stops: list[NDArray[np.float32]], kind: str, progress: Progress) -> PicturePath:
        progress(0.5)
        assert kind != "geodesic" or seen.wait(60)
        return compute(model, stops, kind)

    cached_paths._path.clear()
    monkeypatch.setattr(cached_paths, "path_through", slowly)
    monkeypatch.setattr(encoding, "QUIET_S", 0.01)
    monkeypatch.setattr(encoding, "progress_text", noted)
    assert "Geodesic" in words(open_tab())
    assert any(text.startswith("Looking for the geodesic path, ") for text in told)


def test_an_attribute_is_added_by_strength(trained: Run) -> None:
    app = open_tab("Attribute")
    data = shown_film(app)
    assert [data["labels"][column] for column in data["columns"]] == [
        "-2", "-1.5", "-1", "-0.5", "0", "+0.5", "+1", "+1.5", "+2",
    ]  # fmt: skip
    assert data["start"] == 16
    assert data["below"][0]["title"] == "nearest test image"
    assert all(cell["alt"].startswith("original, nearest test image") for cell in data["below"][0]["cells"])


def test_groups_of_the_map_make_an_attribute(trained: Run) -> None:
    add_group(load_run(trained), "slanted", "test", [1, 2, 3])
    app = open_tab("Attribute")
    toward = app.selectbox(key="attribute-More like-tiny")
    assert toward.value == ("group", "slanted")
    assert "group slanted" in toward.options
    app.selectbox(key="attribute-Less like-tiny").set_value(("group", "slanted")).run()
    assert not app.exception
    assert "slanted and slanted are the same images" in app.warning[0].value


def test_an_analogy_has_an_answer_and_a_real_image(trained: Run) -> None:
    app = open_tab("Analogy")
    assert "decoded: c + b − a" in words(app)
    assert "nearest test image" in words(app)
    app.button(key="own-analogy-a-tiny-1").click().run()
    assert not app.exception
    assert "a: one.png" in words(app)


def test_an_autoencoder_has_only_the_distance(runs_root: Any) -> None:
    train_new(tiny_config(model="ae"), "plain", lambda _: None, lambda: False)
    app = open_tab()
    assert not [one for one in app.segmented_control if one.key == "between-scale"]
    assert "unusual" in words(app)


def test_a_class_conditional_path_says_what_the_class_does(runs_root: Any) -> None:
    train_new(tiny_config(model="cvae"), "told", lambda _: None, lambda: False)
    app = open_tab()
    assert "never seen what lies between two classes" in words(app)
    app = open_tab("Analogy")
    assert "The class is b's" in words(app)


def test_without_the_data_the_images_are_decoded(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    cells = shown_film(open_tab())["above"][0]["cells"]
    assert cells[0]["alt"] == "original, one.png"
    assert cells[-1]["alt"].startswith("decoded, ")


def test_colour_images_without_classes_have_paths_and_no_attributes(runs_root: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "photos", [f"{i}.png" for i in range(60)])
    config = tiny_config(dataset=f"folder:{folder}", side=8, batch_size=16, latent=3, likelihood="gaussian")
    train_new(config, "colour", lambda _: None, lambda: False)
    app = open_tab()
    assert "test image" in shown_film(app)["above"][0]["cells"][-1]["alt"]
    app.segmented_control(key="between-mode").set_value("Attribute").run()
    assert not app.exception
    assert "neither classes nor groups" in app.warning[0].value


def saves(app: AppTest) -> list[str]:
    """The labels of the buttons that save."""
    return [str(getattr(button, "label", "")) for button in app.get("download_button")]


def test_mp4_is_offered_only_where_it_can_be_made(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(between_save, "has_mp4", lambda: True)
    app = open_tab()
    assert saves(app) == ["Strip", "GIF", "MP4", "z"]
    monkeypatch.setattr(between_save, "has_mp4", lambda: False)
    assert saves(app.run()) == ["Strip", "GIF", "z"]


@pytest.mark.parametrize("model", ["vae", "cvae"])
def test_the_numbers_that_are_saved_are_those_that_are_shown(runs_root: Any, model: str) -> None:
    run = train_new(tiny_config(model=model, latent=3), "run", lambda _: None, lambda: False)
    pixels = preprocess(digit_picture(), load_run(run).data.shape, strokes=True).pixels
    subject = Subject(load_run(run), "one.png", 1, pixels, cached.reconstruction(load_run(run), pixels))
    stations = [station(subject, ref) for ref in (ImageRef("own"), ImageRef("test", 3))]
    path = cached_paths.path(load_run(run), np.stack([one.code for one in stations]), "straight")
    saved = json.loads(between_save.as_json(load_run(run), path_facts(subject, path, path.even(4), stations)))
    assert (saved["run"], saved["weights_sha256"]) == ("run", run.status().weights_sha256)
    assert np.array(saved["z"]).shape == (5, 3)
    np.testing.assert_allclose(saved["z"][0], subject.result.mu, atol=1e-6)
    assert saved["share_of_decoded_length"][-1] == 1
    assert len(saved["images"]) == 2
    assert ("class_weights" in saved) == (model == "cvae")


def test_suggestions_are_of_other_classes(trained: Run) -> None:
    pixels = preprocess(digit_picture(), load_run(trained).data.shape, strokes=True).pixels
    subject = Subject(load_run(trained), "one.png", 1, pixels, cached.reconstruction(load_run(trained), pixels))
    labels = cached.latents(load_run(trained)).labels
    assert labels is not None
    nearest = int(cached.latents(load_run(trained)).nearest(subject.result.mu, 1)[0][0])
    found = [int(ref.name) for ref in suggested_images(subject, 3)]
    assert len({*labels[found].tolist(), int(labels[nearest])}) == 4
