"""The small picture of a run: the plane of two dimensions, draws of the prior, test images, or a grey tile."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.inference.pictures.small_picture import GREY, PLANE_SIDE, SIDE, TILE_SIDE, codes_of, run_picture
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.helpers import replace_weights
from tests.imported_runs import latents_run


def opened(png: bytes) -> Image.Image:
    """The picture."""
    return Image.open(io.BytesIO(png))


@pytest.mark.parametrize(("name", "mode"), [("digits-2d", "L"), ("mnist-cvae-8d", "L"), ("emoji-32d", "RGB")])
def test_shipped_runs_have_small_pictures(name: str, mode: str) -> None:
    picture = opened(run_picture(load_run(Run(SHIPPED_RUNS / name))))
    assert picture.mode == mode
    assert SIDE // 3 <= max(picture.size) <= SIDE
    assert np.asarray(picture).std() > 10
    assert run_picture(load_run(Run(SHIPPED_RUNS / name))) == run_picture(load_run(Run(SHIPPED_RUNS / name)))


def test_two_dimensions_are_a_plane_and_more_are_draws() -> None:
    assert codes_of(load_run(Run(SHIPPED_RUNS / "mnist-2d"))).shape == (PLANE_SIDE**2, 2)
    assert codes_of(load_run(Run(SHIPPED_RUNS / "mnist-16d"))).shape == (TILE_SIDE**2, 16)
    points = codes_of(load_run(Run(SHIPPED_RUNS / "mnist-ae-2d")))
    assert np.abs(points).max() > 3, "the range of the codes of a model without a prior"


def test_latents_alone_have_their_images_or_a_grey_tile(runs_root: Path) -> None:
    with_images, without = latents_run("seen", images=True), latents_run("bare", images=False)
    assert np.asarray(opened(run_picture(load_run(with_images)))).std() > 10
    assert set(np.unique(np.asarray(opened(run_picture(load_run(without)))))) == {GREY}


def test_other_weights_have_another_picture(trained: Run) -> None:
    before = run_picture(load_run(trained))
    replace_weights(trained)
    assert run_picture(load_run(trained)) != before
