"""The table of measures, what they are on a tiny run, and how a run keeps them."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from explorer.base.errors import ExplorerError
from explorer.base.files import read_json, write_json
from explorer.base.runtime_settings import PROJECT
from explorer.datasets.datasets import Images
from explorer.inference.densities.registry import DENSITIES
from explorer.inference.latents import originals
from explorer.inference.likelihood.evaluation import evaluate
from explorer.inference.likelihood.nll import ImportanceEstimates, importance_estimates
from explorer.measures import estimators as measuring
from explorer.measures import factor_measures as of_factors
from explorer.measures import feature_classifier, run_measures
from explorer.measures.bench import CLASSIFIERS, Bench, halves
from explorer.measures.diagnosis import caution
from explorer.measures.measured_value import Measured, averaged, share_of_hits
from explorer.measures.needs import NEEDS
from explorer.measures.registry import MEASURES, MeasureSpec, check_names, taken
from explorer.measures.run_measures import add_measure, kept_measures, measured, measures_file
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from models import VAE
from tests.helpers import replace_weights, tiny_config

CHEAP = ("elbo", "reconstruction", "kl", "rate", "distortion", "bits-per-dim", "active-units", "kl-per-dim")
SAMPLES = 20


@pytest.fixture
def bench(trained: Run) -> Bench:
    return Bench(load_run(trained), "test", SAMPLES)


def value(one: Measured) -> float:
    """The number of a measure that has one."""
    (number,) = one.values
    return number


def test_nll_of_a_subset_is_carried_to_all_images_by_its_gap_to_the_elbo(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = measuring.nll(bench)
    estimates = importance_estimates(bench.model, bench.images.pixels, SAMPLES, labels=bench.images.labels)
    assert whole.value == pytest.approx(-estimates.log_likelihood.mean(), abs=1e-9)
    assert whole.stderr == pytest.approx(estimates.log_likelihood.std(ddof=1) / math.sqrt(360), rel=1e-9)
    assert whole.effective_samples == pytest.approx(np.quantile(estimates.effective_samples, (0.05, 0.5)), rel=1e-6)
    chosen: list[NDArray[np.uint8]] = []

    def two_nats_above(_: VAE, pixels: NDArray[np.uint8], samples: int, **__: object) -> ImportanceEstimates:
        chosen.append(pixels)
        theirs = [np.flatnonzero((bench.images.pixels == one).all((1, 2, 3)))[0] for one in pixels]
        return ImportanceEstimates(bench.rows.elbo_nats[theirs].astype(np.float64) + 2, np.ones(len(pixels)))

    monkeypatch.setattr("explorer.measures.bench.affordable", lambda *_: 60)
    monkeypatch.setattr("explorer.measures.bench.importance_estimates", two_nats_above)
    del bench.importance
    part = measuring.nll(bench)
    assert part.value == pytest.approx(-bench.rows.elbo_nats.mean(dtype=np.float64) - 2, abs=1e-6)
    assert (part.n, len(chosen[0])) == (60, 60)
    assert part.stderr == pytest.approx(bench.rows.elbo_nats.std(ddof=1) / math.sqrt(360), rel=0.3)  # the gap has none


def test_the_gap_is_that_of_the_same_images(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.measures.bench.affordable", lambda *_: 60)
    nll, gap, elbo = measuring.nll(bench), measuring.elbo_gap(bench), measuring.elbo(bench)
    assert (gap.n, gap.samples) == (60, SAMPLES)
    assert value(nll) == pytest.approx(-value(elbo) - value(gap))
    beside = nll.beside
    assert value(gap) == pytest.approx(-beside["nll_same_images_nats"] - beside["elbo_same_images_nats"], abs=1e-4)
    assert value(nll) != pytest.approx(beside["nll_same_images_nats"], abs=1e-3)
    assert f"Of these 60 images alone: {beside['nll_same_images_nats']:.2f}, and -ELBO" in caution(nll)
    assert "alone" not in caution(replace(nll, value=beside["nll_same_images_nats"]))


def test_each_has_its_provenance(trained: Run) -> None:
    one = measured(load_run(trained), ["kl"], SAMPLES)["kl"]
    assert one.provenance is not None
    assert one.provenance.device == "cpu"
    assert one.provenance.versions["torch"] == torch.__version__.split("+")[0]
    assert datetime.fromisoformat(one.provenance.date).tzinfo is UTC
    assert kept_measures(load_run(trained))["kl"].provenance == one.provenance


def test_few_effective_samples_are_a_caution() -> None:
    few = Measured(90.0, 500, 0.5, 5000, effective_samples=(2.31, 17.4))
    assert caution(few) == (
        "An upper bound, by more than its ± says: of 5,000 draws 17 carry the estimate of the median image, 2.3 or "
        "fewer that of one in 20."
    )
    assert caution(replace(few, effective_samples=(10.0, 17.4))) == ""
    assert caution(Measured(1.0, 5)) == ""


def test_a_value_of_another_version_of_its_estimator_is_measured_again(trained: Run) -> None:
    run = load_run(trained)
    before = measured(run, ["nll", "mse"], 5)
    path = trained.path / measures_file("test")
    content = read_json(path)
    assert content["measures"]["nll"].pop("version") == MEASURES["nll"].version == 4
    content["measures"]["nll"]["value"] = -1.0
    content["measures"]["mse"].pop("version")  # the first version wrote none
    write_json(path, content)
    assert list(kept_measures(run)) == ["mse"]
    again = measured(run, ["nll", "mse"], 5)
    assert again["mse"] == before["mse"]
    assert replace(again["nll"], provenance=None) == replace(before["nll"], provenance=None)


def test_every_entry_says_what_it_is() -> None:
    for name, spec in MEASURES.items():
        assert name.replace("-", "_").split("_")[0] in spec.field, name
        assert spec.title
        assert spec.estimator
        assert spec.reading.endswith("."), name
        assert set(spec.needs) <= NEEDS.keys()
        assert spec.cost > 0
    fields = [spec.field for spec in MEASURES.values()]
    assert len(set(fields)) == len(fields)


def test_elbo_and_its_parts_are_the_evaluations_own(trained: Run) -> None:
    found = measured(load_run(trained), CHEAP, SAMPLES)
    images = originals(load_run(trained))
    assert images is not None
    whole = evaluate(load_model(load_run(trained), torch.device("cpu")), images.pixels)
    assert value(found["elbo"]) == pytest.approx(whole.elbo_nats)
    assert value(found["kl"]) == pytest.approx(whole.kl_nats)
    assert found["kl-per-dim"].values == pytest.approx(whole.kl_per_dim)
    assert found["active-units"].value == whole.active_units
    assert value(found["bits-per-dim"]) == pytest.approx(whole.bits_per_dim)
    bits = value(found["rate"]) + value(found["distortion"])
    assert bits == pytest.approx(-whole.elbo_nats / math.log(2))
    assert found["elbo"].n == whole.n == 360


def test_the_standard_error_is_that_of_the_mean() -> None:
    one = averaged(np.array([1.0, 2.0, 3.0, 4.0]))
    assert (one.value, one.n) == (2.5, 4)
    assert one.stderr == pytest.approx(np.std([1, 2, 3, 4], ddof=1) / 2)
    assert averaged(np.array([1.0])).stderr is None


def test_the_likelihood_is_above_the_bound(trained: Run) -> None:
    found = measured(load_run(trained), ["nll", "elbo"], 200)
    assert value(found["nll"]) < -value(found["elbo"])
    assert (found["nll"].n, found["nll"].samples) == (360, 200)


def test_pictures_against_formulas_of_our_own(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (3, 1, 32, 32), np.uint8)
    bench.images = Images(pixels, None, ())
    other = torch.from_numpy(np.clip(pixels / 255 + 0.1 * rng.standard_normal(pixels.shape), 0, 1)).float()
    monkeypatch.setattr(measuring, "decoded_mean", lambda model, x: other[: len(x)])
    x, y = pixels / 255, other.numpy().astype(np.float64)
    ratios = [10 * math.log10(1 / np.mean((a - b) ** 2)) for a, b in zip(x, y, strict=True)]
    assert value(measuring.psnr(bench)) == pytest.approx(np.mean(ratios), rel=1e-5)
    similar = [structural_similarity(a[0], b[0]) for a, b in zip(x, y, strict=True)]
    assert value(measuring.ssim(bench)) == pytest.approx(np.mean([one.mean() for one in similar]), abs=1e-4)
    inner = np.mean([one[5:-5, 5:-5].mean() for one in similar])
    assert value(measuring.ssim_inner(bench)) == pytest.approx(inner, abs=1e-4)


def structural_similarity(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """SSIM of Wang et al. 2004, equation 13, around each pixel, the image mirrored at its edges."""
    from scipy.ndimage import gaussian_filter

    def local(values: np.ndarray) -> np.ndarray:
        blurred: np.ndarray = gaussian_filter(values, 1.5, radius=5, mode="mirror")
        return blurred

    mean_x, mean_y = local(x), local(y)
    var_x, var_y, cov = local(x * x) - mean_x**2, local(y * y) - mean_y**2, local(x * y) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    top = (2 * mean_x * mean_y + c1) * (2 * cov + c2)
    found: np.ndarray = top / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))
    return found


def test_pictures_of_the_very_images_are_perfect_and_tiny_ones_have_no_window(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "decoded_mean", lambda model, x: x)
    assert value(measuring.ssim(bench)) == pytest.approx(1)  # 8 x 8 pixels
    assert taken(MEASURES["psnr"], bench).absent == "The model's values are not finite."
    bench.images = Images(np.zeros((2, 1, 2, 2), np.uint8), None, ())
    assert "too small" in measuring.ssim(bench).absent
    assert "too small" in measuring.ssim_inner(bench).absent


def test_a_dimension_that_the_decoder_ignores_has_no_effect(bench: Bench) -> None:
    first = next(part for part in bench.model.decoder.modules() if isinstance(part, torch.nn.Linear))
    with torch.no_grad():
        first.weight[:, 1] = 0
    used, ignored = measuring.effect(bench).values
    assert used > 1 > ignored == 0


def test_codes_name_classes_better_than_chance(bench: Bench) -> None:
    assert value(measuring.knn_accuracy(bench)) > 0.25
    assert value(measuring.probe_accuracy(bench)) > 0.25


def test_known_factors_are_compared_with_the_codes(bench: Bench) -> None:
    codes = bench.rows.mu
    columns = np.column_stack([np.digitize(code, np.quantile(code, [0.25, 0.5, 0.75])) for code in codes.T])
    bench.images = replace(bench.images, factors=columns)
    assert taken(MEASURES["mig"], bench).value == pytest.approx(of_factors.mig(bench).value)
    assert value(of_factors.mig(bench)) > 0.3
    assert 0 < of_factors.mig(bench).errors[0] < 0.1
    sampled = of_factors.mig_sampled(bench)
    assert 0 < value(sampled) < value(of_factors.mig(bench))  # the noise of the posteriors hides a part
    assert 0 < sampled.errors[0] < 0.1
    bench.images = replace(bench.images, factors=np.zeros_like(columns))
    del bench.known_factors
    assert "None of the known factors varies" in taken(MEASURES["mig"], bench).absent


def test_images_are_nearer_to_themselves_than_samples_are(bench: Bench) -> None:
    distance, floor = measuring.frechet_distance(bench), measuring.frechet_floor(bench)
    assert value(distance) > 2 * value(floor)
    assert (distance.n, floor.n, len(bench.classifiers)) == (180, 180, CLASSIFIERS)
    assert value(distance) - value(floor) > 2 * math.hypot(*distance.errors, *floor.errors)


def test_draws_of_densities_are_compared_by_the_same_classifiers(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.inference.densities.flow.MOST_STEPS", 50)
    prior, classifiers = value(measuring.frechet_distance(bench)), bench.classifiers
    for name in DENSITIES:
        found = taken(MEASURES[f"frechet-{name}"], bench)
        assert found.n == 180
        assert 0 < value(found) != prior
    assert bench.classifiers is classifiers
    bench.run = replace(bench.run, model=replace(bench.run.model, variational=False))
    assert "no prior" in taken(MEASURES["frechet"], bench).absent
    assert taken(MEASURES["frechet-gmm"], bench).value
    assert taken(MEASURES["frechet-floor"], bench).value

    def refuse(*_: object, **__: object) -> None:
        raise ExplorerError("There is nothing to fit.", "Draw from the prior.")

    monkeypatch.setattr("explorer.measures.bench.draw_codes", refuse)
    assert taken(MEASURES["frechet-kde"], bench).absent == "There is nothing to fit."


def test_a_process_trains_the_classifier_of_the_same_images_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_classifier, "KEPT", {})
    monkeypatch.setattr(feature_classifier, "MOST_KEPT", 2)
    trained: list[int] = []
    monkeypatch.setattr(feature_classifier, "train_classifier", lambda images, device, seed, _: trained.append(seed))
    for seed in (0, 1, 0, 2, 0):
        feature_classifier.trained_classifier(bench.images, torch.device("cpu"), seed)
    assert trained == [0, 1, 2, 0]


def test_two_halves_share_no_image_and_have_the_classes_alike() -> None:
    labels = np.repeat([0, 1, 2], [100, 50, 11])
    one, other = halves(labels, 161, 60)
    assert len(one) == len(other) == 60
    assert not set(one) & set(other)
    assert np.abs(np.bincount(labels[one]) - np.bincount(labels[other])).max() <= 1
    one, other = halves(None, 7, 60)
    assert (len(one), len(other), len({*one, *other})) == (3, 3, 6)


def test_what_a_measure_needs_is_named_where_it_is_missing(bench: Bench) -> None:
    assert "factors that made these images are not known" in taken(MEASURES["mig"], bench).absent
    unlabelled = replace(bench.images, labels=None)
    for name in ("knn-accuracy", "probe-accuracy", "frechet"):
        bench.images = unlabelled
        assert taken(MEASURES[name], bench) == Measured(absent="The images have no labels.")
    assert "evaluated on the test images" in taken(MEASURES["knn-accuracy"], Bench(bench.run, "train", 1)).absent


def images_at(images: Images, places: NDArray[np.int64]) -> Images:
    """These images alone."""
    assert images.labels is not None
    return replace(images, pixels=images.pixels[places], labels=images.labels[places])


def few(bench: Bench, n: int) -> Bench:
    """The bench with its first ``n`` images alone."""
    bench.images = images_at(bench.images, np.arange(n))
    bench.__dict__.pop("rows", None)
    return bench


def test_small_sets_are_told_the_least_number_of_images(bench: Bench) -> None:
    refused = {name for name, spec in MEASURES.items() if "cannot be known from 4" in taken(spec, few(bench, 4)).absent}
    of_prior = {"prior-distance", "prior-auc", "prior-holes"}
    assert refused == {"active-units", "effect", "frechet", "frechet-floor"} | of_prior | {
        f"frechet-{name}" for name in DENSITIES
    }
    absent = taken(MEASURES["frechet"], few(bench, 4)).absent
    assert absent == "It cannot be known from 4 images: it takes 130 or more."  # a half has more than 64 features
    assert "from 1 image:" in taken(MEASURES["effect"], few(bench, 1)).absent
    assert taken(MEASURES["elbo"], few(bench, 1)).stderr is None


def test_a_least_number_of_images_is_enough(bench: Bench) -> None:
    for spec in sorted(MEASURES.values(), key=lambda spec: -spec.least):
        if spec.least > 1:
            assert taken(spec, few(bench, spec.least)).absent == "", spec.title


def test_a_small_set_needs_no_classifier(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def train(*_: object, **__: object) -> None:
        raise AssertionError("trained for nothing")

    monkeypatch.setattr("explorer.measures.bench.trained_classifier", train)
    assert taken(MEASURES["frechet"], few(bench, 60)).absent


def test_all_hits_or_none_have_an_error_and_many_have_the_usual_one() -> None:
    all_of_ten = share_of_hits(np.ones(10, bool))
    assert all_of_ten.value == 1
    assert all_of_ten.stderr == pytest.approx(1 / 22)  # of the Wilson interval, (10 / 11, 1)
    assert share_of_hits(np.zeros(10, bool)).stderr == pytest.approx(1 / 22)
    many = share_of_hits(np.arange(10_000) % 4 == 0)
    assert many.stderr == pytest.approx(math.sqrt(0.25 * 0.75 / 10_000), rel=1e-3)


def test_accuracy_of_one_class_is_none(bench: Bench) -> None:
    assert bench.images.labels is not None
    bench.images = images_at(bench.images, np.flatnonzero(bench.images.labels == 3))
    for name in ("knn-accuracy", "probe-accuracy"):
        assert taken(MEASURES[name], bench).absent == "The images are all of one class."


def test_ten_nearest_of_a_few_training_codes_are_no_neighbours(bench: Bench) -> None:
    assert bench.train is not None
    bench.train = images_at(bench.train, np.arange(30))
    reason = "It cannot be known from 30 training images: it takes 50 or more."
    assert taken(MEASURES["knn-accuracy"], bench).absent == reason
    assert not taken(MEASURES["probe-accuracy"], bench).absent


def test_equal_images_tell_no_dimensions(bench: Bench) -> None:
    bench.images = images_at(bench.images, np.zeros(100, np.int64))
    for name in ("active-units", "prior-distance"):
        assert taken(MEASURES[name], bench).absent == "The images are all the same."


def test_a_histogram_takes_an_image_a_cell(bench: Bench) -> None:
    factors = np.arange(360)[:, None] % 30
    bench.images = replace(bench.images, factors=factors)
    assert of_factors.mig(bench).absent == "It cannot be known from 360 images: it takes 900 or more."


def test_the_worst_of_a_few_images_is_named_as_such(bench: Bench) -> None:
    found = measuring.nll(few(bench, 8))
    assert found.effective_samples is not None
    assert caution(replace(found, effective_samples=(2.0, 17.4), samples=5000, beside={})) == (
        "An upper bound, by more than its ± says: of 5,000 draws 17 carry the estimate of the median image, 2.0 that "
        "of the worst."
    )


def test_a_kept_value_of_too_few_images_is_forgotten(trained: Run) -> None:
    run = load_run(trained)
    measured(run, ["active-units", "mse"], SAMPLES)
    path = trained.path / measures_file("test")
    content = read_json(path)
    content["measures"]["active-units"]["n"] = content["measures"]["mse"]["n"] = 3  # as an earlier version kept it
    write_json(path, content)
    assert list(kept_measures(run)) == ["mse"]


def test_a_model_without_a_prior_has_no_likelihood(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from models import MODELS

    monkeypatch.setitem(MODELS, "vae", replace(MODELS["vae"], variational=False))
    without = [name for name, spec in MEASURES.items() if taken(spec, bench).absent.endswith("no likelihood.")]
    assert {"elbo", "nll", "kl", "rate", "active-units", "frechet"} <= set(without)
    assert not {"mse", "psnr", "ssim", "effect", "knn-accuracy"} & set(without)


def test_a_class_conditional_model_is_told_the_classes(runs_root: Path) -> None:
    config = tiny_config(model="cvae", epochs=3)
    run = train_new(config, "told", lambda _: None, lambda: False)
    found = measured(load_run(run), samples=SAMPLES)
    of_factors_alone = [name for name, spec in MEASURES.items() if "factors" in spec.needs]
    assert [name for name, one in found.items() if one.absent] == ["ssim-inner", *of_factors_alone]
    assert value(found["nll"]) < -value(found["elbo"])
    assert value(found["elbo"]) == pytest.approx(run.status().test_elbo_nats, rel=1e-4)
    bench = Bench(load_run(run), "test", SAMPLES)
    assert bench.images.labels is not None
    wrong = replace(bench.images, labels=(bench.images.labels + 1) % 10)
    bench.images = wrong
    assert value(measuring.nll(bench)) > value(found["nll"])


def test_they_are_kept_and_not_taken_again(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = measured(load_run(trained), [*CHEAP, "mig"], SAMPLES)
    assert kept_measures(load_run(trained)) == first
    tried: list[str] = []

    def once_more(spec: MeasureSpec, bench: Bench) -> Measured:
        tried.append(spec.title)
        return Measured(1.0, 1)

    monkeypatch.setattr(run_measures, "taken", once_more)
    again = measured(load_run(trained), [*CHEAP, "mig", "mse"], SAMPLES)
    assert tried == ["MIG", "MSE"]  # what was absent is looked for again
    assert {name: again[name] for name in CHEAP} == {name: first[name] for name in CHEAP}


def test_they_are_listed_as_the_table_has_them_whatever_was_measured_first(trained: Run) -> None:
    run = load_run(trained)
    measured(run, ["mse", "elbo"], SAMPLES)
    measured(run, ["kl"], SAMPLES)
    assert list(kept_measures(run)) == ["elbo", "kl", "mse"]


def test_other_samples_are_drawn_anew_and_other_weights_forget(trained: Run) -> None:
    measured(load_run(trained), ["nll"], 5)
    assert measured(load_run(trained), ["nll"], 7)["nll"].samples == 7
    assert kept_measures(load_run(trained))["nll"].samples == 7
    trained.write_status(replace(trained.status(), weights_sha256="0" * 64))
    assert kept_measures(load_run(trained)) == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 1}', '{"measures": {"elbo": 3}}'])
def test_a_damaged_file_is_as_none(trained: Run, content: str) -> None:
    measured(load_run(trained), ["kl"], SAMPLES)
    path = trained.path / measures_file("test")
    whole = read_json(path)
    path.write_text(json.dumps({**whole, **json.loads(content)}) if content.startswith('{"') else content)
    assert kept_measures(load_run(trained)) == (
        {"kl": kept_measures(load_run(trained))["kl"]} if content == '{"schema": 1}' else {}
    )
    assert value(measured(load_run(trained), ["kl"], SAMPLES)["kl"]) > 0


ADDER = """
import sys
from pathlib import Path
from explorer.measures.measured_value import Measured
from explorer.measures.run_measures import add_measure
from explorer.runs import Run, load_run
run = load_run(Run(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.read()
for name in sys.argv[2].split(","):
    add_measure(run, "test", name, Measured(1.0, 1000))
"""


def test_two_processes_lose_none_of_each_other_s_measures(trained: Run) -> None:
    shares = [",".join(list(MEASURES)[i::2]) for i in range(2)]
    commands = [[sys.executable, "-c", ADDER, str(trained.path), share] for share in shares]
    processes = [
        subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for command in commands
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    for process in processes:
        with process:
            assert process.wait() == 0
    assert kept_measures(load_run(trained)).keys() == MEASURES.keys()


def test_a_measure_of_replaced_weights_takes_no_place_of_the_new_ones(trained: Run) -> None:
    old = load_run(trained)
    replace_weights(trained)
    new = load_run(trained)
    add_measure(new, "test", "elbo", Measured(1.0, 1))
    add_measure(old, "test", "mse", Measured(2.0, 1))
    assert kept_measures(new) == {"elbo": Measured(1.0, 1)}


def test_splits_are_kept_apart(trained: Run) -> None:
    test, train = (measured(load_run(trained), ["elbo"], SAMPLES, split=split)["elbo"] for split in ("test", "train"))
    assert (test.n, train.n) == (360, 1437)
    assert kept_measures(load_run(trained))["elbo"] == test


def test_progress_rises_to_the_end(trained: Run) -> None:
    seen: list[tuple[float, str]] = []
    measured(load_run(trained), ["elbo", "nll", "mse"], 50, lambda done, title: seen.append((done, title)))
    shares = [done for done, _ in seen]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] <= 1
    assert list(dict.fromkeys(title for _, title in seen)) == ["ELBO", "NLL", "MSE"]


def test_what_cannot_be_taken_has_no_share_of_the_time(trained: Run) -> None:
    seen: list[tuple[float, str]] = []
    measured(load_run(trained), ["class-accuracy", "mse", "mig"], 5, lambda done, title: seen.append((done, title)))
    assert seen[:2] == [(0.0, "Class accuracy"), (0.0, "MSE")]
    assert seen[-1] == (1.0, "MIG")


@pytest.mark.parametrize(
    ("names", "samples", "sentence"),
    [(["beauty"], 1, "There is no measure 'beauty'"), (["elbo"], 0, r"The number of samples is 0\.")],
)
def test_bad_requests_are_sentences(trained: Run, names: list[str], samples: int, sentence: str) -> None:
    with pytest.raises(ExplorerError, match=sentence):
        measured(load_run(trained), names, samples)
    assert check_names(["elbo"]) == ["elbo"]


def test_without_the_data_only_latents_are_measured(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.measures.bench.originals", lambda run, split: None)
    monkeypatch.setattr("explorer.inference.latents.originals", lambda run, split: None)
    of_latents = [name for name, spec in MEASURES.items() if spec.of_latents]
    for name in MEASURES.keys() - of_latents:
        with pytest.raises(ExplorerError, match="test split of digits is not here"):
            measured(load_run(trained), ["elbo", name], SAMPLES)
    assert all(one.value is not None for one in measured(load_run(trained), of_latents, SAMPLES).values())
    for kept in (trained.path / "measures.json", trained.path / "latents" / "test.npz"):
        kept.unlink()
    with pytest.raises(ExplorerError, match="tiny keeps no latents of its test split"):
        measured(load_run(trained), ["elbo"], SAMPLES)
