"""log p(x), estimated with other draws and, of the models of two dimensions, by numerical integration over z."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.oracles.elbo import kl_to_prior, log_evidence, log_mean_weight, log_weights
from tests.oracles.networks import Array, Classes
from tests.oracles.shipped import ShippedRun, shipped_runs

DRAWS, AT_ONCE = 100, 100  # of z, fifty times fewer than the shipped figures have; images
INTEGRATED = 20  # images
LOOSENESS = 0.25  # that so few draws leave of the gap between ELBO and log p(x): 0.06 to 0.21 for these runs


def elbos(run: ShippedRun) -> Array:
    """The stored ELBO of each test image, from one draw of z: [N]."""
    return run.latents["reconstruction_nats"] - kl_to_prior(run.latents["mu"], run.latents["logvar"]).sum(1)


def importance_sampled(run: ShippedRun, chosen: Classes) -> Array:
    """log p(x) of chosen images, estimated by draws of the stored posteriors: [n]."""
    parts = np.array_split(chosen, math.ceil(len(chosen) / AT_ONCE))
    return np.concatenate([sampled_at_once(run, part, seed) for seed, part in enumerate(parts)])


def sampled_at_once(run: ShippedRun, chosen: Classes, seed: int) -> Array:
    """As ``importance_sampled``, for few images."""
    mu, logvar = (run.latents[name][chosen] for name in ("mu", "logvar"))
    noise = np.random.default_rng(seed).standard_normal((DRAWS, *mu.shape))
    return log_mean_weight(log_weights(run.networks, run.x(chosen), mu, logvar, noise, run.classes(chosen)))


@pytest.mark.parametrize("run", shipped_runs(lambda run: run.variational and not run.residual))
def test_nll_by_fewer_draws_on_the_same_images(run: ShippedRun) -> None:
    total, n = len(run.images()), run.measures["nll"]["n"]
    chosen = np.sort(np.random.default_rng(0).choice(total, n, replace=False))  # as docs/measures/nll.md has it
    elbo = elbos(run)[chosen].mean()
    shipped = elbo - elbos(run).mean() - run.figure("nll")  # log p(x) of the chosen, before it was carried over
    ours = importance_sampled(run, chosen).mean()
    assert elbo < ours < shipped  # in expectation the bound rises with the draws (Burda et al. 2016, theorem 1)
    assert shipped - ours < LOOSENESS * (shipped - elbo)
    assert run.figure("elbo-gap") == pytest.approx(shipped - elbo, abs=1e-3)
    beside = run.measures["nll"]["beside"]
    assert beside == pytest.approx({"nll_same_images_nats": -shipped, "elbo_same_images_nats": elbo}, abs=1e-3)


def test_nll_of_all_digits_by_integration() -> None:
    run = ShippedRun("digits-2d")
    everything = np.arange(len(run.images()))
    exact = log_evidence(run.networks, run.x(everything), extent=6, coarse=60, fine=3, nats=30)
    assert run.figure("nll") == pytest.approx(-exact.mean(), abs=0.02)
    assert importance_sampled(run, everything).mean() == pytest.approx(exact.mean(), abs=0.05)


@pytest.mark.mnist
def test_integration_finds_the_modes_that_draws_of_the_posterior_miss() -> None:
    run = ShippedRun("mnist-2d")
    chosen = np.random.default_rng(1).choice(len(run.images()), INTEGRATED, replace=False)
    exact = log_evidence(run.networks, run.x(chosen), extent=6, coarse=200, fine=6, nats=16)
    missed = exact - importance_sampled(run, chosen)
    assert np.median(missed) == pytest.approx(0, abs=0.1)  # most images fit one place of the plane
    assert missed.min() > -1  # chance of few draws
    # Some fit another place than the encoder's far better: the shipped NLL is an upper estimate, whatever its draws.
    assert run.figure("nll") > -elbos(run).mean() - (exact - elbos(run)[chosen]).mean()
