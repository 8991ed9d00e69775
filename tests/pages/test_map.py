"""The Map page without a browser."""

from __future__ import annotations

import io
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from numpy.typing import NDArray
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer.base.errors import ExplorerError
from explorer.datasets.datasets import Split, load_digits
from explorer.images.thumbnails.sheets import PER_SHEET, SHEET_COLUMNS
from explorer.inference.decoding import MODEL_CACHE
from explorer.inference.latents import Latents, latents_of, write_npz
from explorer.inference.likelihood.evaluation import Progress
from explorer.maps.fits.image_index import map_images
from explorer.maps.fits.jobs import map_progress, map_task
from explorer.maps.fits.options import DEFAULTS, MapOptions, MapSplit
from explorer.maps.fits.projections import MapFacts, Projection, keep, kept_map, map_file
from explorer.maps.groups import Group, add_group, groups_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.runs.tasks.thread_task import ThreadTask
from explorer.training.train_run import train_new
from explorer.ui.common import background as encoding
from explorer.ui.common import cached, state
from explorer.ui.components.map.served import SHELF
from explorer.ui.map.save import parquet, selection_table
from tests.helpers import tiny_config, write_folder
from tests.pages.page import open_page, shown_map
from tests.pages.page import words_and_messages as words

pytestmark = pytest.mark.usefixtures("shipped_root")


@pytest.fixture(autouse=True)
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """No test here starts a process; these are the ones that would have been."""
    started: list[list[str]] = []
    monkeypatch.setattr("explorer.runs.tasks.process_task.spawn", lambda run, arguments: started.append(arguments))
    return started


def open_map(
    select: tuple[Run, int] | None = None, lasso: tuple[Run, list[int]] | None = None, panel: str = "image"
) -> AppTest:
    """The page, after it has run; ``select`` was clicked and ``lasso`` selected before, ``panel`` is open."""
    before: dict[str, Any] = {state.MAP_PANEL: panel}
    if select:
        before[state.MAP_POINT] = {(select[0].name, "test"): select[1]}
    if lasso:
        before[state.MAP_SELECTION] = {(lasso[0].name, "test"): np.array(lasso[1], np.int64)}
    return open_page("map", session=before)


def keep_tsne(run: Run) -> None:
    """Points as a finished t-SNE leaves them."""
    points = np.random.default_rng(0).normal(size=(load_run(run).data.n_test, 2)).astype(np.float32)
    write_npz(load_run(run), map_file("tsne"), {"points": points, "weights": np.array(run.status().weights_sha256)})


def trained_run(runs_root: Path, **changes: object) -> Run:
    """One more run, of other data or size."""
    return train_new(tiny_config(**changes), "other", lambda _: None, lambda: False)


def test_a_kept_tsne_is_shown_at_once(trained: Run, spawned: list[list[str]]) -> None:
    keep_tsne(trained)
    app = open_map()
    assert "360 of 360 points" in words(app)
    assert (shown_map(app)["points"]["method"], shown_map(app)["points"]["n"]) == ("tsne", 360)
    assert "distances between groups mean little" in words(app)
    assert spawned == []


def test_a_missing_tsne_is_fitted_elsewhere_while_pca_is_shown(trained: Run, spawned: list[list[str]]) -> None:
    app = open_map()
    assert shown_map(app)["points"]["method"] == "pca"
    assert spawned == [["map", str(trained.path), "--method", "tsne"]]
    progress = map_progress(load_run(trained), "tsne")
    assert progress is not None
    map_task(load_run(trained), "tsne").write(replace(progress, done=0.5, started=progress.started - 20))
    app.run()
    assert not app.exception
    assert "left. Until then this is the PCA." in app.get("progress")[0].proto.text
    assert len(spawned) == 1
    map_task(load_run(trained), "tsne").path.unlink()
    keep_tsne(trained)
    app.run()
    assert shown_map(app)["points"]["method"] == "tsne"
    assert len(app.get("progress")) == 0


def test_a_failed_fit_says_why_and_is_tried_again_when_asked(trained: Run, spawned: list[list[str]]) -> None:
    open_map()
    progress = map_progress(load_run(trained), "tsne")
    assert progress is not None
    map_task(load_run(trained), "tsne").write(replace(progress, error="It broke.", hint="Mend it."))
    app = open_map()
    assert "It broke" in app.warning[0].value
    assert len(spawned) == 1
    app.button(key="map-again").click().run()
    assert not app.exception
    assert len(spawned) == 2


def test_a_run_that_takes_no_files_says_so_and_shows_pca(trained: Run, spawned: list[list[str]]) -> None:
    (trained.path / "maps").write_bytes(b"in the way")
    app = open_map()
    assert "Could not write" in app.warning[0].value
    assert shown_map(app)["points"]["method"] == "pca"
    assert "360 of 360 points" in words(app)


def test_the_method_can_be_chosen(trained: Run) -> None:
    keep_tsne(trained)
    app = open_map()
    url = shown_map(app)["points"]["url"]
    app.selectbox(key="map-method").set_value("pca").run()
    assert not app.exception
    points = shown_map(app)["points"]
    assert points["url"] != url
    assert points["axes"][0] == "first principal component"


def test_a_selected_image_is_shown_with_its_neighbours(trained: Run) -> None:
    keep_tsne(trained)
    app = open_map((trained, 17))
    text = words(app)
    latents = cached.latents(load_run(trained))
    assert latents.labels is not None
    assert f"class {latents.classes[latents.labels[17]]}** · image 17" in text
    assert "original of image 17" in text
    assert "decoded from μ of image 17" in text
    assert f"{latents.values.kl_nats[17].sum():.3g}" in text
    assert "**12 nearest test images** · originals" in text
    nearest = [i for i in latents.nearest(latents.mu[17], 13)[0] if i != 17]
    assert all(f"image {i}, distance" in text for i in nearest)


def test_without_the_data_only_decoded_pictures_are_shown(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_tsne(trained)
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    text = words(open_map((trained, 17)))
    assert "Original not here" in text
    assert "original of image 17" not in text
    assert "decoded (originals not here)" in text


def test_originals_are_read_once_and_looked_for_again_only_while_missing(
    trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = cached.images(load_run(trained))
    assert found is not None
    cached._looked_for.clear()  # as after a minute
    monkeypatch.setattr(cached, "originals", lambda run, split: pytest.fail("read again"))
    assert cached.images(load_run(trained)) is found
    cached._images.clear()
    cached._looked_for.clear()
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    assert cached.images(load_run(trained)) is None
    cached._looked_for.clear()
    monkeypatch.setattr(cached, "originals", lambda run, split: found)
    assert cached.images(load_run(trained)) is found


def test_explore_from_here_carries_mu_over(trained: Run) -> None:
    keep_tsne(trained)
    app = open_map((trained, 17))
    mu = cached.latents(load_run(trained)).mu[17]
    app.button(key="explore-here").click().run()
    assert not app.exception
    np.testing.assert_array_equal(app.session_state[state.Z][trained.name], mu)
    assert app.title[0].value == "Explore"


@pytest.mark.parametrize("latent", [1, 3])
def test_any_number_of_dimensions(runs_root: Path, latent: int) -> None:
    run = trained_run(runs_root, latent=latent)
    keep_tsne(run)
    app = open_map((run, 0))
    assert len(app.get("plotly_chart")) == (1 if latent > 2 else 0)  # few dimensions are said in numbers
    app.selectbox(key="map-method").set_value("pca").run()
    assert not app.exception


def test_images_without_classes_are_shown_in_one_colour(runs_root: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "photos", [f"{i}.png" for i in range(60)])
    run = trained_run(runs_root, dataset=f"folder:{folder}", side=8, batch_size=16)
    keep_tsne(run)
    text = words(open_map((run, 0)))
    assert "**image 0**" in text
    assert "class " not in text
    assert "class" not in open_map((run, 0)).selectbox(key="map-colour-2-False-True").options


def test_altered_weights_are_a_sentence(trained: Run) -> None:
    keep_tsne(trained)
    app = open_map()
    shutil.rmtree(trained.path / "latents")
    (trained.path / "weights.safetensors").write_bytes(b"cut off")
    cached._latents.clear()
    MODEL_CACHE.models.clear()
    app.run()
    assert not app.exception
    assert "checksum" in app.warning[0].value


def test_training_runs_are_not_mapped_yet(trained: Run, spawned: list[list[str]]) -> None:
    trained.write_status(replace(trained.status(), state="running"))
    app = open_map()
    assert "when the training has ended" in app.info[0].value
    assert spawned == []
    assert kept_map(load_run(trained), "pca") is not None


def test_the_neighbours_on_the_map_are_those_of_a_brute_force_search(trained: Run) -> None:
    keep_tsne(trained)
    mu = cached.latents(load_run(trained)).mu.astype(np.float64)
    distances = np.linalg.norm(mu - mu[17], axis=1)
    distances[17] = np.inf
    given = shown_map(open_map((trained, 17)))["neighbours"]
    assert given == {"of": 17, "indices": np.argsort(distances, kind="stable")[:12].tolist()}


def test_another_colour_changes_nothing_but_colours(trained: Run) -> None:
    keep_tsne(trained)
    app = open_map()
    before = shown_map(app)
    for key in ("kl", "error", "elbo", "z0", "kmeans", "hdbscan"):
        app.selectbox(key="map-colour-2-True-True").set_value(key).run()
        assert not app.exception
        after = shown_map(app)
        assert after["colour"]["key"] == key
        assert after["colour"]["url"] != before["colour"]["url"]
        assert {**after, "colour": None} == {**before, "colour": None}


@pytest.mark.parametrize("n", [0, 1, 30, 360])
def test_a_selection_of_nothing_some_and_everything(trained: Run, n: int) -> None:
    keep_tsne(trained)
    app = open_map(lasso=(trained, list(range(n))), panel="selection")
    text = words(app)
    assert f"**{n} of 360 selected**" in text
    assert text.count('alt="original of image') == min(n, 24)
    assert ("mean of the originals" in text) == (n > 0)
    assert shown_map(app)["selection"] is not None
    assert len(app.get("download_button")) == (2 if n else 0)


def test_a_group_is_made_shown_and_deleted(trained: Run) -> None:
    keep_tsne(trained)
    app = open_map(lasso=(trained, [3, 4, 5]), panel="selection")
    app.text_input(key="map-group-name").set_value("mine")
    next(button for button in app.button if button.label == "Keep").click().run()
    assert not app.exception
    assert groups_of(load_run(trained)) == (Group("mine", "test", (3, 4, 5)),)

    app = open_map(panel="groups")
    assert "**mine** · 3 images" in words(app)
    stamp = shown_map(app)["stamp"]
    app.button(key="map-group-show-0").click().run()
    assert not app.exception
    assert "**3 of 360 selected**" in words(app)
    assert shown_map(app)["stamp"] > stamp

    app = open_map(panel="groups")
    app.button(key="map-group-delete-0").click().run()
    assert not app.exception
    assert "No groups of test images yet" in words(app)


def test_outliers_are_listed_worst_first(trained: Run) -> None:
    keep_tsne(trained)
    app = open_map(panel="outliers")
    first = int(app.dataframe[0].value["image"].iloc[0])
    assert first == cached.latents(load_run(trained)).values.kl_nats.sum(1).argmax()
    app.segmented_control(key="map-ranking-kl-error-elbo-label-twins-pixels").set_value("label").run()
    assert not app.exception
    assert list(app.dataframe[0].value.columns) == ["image", "class", "neighbours' class", "differ, of 10"]


def test_find_marks_one_image_or_selects_a_class(trained: Run) -> None:
    keep_tsne(trained)
    app = open_map()
    app.text_input(key="map-find").set_value("42").run()
    assert not app.exception
    assert shown_map(app)["marked"] == 42
    assert "original of image 42" in words(app)
    app.text_input(key="map-find").set_value("class 7").run()
    labels = cached.latents(load_run(trained)).labels
    assert labels is not None
    assert f"**{np.count_nonzero(labels == 7)} of 360 selected**" in words(app)
    app.text_input(key="map-find").set_value("360").run()
    assert "Nothing found among 360 test images." in words(app)


def choose_split(app: AppTest, split: str) -> AppTest:
    """Take other images."""
    app.selectbox(key=state.MAP_SPLIT).set_value(split).run()
    assert not app.exception
    return app


def keep_points(run: Run, split: MapSplit, options: MapOptions = DEFAULTS) -> Projection:
    """A t-SNE of a split as a finished fit leaves it."""
    points = (
        np.random.default_rng(1).normal(size=(len(map_images(load_run(run), split, options)), 2)).astype(np.float32)
    )
    keep(load_run(run), projection := Projection("tsne", split, points, options))
    return projection


def thumbnail_at(url: str, place: int) -> NDArray[np.uint8]:
    """The image at a place of the map, [8, 8], as the browser fetches it."""
    content = SHELF.find(url.rsplit("/", 1)[1], place // PER_SHEET)
    assert content is not None
    with Image.open(io.BytesIO(content.part(place // PER_SHEET))) as sheet:
        cell = place % PER_SHEET
        top, left = cell // SHEET_COLUMNS * 8, cell % SHEET_COLUMNS * 8
        return np.asarray(sheet)[top : top + 8, left : left + 8]


@pytest.mark.parametrize(
    ("split", "n", "noun"), [("train", 1437, "training images"), ("all", 1797, "training and test images")]
)
def test_everything_follows_the_split(trained: Run, split: MapSplit, n: int, noun: str) -> None:
    keep_tsne(trained)
    keep_points(trained, split)
    app = open_map((trained, 17))
    before = shown_map(app)
    choose_split(app, split)
    given, text = shown_map(app), words(app)
    assert f"**{n:,} of {n:,} points**: {noun}." in text
    assert (given["points"]["method"], given["points"]["n"]) == ("tsne", n)
    assert (given["marked"], given["selection"]) == (None, None), "a test image is none of these"
    assert given["facts"] != before["facts"]
    assert given["colour"]["url"] != before["colour"]["url"]
    train = load_digits("train", None).pixels
    np.testing.assert_array_equal(thumbnail_at(given["sheets"]["url"], 1436), train[1436, 0])
    assert given["sheets"]["count"] == -(-n // PER_SHEET)
    app.text_input(key="map-find").set_value("1,000").run()
    text, mu = words(app), map_images(load_run(trained), split).latents.mu.astype(np.float64)
    assert "original of image 1,000" in text
    assert f"**12 nearest {noun}** · originals" in text
    distances = np.linalg.norm(mu - mu[1000], axis=1)
    distances[1000] = np.inf
    assert shown_map(app)["neighbours"] == {"of": 1000, "indices": np.argsort(distances, kind="stable")[:12].tolist()}
    assert shown_map(choose_split(app, "test"))["marked"] == 17, "each split remembers its own"


def test_the_test_images_of_all_come_after_the_training_images(trained: Run) -> None:
    keep_points(trained, "all")
    app = choose_split(open_map(), "all")
    app.text_input(key="map-find").set_value("1437").run()
    test = load_digits("test", None)
    np.testing.assert_array_equal(thumbnail_at(shown_map(app)["sheets"]["url"], 1437), test.pixels[0, 0])
    everything = map_images(load_run(trained), "all")
    frame = selection_table(load_run(trained), keep_points(trained, "all"), everything, np.array([1436, 1437]))
    assert list(zip(frame["split"], frame["index"], strict=True)) == [("train", 1436), ("test", 0)]
    assert test.labels is not None
    assert f"class {test.classes[test.labels[0]]}** · image 1,437" in words(app)


def test_groups_belong_to_their_split(trained: Run) -> None:
    keep_tsne(trained)
    keep_points(trained, "train")
    add_group(load_run(trained), "held out", "test", [3])
    app = choose_split(open_map(panel="groups"), "train")
    assert "held out" not in words(app)
    assert "1 more of other images" in words(app)
    add_group(load_run(trained), "learned", "train", [1000, 1001])
    app.run()
    app.button(key="map-group-show-0").click().run()
    assert not app.exception
    assert "**2 of 1,437 selected**" in words(app)
    assert "**2 of" not in words(choose_split(app, "test"))


def test_images_that_cannot_be_shown_are_not_offered(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_tsne(trained)
    latents_of(load_run(trained), "train")
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    assert open_map().selectbox(key=state.MAP_SPLIT).options == ["Test", "Train", "All"]
    app = choose_split(open_map(), "train")
    assert shown_map(app)["sheets"]["source"] == "decoded"
    (trained.path / "latents" / "train.npz").unlink()
    app = open_map()
    chooser = app.selectbox(key=state.MAP_SPLIT)
    assert chooser.options == ["Test"]
    assert "the data set digits is not on this machine" in chooser.help
    assert "**360 of 360 points**" in words(app)
    assert not app.warning


@pytest.mark.parametrize(("here", "said"), [(True, "1,437 points**: training images."), (False, "360 points**: test ")])
def test_the_link_names_the_split_and_one_that_cannot_be_shown_is_the_test_split(
    trained: Run, monkeypatch: pytest.MonkeyPatch, here: bool, said: str
) -> None:
    keep_tsne(trained)
    keep_points(trained, "train")
    if not here:
        (trained.path / "latents" / "train.npz").unlink()
        monkeypatch.setattr(cached, "originals", lambda run, split: None)
    app = open_page("map", {"split": "Train"})
    assert said in words(app)
    assert not app.warning


def test_a_split_that_is_gone_is_no_choice_any_more(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_points(trained, "train")
    app = choose_split(open_map(), "train")
    assert "1,437 points**: training images." in words(app)
    (trained.path / "latents" / "train.npz").unlink()
    cached._images.clear()
    cached._looked_for.clear()
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    app.run()
    assert not app.exception
    assert "360 points**: test images." in words(app)
    assert app.session_state[state.MAP_SPLIT] == "test", "what is fitted is looked for where the page is"
    assert map_progress(load_run(trained), "tsne") is not None
    assert app.query_params.get("split") in (None, [], ["Test"])


def test_a_map_of_training_images_is_fitted_as_one(trained: Run, spawned: list[list[str]]) -> None:
    keep_tsne(trained)
    app = choose_split(open_map(), "train")
    assert spawned == [["map", str(trained.path), "--method", "tsne", "--split", "train"]]
    assert (shown_map(app)["points"]["method"], shown_map(app)["points"]["n"]) == ("pca", 1437)


def test_a_sample_is_shown_only_when_asked_for(trained: Run, spawned: list[list[str]]) -> None:
    options = MapOptions(sample=100, seed=4)
    keep_tsne(trained)
    keep_points(trained, "test", options)
    some = map_images(load_run(trained), "test", options)
    place, hidden = 40, next(number for number in range(360) if number not in some.numbers)
    app = open_map((trained, some.number(place)))
    app.number_input(key="map-option-seed").set_value(4)
    app.number_input(key="map-option-sample-tsne").set_value(100)
    next(button for button in app.button if button.label == "Apply").click().run()
    assert not app.exception
    assert "**100 of 360 points**: test images, a sample drawn class by class." in words(app)
    assert shown_map(app)["points"]["n"] == 100
    assert shown_map(app)["marked"] == place, "the same image, at its place among these"
    assert f"image {some.number(place)}" in words(app)
    pixels = load_digits("test", None).pixels[some.number(place), 0]
    np.testing.assert_array_equal(thumbnail_at(shown_map(app)["sheets"]["url"], place), pixels)
    app.text_input(key="map-find").set_value(str(hidden)).run()
    assert "Nothing found among 100 sampled test images." in words(app)
    app.text_input(key="map-find").set_value("class 7").run()
    assert "**10 of 100 selected**" in words(app)
    frame = selection_table(load_run(trained), keep_points(trained, "test", options), some, np.array([place]))
    assert list(frame["index"]) == [some.number(place)]
    assert spawned == []


def test_a_long_encoding_is_told_with_the_time_left(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_points(trained, "train")
    told: list[str] = []
    compute, in_words = latents_of, encoding.progress_text

    def slowly(run: Run, split: Split, model: Any, progress: Progress) -> Latents:
        progress(0.5)
        time.sleep(0.3)
        return compute(load_run(run), split)

    def noted(task: ThreadTask[Any]) -> str:
        told.append(in_words(task))
        return told[-1]

    cached._latents.clear()
    monkeypatch.setattr(encoding, "latents_of", slowly)
    monkeypatch.setattr(encoding, "QUIET_S", 0.01)
    monkeypatch.setattr(encoding, "progress_text", noted)
    choose_split(open_map(), "train")
    assert [text for text in told if text.startswith("Encoding the training images, 1 s left")]


def test_an_encoding_that_failed_is_tried_again(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_tsne(trained)
    cached._latents.clear()
    with monkeypatch.context() as broken:
        broken.setattr(encoding, "latents_of", lambda *_: (_ for _ in ()).throw(ExplorerError("It broke.", "Mend it.")))
        assert "It broke" in open_map().warning[0].value
    assert "**360 of 360 points**" in words(open_map())


def test_other_options_make_another_map(trained: Run, spawned: list[list[str]]) -> None:
    keep_tsne(trained)
    app = open_map()
    app.number_input(key="map-option-perplexity").set_value(60.0)
    next(button for button in app.button if button.label == "Apply").click().run()
    assert not app.exception
    assert spawned == [["map", str(trained.path), "--method", "tsne", "--perplexity", "60.0"]]
    assert shown_map(app)["points"]["method"] == "pca"
    assert "Until then this is the PCA" in "".join(str(part.proto) for part in app.get("progress"))


def test_two_dimensions_are_chosen_and_named(trained: Run) -> None:
    keep_tsne(trained)
    app = open_map()
    app.selectbox(key="map-method").set_value("latent").run()
    first, second = (int(dim) for dim in cached.latents(load_run(trained)).order()[:2])
    assert shown_map(app)["points"]["axes"] == [f"z{first}", f"z{second}"]
    app.selectbox(key="map-option-x").set_value(second).run()
    assert shown_map(app)["points"]["axes"] == [f"z{second}", f"z{first}"]


def test_a_stopped_map_says_so_and_can_be_fitted_to_its_end(trained: Run, spawned: list[list[str]]) -> None:
    points = np.random.default_rng(0).normal(size=(360, 2)).astype(np.float32)
    keep(load_run(trained), Projection("tsne", "test", points, facts=MapFacts(stopped=True)))
    app = open_map()
    assert "Stopped before it had settled" in words(app)
    app.button(key="map-finish").click().run()
    assert not app.exception
    assert len(spawned) == 1
    assert kept_map(load_run(trained), "tsne") is None


def test_a_map_is_told_with_its_quality_and_a_control(trained: Run) -> None:
    keep_tsne(trained)  # random points
    text = words(open_map())
    assert "shuffled 0.5" in text
    trust = float(text.split("Trustworthiness **")[1].split(" ± ")[0])
    assert trust < 0.6
    assert re.search(r"neighbours kept \*\*[\d.]+ ± [\d.]+ %\*\* \(shuffled [\d.]+ %\)", text)


def test_a_saved_selection_has_a_row_an_image(trained: Run) -> None:
    keep_tsne(trained)
    projection, latents = cached.projection(load_run(trained), "tsne"), cached.latents(load_run(trained))
    assert projection is not None
    assert latents.labels is not None
    frame = selection_table(load_run(trained), projection, cached.map_images(load_run(trained)), np.array([7, 3]))
    assert list(frame["index"]) == [7, 3]
    assert list(frame["class"]) == [latents.classes[latents.labels[i]] for i in (7, 3)]
    np.testing.assert_allclose(frame[["x", "y"]], projection.points[[7, 3]])
    np.testing.assert_allclose(frame[["mu_0", "mu_1"]], latents.mu[[7, 3]])
    np.testing.assert_allclose(frame["elbo_nats"], latents.values.elbo_nats[[7, 3]])
    pandas.testing.assert_frame_equal(pandas.read_parquet(io.BytesIO(parquet(frame))), frame)


def test_the_panel_names_the_file_of_an_image(runs_root: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "photos", [f"cat_{i}.png" for i in range(60)])
    run = trained_run(runs_root, dataset=f"folder:{folder}", side=8, batch_size=16)
    images = cached.images(load_run(run))
    assert images is not None
    keep_tsne(run)
    name = (images.names or ())[2].replace("_", "\\_")
    assert f"**image 2** · {name}" in words(open_map((run, 2)))


def test_a_saved_selection_of_a_folder_names_its_files(runs_root: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "photos", [f"{i}.png" for i in range(60)])
    run = trained_run(runs_root, dataset=f"folder:{folder}", side=8, batch_size=16)
    projection, images = cached.projection(load_run(run), "pca"), cached.images(load_run(run))
    assert projection is not None
    assert images is not None
    frame = selection_table(load_run(run), projection, cached.map_images(load_run(run)), np.array([1, 0]))
    assert list(frame["name"]) == [(images.names or ())[1], (images.names or ())[0]]
    assert "class" not in frame
    app = open_map()
    app.text_input(key="map-find").set_value(frame["name"][0]).run()
    assert not app.exception
    assert shown_map(app)["marked"] == 1


def test_columns_of_a_folder_can_be_colours_and_a_broken_file_is_a_sentence(runs_root: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "photos", [f"{i}.png" for i in range(60)])
    rows = "".join(f"{i}.png,{i},{'odd' if i % 2 else 'even'}\n" for i in range(50))
    (folder / "metadata.csv").write_text("file,number,kind\n" + rows)
    run = trained_run(runs_root, dataset=f"folder:{folder}", side=8, batch_size=16)
    keep_tsne(run)
    app = open_map()
    for key, names in (("own-number", None), ("own-kind", ["even", "odd"])):
        app.selectbox(key="map-colour-2-False-True-other").set_value(key).run()
        assert not app.exception
        assert shown_map(app)["colour"]["names"] == names
    (folder / "metadata.csv").write_bytes(b"\xff\xfe")
    app.run()
    assert not app.exception
    assert "could not be read" in app.warning[0].value
    assert shown_map(app)["colour"]["key"] == "kl"
