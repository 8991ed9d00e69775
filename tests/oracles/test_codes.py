"""Measures of latent codes and of classes."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from scipy.linalg import sqrtm

from explorer.measures.feature_classifier import train_classifier
from explorer.measures.frechet import frechet as our_frechet
from tests.oracles.class_bounds import class_elbos, log_classifier
from tests.oracles.codes import (
    aggregate_draws,
    distances_to_prior,
    frechet,
    holes,
    information_gap,
    neighbours_agree,
    sampled_information_gaps,
    told_by_neighbours,
)
from tests.oracles.shipped import DOCUMENTED, ShippedRun, shipped_runs, variational

ALL = slice(None)
AGGREGATE = 100_000
TRAIN_CODES = 20_000
JUDGED = 3000  # codes, and as many draws of the prior
CLASSIFIED = np.random.default_rng(1).permutation(10_000)[:2000]


@pytest.mark.parametrize("run", shipped_runs(variational))
def test_distances_of_the_aggregate_posterior_to_the_prior(run: ShippedRun) -> None:
    mu, logvar = run.latents["mu"], run.latents["logvar"]
    z = aggregate_draws(mu, logvar, AGGREGATE // len(mu), seed=1)
    np.testing.assert_allclose(run.figure("prior-distance"), distances_to_prior(z, seed=2), atol=0.02)


@pytest.mark.parametrize("run", shipped_runs(lambda run: run.n_train <= TRAIN_CODES))
def test_neighbours_of_all_images_by_brute_force(run: ShippedRun) -> None:
    train_codes, _ = run.networks.encode(run.x(ALL, "train"))
    agree = neighbours_agree(run.latents["mu"], run.labels(ALL), train_codes, run.labels(ALL, "train"))
    assert run.figure("knn-accuracy") == pytest.approx(agree.mean(), abs=1.5 / len(agree))  # one tie of distances


@pytest.mark.parametrize("run", shipped_runs(lambda run: run.n_train > TRAIN_CODES))
def test_neighbours_of_some_images_among_other_training_codes(run: ShippedRun) -> None:
    known = np.random.default_rng(2).choice(run.n_train, TRAIN_CODES, replace=False)
    train_codes, _ = run.networks.encode(run.x(known, "train"), run.classes(known, "train"))
    codes, labels = run.latents["mu"][CLASSIFIED], run.labels(CLASSIFIED)
    share = neighbours_agree(codes, labels, train_codes, run.labels(known, "train")).mean()
    assert run.figure("knn-accuracy") == pytest.approx(share, abs=4 * stderr_of_share(share, len(labels)))


def test_each_factor_s_information_gap_and_their_mean() -> None:
    run = ShippedRun("shapes-tcvae-10d")
    factors = run.images().factors
    assert factors is not None
    gaps = {
        name: information_gap(run.latents["mu"], factor)
        for name, factor in zip(run.images().factor_names, factors.T, strict=True)
    }
    assert run.figure("mig") == pytest.approx(np.mean(list(gaps.values())), abs=1e-6)
    for name, opening in (
        ("scale", "scale ("),
        ("x", "x ("),
        ("y", "y ("),
        ("rotation", "tangled ("),
        ("shape", "shape too ("),
    ):
        assert f"{opening}{gaps[name]:.2f};" in DOCUMENTED.replace("\n", " ")


def test_frechet_distance_by_a_matrix_root() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.standard_normal((300, 8)), 0.5 + rng.standard_normal((400, 8)) @ rng.standard_normal((8, 8))
    apart, covariances = one.mean(0) - two.mean(0), (np.cov(one.T), np.cov(two.T))
    expected = apart @ apart + np.trace(sum(covariances) - 2 * sqrtm(np.matmul(*covariances)))
    assert our_frechet(one, two) == pytest.approx(expected, rel=1e-9)
    assert frechet(one, two) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_of_digits_by_other_samples_and_other_images() -> None:
    run = ShippedRun("digits-2d")
    z = np.random.default_rng(1).standard_normal((len(run.images()) // 2, run.options["latent"]))
    samples = (255 * run.networks.mean(z)).round().astype(np.uint8).reshape(-1, *run.images().pixels.shape[1:])
    one, other = np.array_split(run.images().pixels[np.random.default_rng(2).permutation(len(run.images()))], 2)
    found: dict[str, list[float]] = {"frechet": [], "frechet-floor": []}
    for seed in (5, 6):  # not those of the shipped figures
        features = train_classifier(run.images("train"), seed=seed).features
        images = features(one).astype(np.float64)
        found["frechet"].append(frechet(images, features(samples).astype(np.float64)))
        found["frechet-floor"].append(frechet(images, features(other).astype(np.float64)))
    for name, values in found.items():
        assert run.figure(name) == pytest.approx(np.mean(values), abs=3 * run.measures[name]["stderr"]), name


@pytest.mark.parametrize("run", shipped_runs(variational))
def test_draws_of_the_prior_in_holes_and_told_from_codes(run: ShippedRun) -> None:
    mu, logvar = run.latents["mu"], run.latents["logvar"]
    codes = aggregate_draws(mu, logvar, 1, seed=3)
    draws = np.random.default_rng(4).standard_normal(codes.shape)
    error = math.sqrt(2) * run.measures["prior-holes"]["stderr"]
    assert run.figure("prior-holes") == pytest.approx(holes(codes, draws), abs=4 * error)
    some = np.random.default_rng(5).permutation(len(codes))[:JUDGED]  # of fewer points it tells less
    told = told_by_neighbours(codes[some], draws[some])
    error = run.measures["prior-auc"]["stderr"] * math.sqrt(len(codes) / len(some))
    assert told - 4 * error < run.figure("prior-auc") < 1


def test_information_gaps_of_draws() -> None:
    run = ShippedRun("shapes-tcvae-10d")
    factors = run.images().factors
    assert factors is not None
    gaps = sampled_information_gaps(run.latents["mu"], run.latents["logvar"], factors, seed=5)
    assert run.figure("mig-sampled") == pytest.approx(np.mean(gaps), abs=4 * run.measures["mig-sampled"]["stderr"])


@pytest.mark.mnist
def test_classes_of_m2_are_those_of_its_classifier() -> None:
    run = ShippedRun("mnist-m2")
    hits = log_classifier(run.networks, run.x(ALL)).argmax(1) == run.labels(ALL)
    assert run.figure("class-accuracy") == hits.mean()
    assert f"| `mnist-m2`, one seed | {100 * (1 - hits.mean()):.2f} % |" in DOCUMENTED


@pytest.mark.mnist
def test_classes_of_a_cvae_by_elbos_of_other_draws() -> None:
    run, some = ShippedRun("mnist-cvae-8d"), CLASSIFIED[:500]
    noise = np.random.default_rng(2).standard_normal((8, 1, run.options["latent"]))
    share = np.equal(class_elbos(run.networks, run.x(some), noise).argmax(1), run.labels(some)).mean()
    assert run.figure("class-accuracy") == pytest.approx(share, abs=4 * stderr_of_share(share, len(some)))


@pytest.mark.mnist
def test_bound_of_m2_without_the_class() -> None:
    run, some = ShippedRun("mnist-m2"), CLASSIFIED[:500]
    noise = np.random.default_rng(2).standard_normal((2, 1, run.options["latent"]))
    elbos, log_q = class_elbos(run.networks, run.x(some), noise), log_classifier(run.networks, run.x(some))
    without = (np.exp(log_q) * (elbos - math.log(elbos.shape[1]) - log_q)).sum(1)
    given = elbos[np.arange(len(some)), run.labels(some)]
    documented = float(re.findall(r"Marginalised over the class, the bound is ([0-9.]+) nats", DOCUMENTED)[0])
    assert documented + run.figure("elbo") == pytest.approx((given - without).mean(), abs=0.15)


def stderr_of_share(share: float, n: int) -> float:
    """The standard error of a share of n images."""
    return math.sqrt(share * (1 - share) / n)
