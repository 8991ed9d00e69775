"""Densities as a run keeps them: once, for its weights alone, of training codes where there are any."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import SHIPPED_RUNS, settings
from explorer.inference.densities import kept
from explorer.inference.densities.codes_to_fit import codes_to_fit
from explorer.inference.densities.drawing import SOURCES, draw_codes
from explorer.inference.densities.fitted_density import FittedDensity, fitted
from explorer.inference.densities.kept import density_of, kept_density
from explorer.inference.latent_space.latent_codes import class_count, prior_codes
from explorer.inference.latents import latents_of as of_split
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.helpers import replace_weights


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the densities that are fitted."""
    made: list[str] = []

    def noted(name: str, *of: Any) -> FittedDensity:
        made.append(name)
        return fitted(name, *of)

    monkeypatch.setattr(kept, "fitted", noted)
    return made


def test_it_is_fitted_once_for_each_weights(trained: Run, fits: list[str]) -> None:
    run = load_run(trained)
    first = density_of(run, "gmm")
    assert density_of(run, "gmm").held_out_nats == first.held_out_nats
    assert fits == ["gmm"]
    replace_weights(trained)
    assert kept_density(load_run(trained), "gmm") is None
    assert density_of(load_run(trained), "gmm").held_out_nats != first.held_out_nats
    assert fits == ["gmm", "gmm"]


def test_a_damaged_one_and_one_of_another_version_are_fitted_again(
    trained: Run, fits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load_run(trained)
    density_of(run, "kde")
    file = trained.path / "densities" / "kde.npz"
    file.write_bytes(file.read_bytes()[:-100])
    density_of(run, "kde")
    monkeypatch.setattr(kept, "VERSION", kept.VERSION + 1)
    density_of(run, "kde")
    assert fits == ["kde"] * 3


def test_codes_are_of_the_training_images_kept_or_encoded_and_else_of_the_test_images(
    trained: Run, fits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load_run(trained)
    encoded = codes_to_fit(run)
    assert (encoded.split, len(encoded.mu), encoded.classes) == ("train", 1437, 1)
    np.testing.assert_allclose(np.sort(encoded.mu, 0), np.sort(of_split(run, "train").mu, 0), atol=1e-5)
    monkeypatch.setattr("explorer.inference.densities.codes_to_fit.originals", lambda run, split: None)
    assert codes_to_fit(run).split == "train"  # its latents are kept by now
    (trained.path / "latents" / "train.npz").unlink()
    assert (codes_to_fit(run).split, len(codes_to_fit(run).mu)) == ("test", 360)
    assert density_of(run, "gmm").split == density_of(run, "gmm").split == "test"
    monkeypatch.undo()
    assert density_of(run, "gmm").split == "train"


def test_what_is_made_of_a_shipped_run_lies_in_the_runs_root(runs_root: Path) -> None:
    run = load_run(Run(SHIPPED_RUNS / "digits-2d"))
    shipped = kept_density(run, "gmm")
    assert shipped is not None
    assert density_of(run, "gmm").held_out_nats == shipped.held_out_nats
    kept.write_density(run, shipped)
    assert (settings().runs / ".shipped" / "digits-2d" / "densities" / "gmm.npz").is_file()


def test_classes_are_drawn_in_turn_as_from_the_prior(runs_root: Path) -> None:
    shutil.copytree(SHIPPED_RUNS / "mnist-m2", runs_root / "classes")
    run = load_run(Run(runs_root / "classes"))
    n = class_count(run)
    drawn = draw_codes(run, "kde", 25, seed=0)
    np.testing.assert_array_equal(drawn[:, -n:], prior_codes(run, 25, seed=0)[:, -n:])
    density = kept_density(run, "kde")
    assert density is not None
    assert density.classes == n


def test_the_prior_is_one_of_the_sources_and_unknown_ones_are_refused(trained: Run) -> None:
    run = load_run(trained)
    assert SOURCES[0] == "prior"
    np.testing.assert_array_equal(draw_codes(run, "prior", 5, 0.7, 3), prior_codes(run, 5, 0.7, 3))
    with pytest.raises(ExplorerError, match=r"Nothing is drawn from .priors.\. Did you mean .prior."):
        draw_codes(run, "priors", 5)
    with pytest.raises(ExplorerError, match="There is no density 'vae'"):
        density_of(run, "vae")
