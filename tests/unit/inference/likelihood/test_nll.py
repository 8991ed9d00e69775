"""The importance-sampled log-likelihood against what is exact."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from explorer.base.errors import ExplorerError
from explorer.inference.likelihood import nll
from explorer.inference.likelihood.evaluation import evaluate
from explorer.inference.likelihood.nll import (
    LEAST_IMAGES,
    OPERATIONS_PER_VALUE,
    affordable,
    carried_over,
    carried_stderr,
    effective_samples,
    importance_estimates,
    operations_of_a_draw,
)
from models import MODELS
from models.vae import VAE

SIGMA = 0.1


def linear_vae(shape: tuple[int, int, int], latent: int, sigma: float = SIGMA) -> VAE:
    """No hidden layer, Gaussian noise: probabilistic PCA with an encoder."""
    options = {"shape": shape, "latent": latent, "hidden": (), "likelihood": "gaussian", "sigma": sigma}
    return MODELS["vae"].build(options)


def exact_log_likelihood(model: VAE, x: torch.Tensor) -> torch.Tensor:
    """log N(x; b, W W' + sigma^2 I) of the linear decoder x = W z + b, in float64: [N]."""
    with torch.no_grad():
        origin = model.decode_params(torch.zeros(1, model.config.latent)).double().flatten()
        moved = model.decode_params(torch.eye(model.config.latent)).double().flatten(1)  # [K, D]
    weights = (moved - origin).T  # [D, K]
    covariance = weights @ weights.T + model.config.sigma**2 * torch.eye(len(origin), dtype=torch.float64)
    return torch.distributions.MultivariateNormal(origin, covariance).log_prob(x.double().flatten(1))


def on_line_pixels(n: int) -> np.ndarray:
    """uint8 [n, 1, 4, 4] around two directions, with noise of about SIGMA."""
    rng = np.random.default_rng(0)
    codes, directions = rng.standard_normal((n, 2)), rng.standard_normal((2, 16))
    values = 0.5 + 0.1 * codes @ directions + SIGMA * rng.standard_normal((n, 16))
    return (values.clip(0, 1) * 255).round().astype(np.uint8).reshape(n, 1, 4, 4)


@pytest.fixture(scope="module")
def converged() -> tuple[VAE, np.ndarray]:
    """A linear VAE trained to convergence, and its images."""
    torch.manual_seed(0)
    pixels = on_line_pixels(2000)
    x = torch.from_numpy(pixels).float() / 255
    noise_sigma = math.sqrt(PCA(2).fit(x.flatten(1).numpy()).noise_variance_)
    model = linear_vae((1, 4, 4), 2, noise_sigma)
    optimiser = torch.optim.Adam(model.parameters(), 3e-2)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 2500)
    for _ in range(2500):
        optimiser.zero_grad()
        model.elbo(x).loss().backward()
        optimiser.step()
        rate.step()
    return model.eval().requires_grad_(False), pixels


def test_a_linear_vae_reaches_its_exact_likelihood_from_below(converged: tuple[VAE, np.ndarray]) -> None:
    model, pixels = converged
    exact = exact_log_likelihood(model, torch.from_numpy(pixels).float() / 255).mean().item()
    estimate = importance_estimates(model, pixels, 200).log_likelihood.mean()
    assert exact - 0.05 < estimate < exact
    assert evaluate(model, pixels).elbo_nats < exact


def test_it_is_as_good_as_probabilistic_pca(converged: tuple[VAE, np.ndarray]) -> None:
    model, pixels = converged
    flat = pixels.reshape(len(pixels), -1) / 255
    assert importance_estimates(model, pixels, 200).log_likelihood.mean() == pytest.approx(
        PCA(2).fit(flat).score(flat), abs=0.5
    )


@pytest.fixture(scope="module")
def loose() -> VAE:
    """An untrained linear VAE whose posterior is wrong, so that the bound is far below log p(x)."""
    torch.manual_seed(1)
    return linear_vae((1, 4, 4), 2, 0.5).eval().requires_grad_(False)


def test_the_bound_rises_with_the_samples(loose: VAE) -> None:
    pixels = on_line_pixels(200)
    exact = exact_log_likelihood(loose, torch.from_numpy(pixels).float() / 255).mean().item()
    bounds = [importance_estimates(loose, pixels, samples).log_likelihood.mean() for samples in (1, 10, 100, 5000)]
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(exact, abs=0.01)
    one = np.mean([importance_estimates(loose, pixels, 1, seed).log_likelihood.mean() for seed in range(50)])
    assert one == pytest.approx(evaluate(loose, pixels, 50).elbo_nats, abs=0.1)  # one sample: the ELBO


def test_at_5000_samples_it_agrees_with_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(2)
    model = MODELS["vae"].build({"shape": (1, 8, 8), "latent": 4, "hidden": (16,)}).eval()
    pixels = np.random.default_rng(0).integers(0, 256, (6, 1, 8, 8), np.uint8)
    ours = importance_estimates(model, pixels, 5000, seed=3).log_likelihood
    noise = torch.randn((5000, 6, 4), generator=torch.Generator().manual_seed(3))
    assert np.abs(ours - in_float64(model, pixels, noise)).max() < 1e-3
    monkeypatch.setattr(nll, "CPU_VALUES_AT_ONCE", 6 * 64 * 5000)
    whole = importance_estimates(model, pixels, 5000, seed=3).log_likelihood
    monkeypatch.setattr(nll, "CPU_VALUES_AT_ONCE", 6 * 64 * 1700)  # in three parts, the last one smaller
    np.testing.assert_allclose(importance_estimates(model, pixels, 5000, seed=3).log_likelihood, whole, rtol=1e-6)


def in_float64(model: VAE, pixels: np.ndarray, noise: torch.Tensor) -> np.ndarray:
    """log 1/L sum p(x|z) p(z) / q(z|x) by torch's own distributions, noise [L, N, K]: [N]."""
    from torch.distributions import Bernoulli, Normal

    wide = MODELS["vae"].build(vars(model.config)).double()
    wide.load_state_dict(model.state_dict())
    x = torch.from_numpy(pixels).double() / 255
    mu, logvar = wide.encoder(x).chunk(2, -1)
    posterior = Normal(mu, (0.5 * logvar).exp())
    z = mu + posterior.scale * noise.double()
    logits = wide.decoder(z.reshape(-1, 4)).reshape(*z.shape[:2], 1, 8, 8)
    log_px = Bernoulli(logits=logits, validate_args=False).log_prob(x).sum((-3, -2, -1))
    log_w = log_px + Normal(0.0, 1.0).log_prob(z).sum(-1) - posterior.log_prob(z).sum(-1)
    result: np.ndarray = (torch.logsumexp(log_w, 0) - math.log(len(noise))).detach().numpy()
    return result


def test_no_samples_are_refused(loose: VAE) -> None:
    with pytest.raises(ExplorerError, match=r"The number of samples is 0\."):
        importance_estimates(loose, on_line_pixels(2), 0)


def test_fewer_images_where_each_takes_longer(loose: VAE) -> None:
    assert affordable(loose, 1, 10_000) == 10_000
    assert LEAST_IMAGES < affordable(loose, 10**6, 10_000) < 10_000
    assert affordable(loose, 10**12, 10_000) == LEAST_IMAGES
    assert affordable(loose, 10**12, 3) == 3


def test_a_draw_costs_its_decoders_operations_not_its_pixels_alone() -> None:
    shape = (3, 64, 64)
    dense = MODELS["vae"].build({"shape": shape, "latent": 4, "hidden": (16,)})
    conv = MODELS["conv-vae"].build({"shape": shape, "latent": 4})
    values = OPERATIONS_PER_VALUE * 3 * 64 * 64
    assert operations_of_a_draw(dense) == 2 * (4 * 16 + 16 * 3 * 64 * 64) + values
    assert operations_of_a_draw(conv) > 10 * operations_of_a_draw(dense)
    assert affordable(conv, 5000, 60) < 12 < affordable(dense, 5000, 60) == 60
    for name in ("cvae", "inpaint-cvae", "m2"):  # conditioned on what the model infers
        classes = {} if name == "inpaint-cvae" else {"classes": 3}
        assert operations_of_a_draw(MODELS[name].build({"shape": (1, 8, 8), "latent": 2, "hidden": (16,), **classes}))


def test_progress_is_told_within_a_batch_of_images(loose: VAE) -> None:
    seen: list[float] = []
    importance_estimates(loose, on_line_pixels(120), 1000, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert sum(share < 100 / 120 for share in seen) >= 5  # the first 100 images are one batch


def test_the_nll_of_a_subset_is_carried_over_to_all_images_by_its_gap_to_the_elbo() -> None:
    rng = np.random.default_rng(0)
    elbo, chosen = -rng.normal(90, 20, 1000).astype(np.float32), np.arange(0, 1000, 10)
    log_likelihood = elbo[chosen].astype(np.float64) + 2
    value, stderr = carried_over(log_likelihood, elbo, chosen)
    assert value == pytest.approx(-elbo.mean(dtype=np.float64) - 2, abs=1e-9)
    assert stderr == pytest.approx(log_likelihood.std(ddof=1) / math.sqrt(1000), rel=1e-6)  # the gap has no spread
    assert carried_over(log_likelihood[:1], elbo, chosen[:1])[1] is None


def test_the_error_of_a_mean_whose_correction_is_known_of_a_subset() -> None:
    rng = np.random.default_rng(0)
    level, gap = rng.normal(90, 20, 1000), rng.exponential(3, 1000)  # of all images
    estimates, errors = [], []
    for _ in range(2000):
        part = rng.choice(1000, 100, replace=False)
        estimates.append(gap[part].mean())
        errors.append(carried_stderr(level[part], gap[part], 1000) or 0.0)
    of_the_level = level.var(ddof=1) / 1000
    assert np.mean(np.square(errors)) == pytest.approx(np.var(estimates) + of_the_level, rel=0.05)
    assert carried_stderr(level[:1], gap[:1], 1000) is None


def test_effective_samples_count_the_draws_that_carry_the_mean() -> None:
    alike, one, two = torch.zeros(50), torch.full((50,), -900.0), torch.full((50,), -900.0)
    one[7], two[3], two[9] = 800.0, 5.0, 5.0  # weights that overflow unless taken as logarithms
    found = effective_samples(torch.stack([alike, one, two], 1).double())
    torch.testing.assert_close(found, torch.tensor([50.0, 1.0, 2.0]).double())


def test_the_weights_of_many_samples_are_kept_of_few_images_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model, kept = linear_vae((1, 4, 4), 2), []
    weigh = nll.all_log_weights

    def weighed(*arguments: Any) -> torch.Tensor:
        kept.append(weigh(*arguments))
        return kept[-1]

    monkeypatch.setattr(nll, "all_log_weights", weighed)
    monkeypatch.setattr(nll, "WEIGHTS_AT_ONCE", 60)
    found = importance_estimates(model, on_line_pixels(7), 20)
    assert found.log_likelihood.shape == (7,)
    assert [weights.shape for weights in kept] == [(20, 3), (20, 3), (20, 1)]
