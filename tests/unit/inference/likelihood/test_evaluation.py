"""The estimators: weighed by images, in the right units, repeatable."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from explorer.inference.likelihood import evaluation
from explorer.inference.likelihood.evaluation import evaluate, per_image
from models import MODELS
from models.vae import VAE

PIXELS = np.random.default_rng(0).integers(0, 256, (25, 1, 8, 8), np.uint8)


@pytest.fixture
def model() -> VAE:
    torch.manual_seed(0)
    return MODELS["vae"].build({"shape": (1, 8, 8), "latent": 3, "hidden": (9,)}).eval()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three batches, the last one smaller."""
    batches = evaluation.batches
    monkeypatch.setattr(evaluation, "batches", lambda pixels, device, size: batches(pixels, device, 10))


@pytest.mark.usefixtures("small_batches")
def test_every_image_weighs_the_same(model: VAE) -> None:
    rows = per_image(model, PIXELS, seed=3)
    whole = evaluate(model, PIXELS, seed=3)
    assert whole.n == 25
    assert whole.elbo_nats == pytest.approx(float(np.mean(rows.elbo_nats, dtype=np.float64)))
    x = torch.from_numpy(PIXELS).float() / 255
    mu, logvar = model.encode(x)
    kl = torch.distributions.kl_divergence(
        torch.distributions.Normal(mu, (0.5 * logvar).exp()), torch.distributions.Normal(0.0, 1.0)
    )
    assert whole.kl_nats == pytest.approx(kl.sum(1).mean().item(), rel=1e-4)
    assert whole.kl_per_dim == pytest.approx(kl.mean(0).tolist(), rel=1e-4)
    assert whole.mse == pytest.approx((model(x) - x).square().mean().item(), rel=1e-5)


def test_the_parts_add_up_and_bits_are_nats_per_value(model: VAE) -> None:
    whole = evaluate(model, PIXELS)
    assert whole.elbo_nats == pytest.approx(whole.reconstruction_nats - whole.kl_nats, rel=1e-6)
    assert whole.bits_per_dim == pytest.approx(-whole.elbo_nats / 64 / math.log(2))
    assert sum(whole.kl_per_dim) == pytest.approx(whole.kl_nats, rel=1e-6)


def test_z_is_sampled_and_the_seed_repeats_it(model: VAE) -> None:
    first, same, other = (evaluate(model, PIXELS, seed=seed) for seed in (1, 1, 2))
    assert first == same
    assert first.reconstruction_nats != other.reconstruction_nats
    assert (first.kl_nats, first.mse) == (other.kl_nats, other.mse)


def test_more_samples_scatter_less(model: VAE) -> None:
    spread = [np.std([evaluate(model, PIXELS[:2], n, seed).elbo_nats for seed in range(8)]) for n in (1, 64)]
    assert spread[1] < spread[0] / 3


@pytest.mark.usefixtures("small_batches")
def test_progress_ends_at_one(model: VAE) -> None:
    seen: list[float] = []
    per_image(model, PIXELS, progress=seen.append)
    assert len(seen) == 3
    assert seen[-1] == 1


@pytest.mark.parametrize(("samples", "together"), [(1, 10), (2, 5), (4, 2), (100, 1)])
def test_more_samples_are_taken_of_fewer_images_at_once(
    model: VAE, samples: int, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    decode = model.decode_params

    def counted(z: torch.Tensor) -> torch.Tensor:
        decoded.append(z[..., 0].numel())
        return decode(z)

    monkeypatch.setattr(model, "decode_params", counted)
    monkeypatch.setattr(evaluation, "DECODED_AT_ONCE", 10 * 64)
    assert evaluate(model, PIXELS, samples).n == 25
    assert max(decoded) == samples * together
