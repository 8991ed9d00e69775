"""The Models page without a browser: loading, and the table of all models."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from explorer.datasets.datasets import dataset_spec
from explorer.importing.archive import run_archive
from explorer.importing.conventions import Conventions
from explorer.runs.loaded_run import load_run
from explorer.runs.records import ImportFacts
from explorer.runs.run import Run, list_runs
from explorer.training.own_runs.trash import trashed_runs
from explorer.training.run_writer import with_heartbeat
from explorer.ui.library.choice import CHOSEN
from explorer.ui.library.table import SEARCH, chosen_in
from tests.pages.page import checked, given, open_page, words
from tests.unit.importing.onnx_pairs import LinearVAE, decoder, encoder, written

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")
LOAD = {"part": "Load a model"}
WIDTHS = {"fc1": (400, 784), "fc21": (20, 400), "fc22": (20, 400), "fc3": (400, 20), "fc4": (784, 400)}


@pytest.fixture(scope="module")
def example() -> bytes:
    """A state dict of the VAE of pytorch/examples."""
    weights = {f"{name}.weight": torch.zeros(shape) for name, shape in WIDTHS.items()}
    biases = {f"{name}.bias": torch.zeros(shape[0]) for name, shape in WIDTHS.items()}
    buffer = io.BytesIO()
    torch.save(weights | biases, buffer)
    return buffer.getvalue()


def button(app: AppTest, label: str) -> Button:
    """The button of this label."""
    return next(each for each in app.button if each.label == label)


def press(app: AppTest, label: str) -> AppTest:
    """The page after a click on the button of this label."""
    return checked(button(app, label).click().run(timeout=180))


def dropped(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """The page after these files were dropped on it."""
    return checked(app.file_uploader[0].set_value([(*file, "application/octet-stream") for file in files]).run())


def said(app: AppTest) -> str:
    """The sentences of errors, without Markdown's escapes."""
    return "\n".join(each.value for each in app.warning).replace("\\", "")


def read(app: AppTest) -> str:
    """What can be read, without Markdown's escapes."""
    return words(app).replace("\\", "")


def names() -> list[str]:
    """The runs that there are."""
    return [run.name for run in list_runs()]


def test_a_dropped_file_becomes_a_run(example: bytes) -> None:
    app = dropped(open_page("models", LOAD), ("vae.pt", example))
    app.text_input("load-name").set_value("mine")
    app = press(app, "Load")
    assert names() == ["mine"]
    assert "The VAE of pytorch/examples: images of 28 x 28, grey, 20 latent dimensions." in read(app)
    assert "Images taken for grey, 28 x 28." in read(app)
    assert load_run(list_runs()[0]).data.shape == (1, 28, 28)
    press(app, "Explore it")


def test_what_is_said_is_what_the_run_has(example: bytes) -> None:
    app = open_page("models", LOAD)
    app.text_input("load-shape").set_value("1,14,56")
    app.selectbox("load-likelihood").set_value("unknown")
    app = press(dropped(app, ("vae.pt", example)), "Load")
    run = load_run(list_runs()[0])
    assert (run.data.shape, run.model.options["likelihood"]) == ((1, 14, 56), "unknown")


def test_a_folder_of_the_data_root(example: bytes, data_root: Path) -> None:
    (data_root / "models" / "one").mkdir(parents=True)
    (data_root / "models" / "one" / "vae.pt").write_bytes(example)
    app = open_page("models", LOAD)
    assert app.selectbox("load-folder").options == ["None", "models/one"]
    app.selectbox("load-folder").set_value("models/one")
    press(checked(app.run()), "Load")
    assert len(names()) == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("vae.pkl", b"\x80\x04.", "vae.pkl is a pickle, which runs code when it is opened."),
        ("my_vae.py", b"import os", "my_vae.py is no model that is known here."),
    ],
)
def test_what_cannot_be_read_is_a_sentence(name: str, content: bytes, sentence: str) -> None:
    app = press(dropped(open_page("models", LOAD), (name, content)), "Load")
    assert sentence in said(app)
    assert names() == []


def test_loading_waits_for_files(example: bytes) -> None:
    app = open_page("models", LOAD)
    assert button(app, "Load").disabled
    assert not button(dropped(app, ("vae.pt", example)), "Load").disabled


def test_a_bad_shape_is_a_sentence() -> None:
    app = open_page("models", LOAD)
    app.text_input("load-shape").set_value("28")
    assert "Give channels, height and width" in said(checked(app.run()))


def test_a_downloaded_run_comes_back(trained: Run) -> None:
    app = dropped(open_page("models", LOAD), ("tiny.zip", run_archive(load_run(trained))))
    app.text_input("load-name").set_value("again")
    app = press(app, "Load")
    assert sorted(names()) == ["again", "tiny"]
    assert "A run of this program: images of 8 x 8, grey, 2 latent dimensions." in read(app)


PROBE = [
    {"pixels": "0,1", "posterior": "mu,logvar", "output": "logits", "places": [0, 1], "mse": 0.01},
    {"pixels": "-1,1", "posterior": "mu,sigma", "output": "pixels", "places": [0, 1], "mse": 0.02},
]


def test_another_reading_takes_the_place_of_the_first(example: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    app = dropped(open_page("models", LOAD), ("vae.pt", example))
    app.text_input("load-name").set_value("mine")
    app = press(app, "Load")
    run = list_runs()[0]
    run.write_config(replace(run.config(), imported=ImportFacts("pytorch-examples", ("vae.pt",), (), {"probe": PROBE})))
    app = checked(app.run())
    choice = next(each for each in app.selectbox if each.label == "Read as")
    assert choice.options[1] == "pixels -1,1; posterior mu,sigma; output pixels: error 0.0200"
    choice.set_value(1)
    asked: list[Conventions] = []

    def imported(place: Path, name: str | None, dataset: str | None, conventions: Conventions) -> Run:
        asked.append(conventions)
        return copied(run)

    monkeypatch.setattr("explorer.ui.library.load.import_model", imported)
    press(checked(app.run()), "Read it so")
    (conventions,) = asked
    assert (conventions.pixels, conventions.posterior, conventions.output) == ("-1,1", "mu,sigma", "pixels")
    assert names() == ["mine"]
    assert (list_runs()[0].path / "new").exists()


def test_what_the_readings_make_of_images_is_shown(tmp_path: Path) -> None:
    x = dataset_spec("digits").load("test", None).pixels[:64].astype(np.float32) / 255
    vae = LinearVAE.fitted(x, 3)
    pair = written(tmp_path / "pair", a=encoder(vae, "-1,1", "mu,logvar"), b=decoder(vae, "logits"))
    app = dropped(open_page("models", LOAD), *((path.name, path.read_bytes()) for path in sorted(pair.iterdir())))
    app.selectbox("load-data").set_value("digits")
    app = press(app, "Load")
    rows = [html for html in app.get("html") if 'class="pictures' in html.proto.body]
    assert len(rows) >= 3  # the images, and two readings at least
    assert all(html.proto.body.count("<img") == 6 for html in rows)
    assert 'alt="test image 6"' in rows[0].proto.body
    assert 'alt="reconstruction 6"' in rows[1].proto.body
    assert [html.proto.body for html in rows] == list(dict.fromkeys(html.proto.body for html in rows))  # no two alike


def copied(run: Run) -> Run:
    """As an import would make: a run of another name."""
    shutil.copytree(run.path, run.path.with_name("new"))
    (run.path.with_name("new") / "new").touch()
    return Run(run.path.with_name("new"))


def test_no_loading_where_it_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_IMPORT", "off")
    app = open_page("models", LOAD)
    assert not app.get("file_uploader")
    assert app.segmented_control("part").options == ["Train", "Data"]


def chosen(*names: str, query: Mapping[str, str] | None = None) -> AppTest:
    """The page with these models chosen in the table."""
    return open_page("models", query, {CHOSEN: list(names)})


def table(app: AppTest) -> dict[str, list[object]]:
    """The columns of the table; none where no row is found."""
    return app.dataframe[0].value.to_dict("list") if app.dataframe else {}


def test_the_table_says_what_each_model_is(trained: Run) -> None:
    shown = table(open_page("models"))
    assert [shown[name] for name in ("name", "data", "model", "latent", "state")] == [
        ["tiny"], ["digits"], ["vae"], [2], ["Trained"],
    ]  # fmt: skip
    assert str(shown["picture"][0]).endswith("/tiny")


def test_no_model_yet() -> None:
    assert "No model yet: train one, or load one." in words(open_page("models"))


def test_a_click_chooses_a_row_and_boxes_choose_several() -> None:
    names, cursor = ["a", "b", "c"], [(1, "name")]
    assert chosen_in({"rows": [], "cells": cursor}, names, []) == ["b"]
    assert chosen_in({"rows": [0, 1], "cells": cursor}, names, cursor) == ["a", "b"], "the box of another row"
    assert chosen_in({"rows": [0, 1], "cells": [(2, "data")]}, names, cursor) == ["c"]
    assert chosen_in({"rows": [], "cells": []}, names, cursor) == []


def test_search(trained: Run) -> None:
    shutil.copytree(trained.path, trained.path.with_name("twin"))
    app = open_page("models")
    app = checked(app.text_input(SEARCH).set_value("digits TWI").run())
    assert table(app)["name"] == ["twin"]
    app = checked(app.text_input(SEARCH).set_value("mnist").run())
    assert table(app) == {}
    assert "No model fits." in words(app)


def test_rename(trained: Run) -> None:
    app = chosen("tiny", query={"model": "tiny"})
    app.text_input("library-name-tiny").set_value("other")
    app = press(app, "Rename it")
    assert names() == ["other"]
    assert app.selectbox(key="model").value == "other"
    assert "There is no model 'tiny' here." in said(open_page("models", {"model": "tiny"}))


def test_a_bad_name_is_a_sentence(trained: Run) -> None:
    app = chosen("tiny")
    app.text_input("library-name-tiny").set_value("../other")
    assert "'../other' cannot be a run's name." in said(press(app, "Rename it"))
    assert names() == ["tiny"]


def test_delete_and_undo(trained: Run) -> None:
    app = press(chosen("tiny"), "Delete")
    assert names() == []
    assert "Deleted tiny." in words(app)
    assert "No model yet" in words(app)
    app = press(app, "Undo")
    assert names() == ["tiny"]
    assert "Deleted" not in words(app)
    assert not trashed_runs()


def test_what_was_deleted_waits_and_can_be_deleted_for_good(trained: Run) -> None:
    app = press(chosen("tiny"), "Delete")
    app = press(app, "Restore")
    assert names() == ["tiny"]
    press(press(chosen("tiny"), "Delete"), "Delete all for good")
    assert (names(), trashed_runs()) == ([], [])


def test_not_while_it_trains(trained: Run) -> None:
    trained.write_status(with_heartbeat(replace(trained.status(), state="running")))
    app = press(chosen("tiny"), "Delete")
    assert "tiny is in training or waits for it. Stop it first." in said(app).replace("**", "")
    assert names() == ["tiny"]


def test_a_damaged_run_can_only_be_deleted(trained: Run) -> None:
    (trained.path / "config.json").write_bytes(b"{")
    app = chosen("tiny")
    assert "It cannot be read" in str(table(app)["state"])
    assert button(app, "Explore").disabled
    press(app, "Delete")
    assert names() == []


def test_a_run_that_shipped_is_neither_renamed_nor_deleted(trained: Run, shipped_root: Path) -> None:
    shipped_root.mkdir(exist_ok=True)
    shutil.move(trained.path, shipped_root / "tiny")
    app = chosen("tiny")
    for label in ("Rename", "Delete", "Continue"):
        assert button(app, label).disabled
        assert "came with the product" in button(app, label).help
    assert not button(app, "Explore").disabled


def test_compare_takes_two_to_four(trained: Run) -> None:
    assert button(chosen("tiny"), "Compare").disabled
    shutil.copytree(trained.path, trained.path.with_name("twin"))
    app = press(chosen("tiny", "twin"), "Compare")
    assert app.title[0].value == "Compare"
    assert {app.selectbox(key="model").value, *app.multiselect(key="with").value} == {"tiny", "twin"}


def test_continue_trains_a_finished_run_further(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int | None]] = []
    monkeypatch.setattr("explorer.training.queue.requeue", lambda run, epochs=None: asked.append((run.name, epochs)))
    app = chosen("tiny", query={"part": "Load a model"})
    app.number_input("library-more-tiny").set_value(5)
    app = press(checked(app.run()), "Train until epoch 7")
    assert asked == [("tiny", 7)]
    assert app.segmented_control("part").value == "Train"
    assert app.query_params["run"] == "tiny"


def test_resume_goes_on_where_a_training_was_left(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    trained.write_status(replace(trained.status(), state="stopped"))
    asked: list[tuple[str, int | None]] = []
    monkeypatch.setattr("explorer.training.queue.requeue", lambda run, epochs=None: asked.append((run.name, epochs)))
    app = chosen("tiny")
    assert "Stopped, epoch 2/2" in table(app)["state"]
    next(each for each in app.button if each.key == "library-resume").click().run()
    assert asked == [("tiny", None)]


def test_a_link_to_the_former_part_shows_the_page(trained: Run) -> None:
    app = open_page("models", {"part": "Your models"})
    assert app.segmented_control("part").value == "Train"
    assert table(app)["name"] == ["tiny"]


def test_the_picker_shows_what_each_model_is(trained: Run) -> None:
    data = json.loads(given(open_page("models"), "model_picker").json)
    assert data["chosen"] == "tiny"
    assert [(model["name"], model["line"]) for model in data["models"]] == [("tiny", "digits, vae, 2 dimensions")]
    assert data["models"][0]["picture"].endswith("/tiny")
