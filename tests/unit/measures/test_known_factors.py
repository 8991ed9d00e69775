"""What counts as a factor, and measures of a visitor's own ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.datasets.columns import Column
from explorer.datasets.datasets import Images, load_shapes
from explorer.measures.known_factors import CUT_LEVELS, factor_columns, known_factors
from explorer.measures.registry import MEASURES
from explorer.measures.run_measures import kept_measures, measured
from explorer.runs.loaded_run import load_run
from explorer.training.train_run import train_new
from tests.helpers import tiny_config

N = 1000
RNG = np.random.default_rng(0)


def numbers(title: str, values: object) -> Column:
    """A column of numbers."""
    return Column(title, np.asarray(values, np.float64))


def test_drawn_factors_are_ordered_but_for_the_shape() -> None:
    images = load_shapes("test", None)
    found = known_factors(factor_columns(images, "shapes"))
    assert found is not None
    assert found.names == ("shape", "scale", "rotation", "x", "y")
    assert found.categorical == (True, False, False, False, False)
    np.testing.assert_array_equal(found.levels, images.factors)


def test_many_values_are_cut_into_ranges_and_kept_as_they_are_for_lines() -> None:
    age = RNG.exponential(size=N)
    found = known_factors([numbers("age", age), numbers("steps", np.arange(N) % 50)])
    assert found is not None
    np.testing.assert_array_equal(found.values[:, 0], age)
    np.testing.assert_array_equal(np.bincount(found.levels[:, 0]), np.full(CUT_LEVELS, N // CUT_LEVELS))
    few = known_factors([numbers("age", age[:100])])
    assert few is not None
    assert np.bincount(few.levels[:, 0]).tolist() == [50, 50]
    assert (np.diff(found.levels[age.argsort(), 0]) >= 0).all()
    assert found.levels[:, 1].max() == 49


def test_texts_and_numbers_of_two_values_are_categories() -> None:
    kinds = Column("kind", np.arange(N) % 3, ("a", "b", "c"))
    found = known_factors([kinds, numbers("smiling", np.where(np.arange(N) % 2, -1, 1))])
    assert found is not None
    assert found.categorical == (True, True)
    assert found.levels[:4, 1].tolist() == [1, 0, 1, 0]


def test_what_lacks_values_counts_images_or_does_not_vary_is_no_factor() -> None:
    holes = np.where(np.arange(N) % 4, np.arange(N) % 7, np.nan)
    few = np.where(np.arange(N) % 20, np.arange(N) % 7, np.nan)
    columns = [
        numbers("holes", holes), numbers("few holes", few), numbers("id", RNG.permutation(N)),
        numbers("constant", np.ones(N)),
        Column("place", np.where(np.arange(N) == 1, -1, np.arange(N) % 5), tuple("abcde")),
    ]  # fmt: skip
    found = known_factors(columns)
    assert found is not None
    assert found.names == ("few holes", "place")
    assert len(found) == N - N // 20 - 1
    assert 1 not in found.rows
    assert not np.isnan(found.values).any()
    assert known_factors([numbers("constant", np.ones(N))]) is None
    assert known_factors([numbers("holes", holes)]) is None
    assert known_factors([]) is None


def test_of_files_of_arrays_the_columns_named_as_factors_count() -> None:
    columns = (numbers("age", np.arange(N) % 9), numbers("other", np.arange(N)))
    images = Images(np.zeros((N, 1, 4, 4), np.uint8), None, (), factor_names=("age",), columns=columns)
    assert [column.title for column in factor_columns(images, "arrays:x.npz")] == ["age"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Grey pictures of a brightness and a side that ``metadata.csv`` tells."""
    folder, lines = tmp_path / "pictures", ["file,brightness,side"]
    folder.mkdir()
    for i in range(160):
        brightness, side = int(RNG.integers(60, 256)), ("left", "right")[i % 2]
        pixels = np.zeros((8, 8), np.uint8)
        pixels[:, slice(4) if side == "left" else slice(4, 8)] = brightness
        pixels[0, 0] = i
        Image.fromarray(pixels).save(folder / f"{i}.png")
        lines.append(f"{i}.png,{brightness},{side}")
    (folder / "metadata.csv").write_text("\n".join(lines))
    return folder


@pytest.mark.usefixtures("runs_root")
def test_columns_beside_a_folder_s_images_are_factors(folder: Path) -> None:
    names = [name for name, spec in MEASURES.items() if "factors" in spec.needs]
    run = load_run(train_new(tiny_config(dataset=f"folder:{folder}", epochs=30), "own", lambda _: None, lambda: False))
    found = measured(run, names, split="train")
    assert {name: one.absent for name, one in found.items() if one.absent} == {}
    assert list(found["dci-disentanglement"].by_factor) == ["brightness", "side"]
    (told,) = found["dci-informativeness"].values
    assert told > 0.5  # two dimensions hold a brightness and a side
    assert found["sap"].n == run.data.n_train
    assert found["sap"] == kept_measures(run, "train")["sap"]
    (folder / "metadata.csv").write_text("")
    assert "metadata.csv is empty" in measured(run, ["mig"])["mig"].absent
