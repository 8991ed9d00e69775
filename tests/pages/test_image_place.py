"""Where an upload lands on the map, without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.datasets.datasets import load_digits
from explorer.images.image_io import Pixels
from explorer.inference.latents import latents_of, write_npz
from explorer.maps.fits.projections import kept_map, map_file
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.ui.common import cached, state
from tests.helpers import encoded
from tests.pages.page import open_page, shown_map, upload, words

SIDE = 8
CLEAR = (1, 3, 12)  # a four, a six and a nought that two dimensions keep apart from other digits


@pytest.fixture
def digits(shipped_root: Path, runs_root: Path) -> Run:
    """The shipped model of digits with its kept t-SNE, free to be altered."""
    return Run(shutil.copytree(SHIPPED_RUNS / "digits-2d", runs_root / "digits"))


def landed(pixels: Pixels) -> AppTest:
    """The page after grey pixels [1, H, W] were uploaded."""
    return upload(open_page("image", {"tab": "On the map"}), "mine.png", encoded(Image.fromarray(pixels[0])))


def noise() -> Pixels:
    """What is no digit."""
    return np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE), np.uint8)


@pytest.mark.parametrize("index", CLEAR)
def test_a_test_digit_stands_on_its_own_point_among_its_class(digits: Run, index: int) -> None:
    images, latents, tsne = load_digits("test", None), latents_of(load_run(digits)), kept_map(load_run(digits), "tsne")
    assert images.labels is not None
    assert tsne is not None
    app = landed(images.pixels[index])
    given = shown_map(app)
    image = given["out_of_sample"]
    assert given["points"]["method"] == "tsne"
    assert (image["x"], image["y"]) == pytest.approx(tsne.points[index].tolist(), abs=0.1)
    assert not image["off_map"]
    assert image["neighbours"] == latents.nearest(latents.mu[index], 12)[0].tolist()
    assert (images.labels[image["neighbours"]] == images.labels[index]).mean() > 0.5
    around = round(12 * image["confidence"])
    assert f"**{around} of its 12 nearest** in latent space are among the 50 nearest here" in words(app)
    assert "**12 nearest test images** · originals" in words(app)


def test_noise_is_called_off_the_map(digits: Run) -> None:
    app = landed(noise())
    image = shown_map(app)["out_of_sample"]
    assert image["off_map"]
    assert image["confidence"] == 0
    assert "**Off the map.**" in words(app)
    assert "its spot is only that of the nearest ones" in words(app)
    assert "of its 12 nearest**" not in words(app)


def test_without_a_kept_tsne_the_pca_is_shown_and_nothing_is_fitted(digits: Run) -> None:
    (digits.path / map_file("tsne")).unlink()
    app = landed(load_digits("test", None).pixels[0])
    assert shown_map(app)["points"]["method"] == "pca"
    assert "There is no t-SNE of this model yet: the Map page makes one." in words(app)
    assert [path.name for path in (digits.path / "maps").iterdir()] == [Path(map_file("pca")).name]


def test_off_a_pca_the_spot_is_where_the_axes_put_it(digits: Run) -> None:
    (digits.path / map_file("tsne")).unlink()
    assert "its spot is only where its μ falls on these two axes" in words(landed(noise()))


def test_a_run_that_takes_no_files_has_a_place_all_the_same(digits: Run) -> None:
    shutil.rmtree(digits.path / "maps")
    (digits.path / "maps").write_bytes(b"in the way")
    app = landed(load_digits("test", None).pixels[0])
    assert not app.warning
    assert shown_map(app)["out_of_sample"]["neighbours"][0] == 0


def test_without_the_data_everything_is_decoded_and_says_so(digits: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    app = landed(load_digits("test", None).pixels[0])
    assert shown_map(app)["sheets"]["source"] == "decoded"
    assert "decoded (originals not here)" in words(app)


def test_a_collapsed_model_has_no_map_and_the_rest_of_the_page_stays(digits: Run) -> None:
    shutil.rmtree(digits.path / "maps")
    values = latents_of(load_run(digits)).values
    constant = {"mu": np.zeros_like(values.mu), "logvar": values.logvar, "mse": values.mse}
    others = {
        "reconstruction_nats": values.reconstruction_nats,
        "weights": np.array(digits.status().weights_sha256),
    }
    write_npz(load_run(digits), "latents/test.npz", {**constant, **others})
    app = landed(load_digits("test", None).pixels[0])
    assert ["same posterior mean" in warning.value for warning in app.warning] == [True]
    assert "**12 nearest test images**" in words(app)
    assert "decoded from its mean" in words(app)


def test_what_is_marked_on_the_map_page_is_not_marked_here(digits: Run) -> None:
    of = (digits.name, "test")
    before = {state.MAP_POINT: {of: 17}, state.MAP_SELECTION: {of: np.array([1, 2], np.int64)}}
    app = open_page("image", {"tab": "On the map"}, before)
    given = shown_map(app)
    assert (given["marked"], given["selection"], given["neighbours"]["of"]) == (None, None, None)
