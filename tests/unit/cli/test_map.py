"""``map`` and ``reconstruct --map`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image

from explorer.cli.main import main
from explorer.images.image_io import to_png
from explorer.inference.latents import originals
from explorer.maps.fits.projections import kept_map, mapped
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.helpers import digit_picture, photo

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("trained")
MEASURES = {"trustworthiness", "neighbour_preservation", "knn_map", "knn_mu"}
FIELDS = {"method", "n", "seconds", "absent", "file", "likelihood"} | MEASURES | {f"{name}_stderr" for name in MEASURES}


def done(capsys: Capture, *arguments: str) -> dict[str, Any]:
    """The JSON object of a command that succeeds."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def refused(capsys: Capture, *arguments: str) -> str:
    """The sentence that a command ends with."""
    assert main(arguments) == 2
    return capsys.readouterr().err


def test_map(trained: Run, capsys: Capture) -> None:
    result = done(capsys, "map", "tiny", "--method", "pca")
    assert set(result) == FIELDS
    assert (result["method"], result["n"]) == ("pca", 360)
    assert 0.5 < result["trustworthiness"] <= 1
    assert 0 < result["neighbour_preservation"] <= 1
    assert 0 < result["knn_map"] <= result["knn_mu"] + 0.05
    assert Path(result["file"]).is_relative_to(trained.path)
    with np.load(result["file"]) as file:
        assert file["points"].shape == (360, 2)


def test_options_and_splits_are_kept_apart(capsys: Capture) -> None:
    first = done(capsys, "map", "tiny")
    other = done(capsys, "map", "tiny", "--perplexity", "8", "--seed", "3", "--metric", "cosine", "--exaggeration", "2")
    both = done(capsys, "map", "tiny", "--method", "latent", "--dims", "1,0", "--split", "all")
    assert (first["n"], other["n"], both["n"]) == (360, 360, 1797)
    assert len({first["file"], other["file"], both["file"]}) == 3
    again = done(capsys, "map", "tiny")
    assert again["seconds"] < first["seconds"]
    assert {**again, "seconds": 0} == {**first, "seconds": 0}


def test_a_table_of_all_points(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "new" / "map.parquet"
    assert done(capsys, "map", "tiny", "--method", "pca", "--split", "all", "--out", str(target))["file"] == str(target)
    table = pyarrow.parquet.read_table(target).to_pydict()
    latents, projection = mapped(load_run(trained), "all"), kept_map(load_run(trained), "pca", split="all")
    assert projection is not None
    assert latents.labels is not None
    assert table["split"] == ["train"] * 1437 + ["test"] * 360
    assert table["index"] == [*range(1437), *range(360)]
    np.testing.assert_array_equal(np.stack([table["x"], table["y"]], 1).astype(np.float32), projection.points)
    assert table["class"] == [latents.classes[i] for i in latents.labels]
    np.testing.assert_array_equal(np.array(table["mu_1"], np.float32), latents.mu[:, 1])
    np.testing.assert_allclose(table["kl_nats"], latents.values.kl_nats.sum(1), rtol=1e-6)


def test_a_picture_of_the_map(tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "map.PNG"
    done(capsys, "map", "tiny", "--method", "pca", "--out", str(target))
    with Image.open(target) as picture:
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    assert len({tuple(pixel) for pixel in pixels[(pixels < 200).any(1)]}) >= 10  # ten classes
    assert (pixels == 255).all(1).mean() > 0.5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--method", "umap2"], "There is no map method 'umap2'."),
        (["--perplexity", "0"], "The perplexity is 0."),
        (["--metric", "far"], "There is no metric 'far'."),
        (["--method", "latent", "--dims", "0,2"], "There is no latent dimension 2."),
        (["--out", "map.svg"], "A map cannot be written as 'map.svg'."),
    ],
)
def test_what_is_refused(arguments: list[str], sentence: str, trained: Run, capsys: Capture) -> None:
    assert sentence in refused(capsys, "map", "tiny", *arguments)
    assert not list((trained.path / "maps").glob("*.npz"))


def test_too_few_images_for_the_perplexity_are_said(capsys: Capture) -> None:
    assert main(["map", "tiny", "--perplexity", "200"]) == 0
    assert "The perplexity was lowered from 200 to 120: there are only 360 images." in capsys.readouterr().out
    assert main(["map", "tiny", "--method", "pca", "--perplexity", "200"]) == 0
    assert "lowered" not in capsys.readouterr().out


def test_a_sample_is_kept_apart_and_told_from_the_whole(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "map.parquet"
    arguments = ("map", "tiny", "--method", "pca", "--split", "all")
    some = done(capsys, *arguments, "--sample", "100")
    assert (some["n"], set(some)) == (100, FIELDS)
    assert len({done(capsys, *arguments, *more)["file"] for more in ((), ("--sample", "100", "--seed", "1"))}) == 2
    done(capsys, *arguments, "--sample", "100", "--out", str(target))
    table = pyarrow.parquet.read_table(target).to_pydict()
    assert np.bincount(table["label"]).tolist() == [10] * 10
    for split in ("train", "test"):
        mine = [i for i, name in enumerate(table["split"]) if name == split]
        whole, indices = mapped(load_run(trained), split), np.array(table["index"])[mine]
        np.testing.assert_array_equal(np.array(table["mu_0"], np.float32)[mine], whole.mu[indices, 0])
    assert main(["map", "tiny", "--sample", "60"]) == 0
    assert "60 of 360 posterior means" in (said := capsys.readouterr().out)
    assert "there are only 60 images" in said
    assert "The sample is 3." in refused(capsys, "map", "tiny", "--sample", "3")


def test_dims_that_are_no_pair(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["map", "tiny", "--dims", "1"])
    assert "is no pair of dimensions" in capsys.readouterr().err


def test_an_image_of_the_split_is_placed_on_its_own_point(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    images = originals(load_run(trained))
    assert images is not None
    digit_picture().save(tmp_path / "drawn.png")
    (tmp_path / "own.png").write_bytes(to_png(images.pixels[17]))
    files = [str(tmp_path / "own.png"), str(tmp_path / "drawn.png")]
    own, drawn = (row["place"] for row in done(capsys, "reconstruct", "tiny", *files, "--map", "pca")["images"])
    assert set(own) == set(drawn) == {"x", "y", "confidence", "neighbours"}
    assert len(drawn["neighbours"]) == 12
    projection = kept_map(load_run(trained), "pca")  # made by the way
    assert projection is not None
    reached = np.linalg.norm(projection.points - (own["x"], own["y"]), axis=1)
    assert 17 in reached.argsort()[:30]  # preparing an upload moves and scales it a little


def test_without_map_there_is_no_place(tmp_path: Path, capsys: Capture) -> None:
    digit_picture().save(tmp_path / "x.png")
    assert "place" not in done(capsys, "reconstruct", "tiny", str(tmp_path / "x.png"))["images"][0]
    assert "There is no map method 'x'" in refused(capsys, "reconstruct", "tiny", str(tmp_path / "x.png"), "--map", "x")


def test_noise_is_said_to_be_off_the_map(tmp_path: Path, capsys: Capture) -> None:
    photo(0, (8, 8)).save(tmp_path / "noise.png")
    assert main(["reconstruct", "digits-2d", str(tmp_path / "noise.png"), "--map", "tsne"]) == 0
    assert "off the map" in capsys.readouterr().out
