"""The images that an imported run is seen with: what it records of them, and finds again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.datasets.datasets import DATASETS
from explorer.datasets.model_shape import load_as
from explorer.importing.importer import data_facts
from explorer.inference.latents import latents_of, originals
from explorer.runs.loaded_run import load_run
from tests.helpers import write_folder
from tests.imported_runs import imported_run

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 16, 16), (3, 12, 12), (1, 6, 10)])
def test_a_run_finds_the_images_again_at_its_shape(shape: tuple[int, int, int]) -> None:
    facts, note = data_facts("digits", shape)
    assert facts.shape == shape
    assert (facts.n_train, facts.n_test) == (1437, 360)
    assert (note == "") == (shape == (1, 8, 8))
    run = load_run(imported_run("digits", facts, shape=shape))
    found = originals(run)
    assert found is not None
    assert np.array_equal(found.pixels, load_as(DATASETS["digits"], "test", shape).pixels)
    assert latents_of(run).mu.shape == (360, 3)


def test_a_folder_is_found_again_as_it_was_divided(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "pictures", [f"{i}.png" for i in range(40)])
    facts, _ = data_facts(f"folder:{folder}", (3, 16, 16))
    run = load_run(imported_run("pictures", facts, shape=(3, 16, 16)))
    found = originals(run)
    assert found is not None
    assert len(found) == facts.n_test > 0
    assert latents_of(run).mu.shape == (facts.n_test, 3)


def test_without_a_data_set_there_are_none(runs_root: Path) -> None:
    facts, note = data_facts(None, (1, 8, 8))
    assert (facts.name, facts.n_test, note) == ("", 0, "")
    run = load_run(imported_run("bare", facts))
    assert originals(run) is None
    with pytest.raises(ExplorerError, match="bare came without images"):
        latents_of(run)
