"""ELBO, its parts and what follows from them, calculated again."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.oracles.elbo import binary_entropy, kl_to_prior, log_bernoulli, log_pixels, reconstruction
from tests.oracles.shipped import DOCUMENTED, ShippedRun, shipped_runs, variational

ROUNDING = 1e-6  # of means of float32 values, relative
FLOOR = 45.5  # nats: what the grey pixels of MNIST's test images cost a Bernoulli at the least
ENCODED = slice(0, 200)
RECONSTRUCTED, FEW = 1000, 200  # random images, and through a residual network
DRAWS = 4


@pytest.mark.parametrize("run", shipped_runs(variational))
def test_each_measure_follows_from_the_posteriors_and_reconstructions(run: ShippedRun) -> None:
    latents = run.latents
    kl = kl_to_prior(latents["mu"], latents["logvar"])  # [N, K]
    rate, distortion = kl.sum(1).mean(), -latents["reconstruction_nats"].mean()
    expected = {
        "kl": rate,
        "reconstruction": -distortion,
        "elbo": -distortion - rate,
        "rate": rate / math.log(2),
        "distortion": distortion / math.log(2),
        "bits-per-dim": (rate + distortion) / math.log(2) / math.prod(run.options["shape"]),
        "kl-per-dim": kl.mean(0),
        "active-units": np.count_nonzero(latents["mu"].var(0) > 0.01),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(run.figure(name), value, rtol=ROUNDING, err_msg=name)


@pytest.mark.parametrize("run", shipped_runs(variational))
def test_the_kl_is_that_of_encoded_images(run: ShippedRun) -> None:
    kept = kl_to_prior(run.latents["mu"][ENCODED], run.latents["logvar"][ENCODED])
    encoded = kl_to_prior(*run.networks.encode(run.x(ENCODED), run.classes(ENCODED)))
    np.testing.assert_allclose(kept, encoded, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("run", shipped_runs(variational))
def test_reconstructions_are_of_one_draw_of_z_an_image(run: ShippedRun) -> None:
    chosen = np.random.default_rng(1).permutation(len(run.images()))[: FEW if run.residual else RECONSTRUCTED]
    x, classes = run.x(chosen), run.classes(chosen)
    mu, logvar, kept = (run.latents[name][chosen] for name in ("mu", "logvar", "reconstruction_nats"))
    noise = np.random.default_rng(2).standard_normal((DRAWS, *mu.shape))
    apart = kept - reconstruction(run.networks, x, mu, logvar, noise, classes).mean(0)
    stderr = apart.std(ddof=1) / math.sqrt(len(apart))
    assert abs(apart.mean()) < 3 * stderr
    if run.options["likelihood"] == "bernoulli":  # a Gaussian's log-density varies more than decoding mu changes it
        through_mu = log_pixels(run.networks, run.networks.params(mu, classes), x)
        assert (through_mu - kept).mean() > 3 * stderr  # the error of decoding mu in place of z would be found


@pytest.mark.mnist
def test_an_autoencoder_s_reconstruction_is_through_its_code() -> None:
    run = ShippedRun("mnist-ae-2d")
    expected = log_bernoulli(run.networks.params(run.latents["mu"]), run.x(slice(None)))
    np.testing.assert_allclose(run.latents["reconstruction_nats"], expected, rtol=1e-5)
    assert documented(run)[1] == f"{expected.mean():.1f} nats"


@pytest.mark.parametrize("run", shipped_runs(variational))
def test_the_table_of_the_docs_has_these_figures(run: ShippedRun) -> None:
    kl = kl_to_prior(run.latents["mu"], run.latents["logvar"]).sum(1).mean()
    recovered = run.latents["reconstruction_nats"].mean()
    expected = [f"{value:.1f} nats" for value in (kl - recovered, recovered, kl)]
    assert documented(run) == [*expected, f"{len(run.images()):,}"]


@pytest.mark.mnist
def test_grey_pixels_alone_cost_a_bernoulli_this_much() -> None:
    run = ShippedRun("mnist-2d")
    least = binary_entropy(run.x(slice(None)))
    assert least.mean() == pytest.approx(FLOOR, abs=0.05)
    assert (-run.latents["reconstruction_nats"] > least).all()


def documented(run: ShippedRun) -> list[str]:
    """The cells -ELBO, reconstruction, KL and images of the run's row in docs/shipped-runs.md."""
    row = next(line for line in DOCUMENTED.splitlines() if line.startswith(f"| `{run.name}` |"))
    return [cell.strip() for cell in row.split("|")[2:6]]
