from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.inference.latents import Latents
from explorer.inference.likelihood.evaluation import PerImage
from explorer.measures.comparison import (
    basis_of,
    best,
    differences,
    groups,
    has_prior,
    known_measures,
    same_images,
    same_nats,
    same_pixels,
    stratified_numbers,
    two_unlike,
)
from explorer.measures.measured_value import Measured, absent
from explorer.measures.registry import MEASURES
from explorer.measures.run_measures import write_measures
from explorer.runs.loaded_run import LoadedRun, load_run
from explorer.runs.records import DataFacts, ModelFacts, RunConfig, Status
from explorer.runs.run import Run
from models import MODELS

Make = Callable[..., LoadedRun]
# Three images, two dimensions of which the first moves.
LATENTS = Latents(
    PerImage(
        mu=np.array([[-1, 0], [0, 0], [1, 0]], np.float32),
        logvar=np.zeros((3, 2), np.float32),
        reconstruction_nats=np.array([-14, -15, -16], np.float32),
        kl_nats=np.array([[3, 0], [2, 1], [1, 2]], np.float32),
        mse=np.array([0.1, 0.2, 0.3], np.float32),
    ),
    None,
    (),
)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes runs that have only a config."""

    def run(
        run_name: str, model: str = "vae", likelihood: str = "bernoulli", binarise: str = "none", **data: Any
    ) -> LoadedRun:
        facts = DataFacts("mnist", (1, 28, 28), (), 10, 10, True, "train", "test")
        options = {"latent": 2, "likelihood": likelihood}
        training = {"dataset": "mnist", "model": model, "latent": 2, "binarise": binarise}
        made = Run(tmp_path / run_name)
        made.path.mkdir()
        made.write_status(Status("finished", weights_sha256=run_name))
        made.write_config(RunConfig(training, ModelFacts(model, options, model != "ae"), replace(facts, **data)))
        return load_run(made)

    return run


def test_a_run_that_was_chosen_by_the_test_images_says_so(make: Make) -> None:
    one, other = make("one"), make("other", n_validation=3)
    patient = [replace(run, config=replace(run.config, training={**run.config.training, "patience": 3}))
               for run in (one, other)]  # fmt: skip
    (sentence,) = differences(patient)
    assert sentence.startswith("one: Patience looked at the test images")


def names(found: list[list[LoadedRun]]) -> list[list[str]]:
    """The names of groups of runs."""
    return [[run.name for run in group] for group in found]


def test_runs_of_the_same_test_images_have_nothing_to_say(make: Make) -> None:
    assert differences([make("one"), make("two", model="conv-vae")]) == []


def test_other_images_are_named_with_their_size(make: Make) -> None:
    runs = [make("one"), make("other", name="digits", shape=(1, 8, 8), fingerprint_test="else"), make("two")]
    (sentence,) = differences(runs)
    assert "(mnist, 28 x 28 and digits, 8 x 8)" in sentence
    assert names(groups(runs, same_images)) == [["one", "two"], ["other"]]


def test_nats_are_compared_only_within_a_kind_of_likelihood(make: Make) -> None:
    runs = [make("one"), make("two", likelihood="gaussian"), make("three", likelihood="gaussian")]
    (sentence,) = differences(runs)
    assert "-ELBO is compared only" in sentence
    assert names(groups(runs, same_nats)) == [["one"], ["two", "three"]]
    assert names(groups(runs, same_pixels)) == [["one", "two", "three"]]


def test_binarised_pixels_are_other_pixels(make: Make) -> None:
    runs = [make("grey"), make("drawn", binarise="dynamic"), make("once", binarise="static")]
    (sentence,) = differences(runs)
    assert "binarised" in sentence
    assert names(groups(runs, same_pixels)) == [["grey"], ["drawn", "once"]]
    assert names(groups(runs, same_images)) == [["grey", "drawn", "once"]]


def test_a_model_that_is_told_the_class_has_other_nats(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "told", replace(MODELS["vae"], condition="class"))
    runs = [make("one"), make("two", model="told")]
    assert differences(runs) == [
        "two is given the class of each image, so its nats are of what is left: they are not compared."
    ]
    assert names(groups(runs, same_nats)) == [["one"], ["two"]]
    assert names(groups(runs, same_pixels)) == [["one", "two"]]
    assert differences([runs[1], make("three", model="told")]) == []


def test_an_autoencoder_has_no_elbo_and_it_is_said(make: Make) -> None:
    runs = [make("vae"), make("plain", model="ae")]
    assert [has_prior(run) for run in runs] == [True, False]
    assert differences(runs) == ["plain is a plain autoencoder: without a prior it has no KL and no ELBO."]
    found = known_measures(runs[1], LATENTS)
    assert {name for name, one in found.items() if one.absent} == {
        name for name, spec in MEASURES.items() if "prior" in spec.needs
    }
    assert "plain autoencoder" in found["elbo"].absent
    assert found["mse"].value == pytest.approx(0.2)


def test_latents_tell_what_was_not_measured(make: Make) -> None:
    run = make("one")
    found = known_measures(run, LATENTS)
    assert found["elbo"].value == pytest.approx(-15 - 3)
    assert found["elbo"].stderr == pytest.approx(1 / np.sqrt(3))
    assert found["bits-per-dim"].value == pytest.approx(18 / 784 / np.log(2))
    assert found["active-units"].absent == "It cannot be known from 3 images: it takes 5 or more."
    assert known_measures(run, LATENTS.at(np.array([0, 1, 2, 0, 1])))["active-units"] == Measured(1, 5)
    assert "nll" not in found
    write_measures(run, "test", {"elbo": Measured(-7.0, 3), "nll": Measured(6.0, 3, 0.5, 5000)})
    found = known_measures(run, LATENTS)
    assert (found["elbo"].value, found["nll"].value) == (-7, 6)  # what was measured comes first
    run.run.write_status(Status("finished", weights_sha256="others"))
    assert "nll" not in known_measures(load_run(run.run), LATENTS)


def test_only_likelihoods_depend_on_their_kind() -> None:
    kinds = {name: basis_of(spec) for name, spec in MEASURES.items()}
    assert {kinds[name] for name in ("elbo", "nll", "reconstruction", "bits-per-dim")} == {same_nats}
    assert {kinds[name] for name in ("mse", "psnr", "ssim", "knn-accuracy", "mig")} == {same_pixels}


@pytest.mark.parametrize(
    ("values", "stderr", "bases", "better", "marked"),
    [
        ([3.0, 2.0, 1.0], 0.1, "aab", "lower", [False, True, False]),
        ([3.0, 2.0, 1.0], 0.1, "aaa", "higher", [True, False, False]),
        ([3.0, 2.0], 0.1, "aa", "", [False, False]),
        ([3.0, 2.0], 0.1, "ab", "lower", [False, False]),
        ([105.6, 106.6], 0.4, "aa", "lower", [False, False]),  # 1.8 errors of the difference
        ([105.6, 106.8], 0.4, "aa", "lower", [True, False]),  # 2.1
        ([105.6, 106.6, 120.0], 0.4, "aaa", "lower", [True, True, False]),
        ([105.61, 105.64], None, "aa", "lower", [False, False]),  # they read the same
        ([None, 2.0], 0.1, "aa", "lower", [False, False]),
        ([None, 2.0, 31200.0], 0.1, "aaa", "higher", [False, False, True]),
        ([(1.0, 2.0), 2.0, 3.0], None, "aaa", "higher", [False, False, True]),
        ([4.0, 3.0, 2.0, 1.0], 0.1, "abab", "lower", [False, False, True, True]),
    ],
)
def test_what_is_better_by_more_than_two_errors_is_marked_among_those_that_can_be_compared(
    values: list[Any], stderr: float | None, bases: str, better: str, marked: list[bool]
) -> None:
    these = [absent("none") if value is None else Measured(value, 10, stderr) for value in values]
    assert best(these, list(bases), better) == marked


def test_a_sample_has_every_class_in_order() -> None:
    labels = np.tile(np.arange(10), 50)
    numbers = stratified_numbers(labels, 500, 12, seed=1)
    assert len(set(numbers)) == 12
    assert set(labels[numbers]) == set(range(10))
    assert (np.diff(labels[numbers]) >= 0).all()
    assert set(numbers) != set(stratified_numbers(labels, 500, 12, seed=2))
    assert len(stratified_numbers(None, 5, 12, seed=0)) == 5


def test_a_walk_leads_from_one_class_to_another() -> None:
    labels = np.array([0] * 9 + [1])
    for seed in range(10):
        first, second = two_unlike(labels, 10, seed)
        assert labels[first] != labels[second]
        one, other = two_unlike(np.zeros(3, np.int64), 3, seed)
        assert one != other
        assert len(set(two_unlike(None, 2, seed))) == 2
