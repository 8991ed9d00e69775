"""The Compare page without a browser."""

from __future__ import annotations

import base64
import json
import re
import shutil
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.base.formatting import significant
from explorer.datasets.datasets import load_digits
from explorer.images.image_io import to_png
from explorer.inference.decoding import decode
from explorer.inference.latent_space.latent_codes import codes
from explorer.inference.latent_space.latent_geometry import prior_arc
from explorer.inference.latents import latents_of
from explorer.measures.measured_value import Measured, absent
from explorer.measures.run_measures import measured, write_measures
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from explorer.ui.common import state
from explorer.ui.components.map.component import pack
from tests.helpers import tiny_config, write_folder
from tests.pages.page import open_page, words

pytestmark = pytest.mark.usefixtures("shipped_root")


@pytest.fixture
def deep(trained: Run) -> Run:
    """A second run of the same digits, of another latent size and start: a worse one."""
    return train_new(tiny_config(latent=3, output_bias="random"), "deep", lambda _: None, lambda: False)


@pytest.fixture
def twin(trained: Run) -> Run:
    """A second run of the same digits and latent size."""
    return train_new(tiny_config(seed=1), "twin", lambda _: None, lambda: False)


@pytest.fixture
def colour(runs_root: Path, tmp_path: Path) -> Run:
    """A run of other images, of another size."""
    folder = write_folder(tmp_path / "photos", [f"{i}.png" for i in range(60)])
    config = tiny_config(dataset=f"folder:{folder}", side=6, batch_size=16, likelihood="gaussian")
    return train_new(config, "colour", lambda _: None, lambda: False)


def open_compare(model: str = "tiny", beside: list[str] | None = None, view: str = "Images") -> AppTest:
    """The page, after it has run."""
    return open_page("compare", {"model": model, "view": view} | ({} if beside is None else {"with": beside}))


def pictures(app: AppTest) -> list[bytes]:
    """The PNGs in the rows, in order."""
    return [base64.b64decode(found) for found in re.findall(r'src="data:image/png;base64,([^"]+)"', words(app))]


def pngs(pixels: Any) -> list[bytes]:
    """[N, C, H, W] as the page shows them."""
    return [to_png(one) for one in pixels]


def table(app: AppTest) -> dict[str, list[tuple[bool, str]]]:
    """The measures: whether each is marked, and its text, by the title of the row."""
    rows = re.findall(r"<tr><th title=[^>]*>(.+?)</th>(.+?)</tr>", words(app))
    cells = {title: re.findall(r'<td class="(\w*)" [^>]*>(.*?)</td>', body) for title, body in rows}
    return {
        re.split(" [↓↑]? ?<", title)[0]: [(kind == "better", re.sub("<.*?>", "", text)) for kind, text in own]
        for title, own in cells.items()
    }


def maps(app: AppTest) -> dict[str, dict[str, Any]]:
    """What each map component was given, by the run that it names."""
    found = {}
    for part in app.get("bidi_component"):
        if part.proto.component_name != "latent_map":
            continue
        content = part.proto.json or part.proto.bytes[4 : 4 + struct.unpack_from("<I", part.proto.bytes)[0]]
        data = json.loads(content)
        found[re.findall(r" by (.+);", data["alt"])[0]] = data
    return found


def test_one_of_the_same_images_is_suggested(deep: Run, colour: Run) -> None:
    app = open_compare()
    assert app.multiselect[0].value == ["deep"]


def test_alone_it_says_what_to_do(trained: Run) -> None:
    app = open_compare()
    assert "Choose one to three other models" in words(app)
    assert not app.segmented_control


def test_a_link_brings_the_runs_back_and_one_that_went_is_left_out(deep: Run, twin: Run) -> None:
    assert open_compare(beside=["twin", "deep"]).multiselect[0].value == ["twin", "deep"]
    shutil.rmtree(deep.path)
    assert open_compare(beside=["twin", "deep"]).multiselect[0].value == ["twin"]


def test_the_run_of_the_picker_is_not_beside_itself(deep: Run, twin: Run) -> None:
    app = open_compare(beside=["twin", "deep"])
    app.selectbox[0].set_value("twin").run()
    assert not app.exception
    assert app.multiselect[0].value == ["deep"]
    assert "tiny" in app.multiselect[0].options


def test_no_more_than_four(trained: Run, deep: Run, twin: Run) -> None:
    for i in range(3):
        shutil.copytree(twin.path, twin.path.with_name(f"copy-{i}"))
    app = open_compare(beside=["deep", "twin", "copy-0"])
    assert app.multiselect[0].max_selections == 3
    assert len(next(iter(table(app).values()))) == 4
    assert "copy-0" in words(app)


def test_the_same_images_are_reconstructed_by_each(trained: Run, deep: Run) -> None:
    app = open_compare(beside=["deep"])
    shown = pictures(app)
    assert len(shown) == 36
    originals = {picture: i for i, picture in enumerate(pngs(load_digits("test", None).pixels))}
    numbers = [originals[picture] for picture in shown[:12]]
    assert shown[12:24] == pngs(decode(load_run(trained), latents_of(load_run(trained)).mu[numbers]))
    assert shown[24:] == pngs(decode(load_run(deep), latents_of(load_run(deep)).mu[numbers]))
    mse = significant(float(latents_of(load_run(deep)).values.mse[numbers].mean(dtype=np.float64)))
    assert f"MSE {mse}" in words(app)
    next(button for button in app.button if button.label == "Other images").click().run()
    assert pictures(app)[:12] != shown[:12]


def test_the_better_measure_is_marked(trained: Run, deep: Run) -> None:
    found = table(open_compare(beside=["deep"]))
    nats = [float(latents_of(load_run(run)).values.elbo_nats.mean(dtype=np.float64)) for run in (trained, deep)]
    assert [text for _, text in found["ELBO"]] == [significant(value) for value in nats]
    assert [better for better, _ in found["ELBO"]] == [nats[0] > nats[1], nats[1] > nats[0]]
    assert not any(better for better, _ in found["KL"] + found["Active units"])


def test_measures_that_were_taken_are_read_and_the_others_named(trained: Run, deep: Run) -> None:
    app = open_compare(beside=["deep"])
    assert "NLL" not in table(app)
    assert re.search("Not measured yet: NLL.*The Diagnose page", words(app))
    assert "Bits per dimension" in table(app)
    taken = {"nll": Measured(43.2, 360, 0.1, 5000), "ssim": absent("The images are too small.")}
    write_measures(load_run(trained), "test", {**taken, "kl-per-dim": Measured((1.0, 2.0), 360)})
    app = open_compare(beside=["deep"])
    assert table(app)["NLL"] == [(False, "43.2"), (False, "not measured")]
    assert table(app)["SSIM"][0] == (False, "none")
    assert "KL per dimension" not in words(app)
    assert "The images are too small." in words(app)
    assert "360 images, standard error 0.100, 5,000 draws of z each" in words(app)
    write_measures(load_run(deep), "test", {"nll": Measured(42.0, 360, 0.1, 5000)})
    assert table(open_compare(beside=["deep"]))["NLL"] == [(False, "43.2"), (True, "42.0")]
    for other in (Measured(42.0, 360, 0.1, 50), Measured(42.0, 100, 0.1, 5000)):  # another K, other images
        write_measures(load_run(deep), "test", {"nll": other})
        assert table(open_compare(beside=["deep"]))["NLL"] == [(False, "43.2"), (False, "42.0")]


def test_the_walk_from_the_prior_is_the_same_z_for_all(trained: Run, twin: Run) -> None:
    app = open_compare(beside=["twin"], view="Walk")
    app.segmented_control(key="compare-walk").set_value("Between two draws of the prior").run()
    assert not app.exception
    z = prior_arc(2, 12, 0)
    assert pictures(app) == pngs(decode(load_run(trained), z)) + pngs(decode(load_run(twin), z))


def test_latent_sizes_that_differ_leave_the_walk_between_images(trained: Run, deep: Run) -> None:
    app = open_compare(beside=["deep"], view="Walk")
    assert "Latent sizes differ (A 2, B 3)" in words(app)
    assert "compare-walk" not in [control.key for control in app.segmented_control]
    shown = pictures(app)
    originals = pngs(load_digits("test", None).pixels)
    ends = [originals.index(picture) for picture in shown[:2]]
    for run, row in ((trained, shown[2:14]), (deep, shown[14:])):
        assert [row[0], row[-1]] == pngs(decode(load_run(run), latents_of(load_run(run)).mu[ends]))


def test_what_is_selected_on_one_map_is_selected_on_all(trained: Run, deep: Run) -> None:
    app = open_compare(beside=["deep"], view="Maps")
    assert {name: data["selection"] for name, data in maps(app).items()} == {"tiny": None, "deep": None}
    before = {name: data["stamp"] for name, data in maps(app).items()}
    images = load_run(trained).data.fingerprint_test
    app.session_state[state.COMPARE_MARKS] = {images: state.Marks(marked=7, selected=np.array([3, 5]))}
    app.session_state[state.COMPARE_STAMPS] = {"tiny": 1}
    app.run()
    wanted = pack(np.isin(np.arange(360), [3, 5]))
    assert {(data["marked"], data["selection"]) for data in maps(app).values()} == {(7, wanted)}
    after = {name: data["stamp"] - before[name] for name, data in maps(app).items()}
    assert after == {"tiny": 0, "deep": 1}  # the hand's own map is not moved
    assert pictures(app)[:3] == pngs(load_digits("test", None).pixels[[7, 3, 5]])


def test_the_curves_are_those_of_the_runs(trained: Run, deep: Run) -> None:
    app = open_compare(beside=["deep"], view="Curves")
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    assert {trace["name"] for trace in drawn} == {"A tiny", "B deep"}


@pytest.mark.parametrize("view", ["Images", "Walk", "Maps", "Curves"])
def test_other_images_are_shown_apart_and_nothing_is_marked(trained: Run, colour: Run, view: str) -> None:
    app = open_compare(beside=["colour"], view=view)
    assert "The test images are not the same" in words(app)
    assert not any(better for row in table(app).values() for better, _ in row)
    if view == "Maps":
        app.session_state[state.COMPARE_MARKS] = {
            load_run(trained).data.fingerprint_test: state.Marks(selected=np.array([300]))
        }
        app.run()
        assert not app.exception
        assert maps(app)["colour"]["selection"] is None


def test_an_autoencoder_has_no_elbo_and_no_prior(trained: Run) -> None:
    train_new(tiny_config(model="ae"), "plain", lambda _: None, lambda: False)
    app = open_compare(beside=["plain"], view="Walk")
    assert "plain is a plain autoencoder" in words(app)
    assert [text for _, text in table(app)["ELBO"]][1] == "none"
    assert [text for _, text in table(app)["MSE"]][1] != "none"
    app.segmented_control(key="compare-walk").set_value("Between two draws of the prior").run()
    assert "plain has no prior" in words(app)


def test_a_class_conditional_model_is_told_the_classes(trained: Run) -> None:
    told = train_new(tiny_config(model="cvae"), "told", lambda _: None, lambda: False)
    app = open_compare(beside=["told"])
    assert "told is given the class of each image" in words(app)
    assert not any(better for better, _ in table(app)["ELBO"])
    shown, data, latents = pictures(app), load_digits("test", None), latents_of(load_run(told))
    assert data.labels is not None
    originals = pngs(data.pixels)
    numbers = np.array([originals.index(picture) for picture in shown[:12]])
    assert shown[24:] == pngs(decode(load_run(told), codes(load_run(told), latents.mu[numbers], data.labels[numbers])))
    app.segmented_control(key="view").set_value("Walk").run()
    app.segmented_control(key="compare-walk").set_value("Between two draws of the prior").run()
    assert "told draws class 0." in words(app)
    z = prior_arc(2, 12, 0)
    assert pictures(app) == pngs(decode(load_run(trained), z)) + pngs(
        decode(load_run(told), codes(load_run(told), z, np.zeros(12, np.int64)))
    )


def test_a_damaged_run_is_a_sentence(trained: Run, deep: Run) -> None:
    (deep.path / "weights.safetensors").write_bytes(b"broken")
    assert "checksum does not match" in open_compare(beside=["deep"]).warning[0].value


def test_of_several_seeds_the_table_has_mean_and_deviation(trained: Run) -> None:
    other = train_new(tiny_config(epochs=2, seed=1), "other-seed", lambda _: None, lambda: False)
    nats = [float(latents_of(load_run(run)).values.elbo_nats.mean(dtype=np.float64)) for run in (trained, other)]
    at = open_compare(beside=["other-seed"])
    assert [text for _, text in table(at)["ELBO"]] == [significant(value) for value in nats]  # nothing is measured yet
    assert "trainings that differ in the seed" not in words(at)
    for run in (trained, other):
        measured(load_run(run), ["elbo"])
    said = f"{significant(float(np.mean(nats)))} ± {significant(float(np.std(nats, ddof=1)), 2)}"
    at = open_compare(beside=["other-seed"])
    assert [re.sub("<.*?>", "", text) for _, text in table(at)["ELBO"]] == [said, said]
    assert [better for better, _ in table(at)["ELBO"]] == [False, False]
    assert "A: mean ± standard deviation over 2 trainings that differ in the seed alone." in words(at)
