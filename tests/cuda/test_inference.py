"""Inference on the GPU: the CPU's pictures, nats, codes, repairs and paths, from the same noise."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from explorer.image_lab.inpainting import complete, draw_completions
from explorer.image_lab.paths.geodesics import SEGMENTS, geodesic
from explorer.image_lab.scores import SCORES, scores
from explorer.inference import Reconstruction, decode_with, latents_under, reconstruct
from explorer.inference.decoding import DecodeService
from explorer.inference.likelihood import importance_estimates, per_image, unit_pixels
from explorer.inference.likelihood.nll import log_weights
from models import MODELS, VAE, InpaintCVAE, importance_bound
from tests.cuda.models import CLASSED, config_of, digits, trained

pytestmark = pytest.mark.cuda

CPU = torch.device("cpu")
NATS = 1e-3  # tolerance of a figure in nats
SEED = np.random.default_rng(0)


@pytest.fixture(scope="module", params=MODELS)
def models(request: pytest.FixtureRequest, card: torch.device) -> tuple[VAE, VAE]:
    """One model of each kind, trained a little on the CPU, there and on the GPU."""
    model = trained(config_of(request.param), CPU)[0].model.eval().requires_grad_(False)
    return model, copy.deepcopy(model).to(card)


@pytest.fixture(scope="module")
def plain(card: torch.device) -> tuple[VAE, VAE]:
    """A plain VAE, there and on the GPU."""
    model = trained(config_of("vae"), CPU)[0].model.eval().requires_grad_(False)
    return model, copy.deepcopy(model).to(card)


def images_for(model: VAE, n: int = 20) -> tuple[np.ndarray, np.ndarray | None]:
    """Test images of the model's shape, and their labels where it is conditioned on them."""
    name = next(name for name, spec in MODELS.items() if type(model) is spec.model)
    images = digits(config_of(name), "test", n)
    return images.pixels, images.labels if name in CLASSED else None


def codes_for(model: VAE, n: int) -> np.ndarray:
    """Draws of the prior; for a class-conditional model each in a class."""
    classes = model.code - model.config.latent
    z = SEED.standard_normal((n, model.config.latent)).astype(np.float32)
    return np.concatenate([z, np.eye(classes, dtype=np.float32)[np.arange(n) % classes]], 1) if classes else z


def test_decoded_images_are_the_cpus(models: tuple[VAE, VAE]) -> None:
    z = codes_for(models[0], 600)  # more than a batch of the service
    ours, theirs = (decode_with(model, z).astype(int) for model in models)
    assert np.abs(ours - theirs).max() <= 1


def test_the_decode_service_answers_as_the_cpu_does(models: tuple[VAE, VAE]) -> None:
    z, service = codes_for(models[0], 100), DecodeService()
    answers = [service.submit(models[1], row) for row in z]
    found = np.stack([answer.result(timeout=60) for answer in answers]).astype(int)
    assert np.abs(found - decode_with(models[0], z)).max() <= 1


def test_elbo_and_importance_weights_are_the_cpus(models: tuple[VAE, VAE]) -> None:
    pixels, labels = images_for(models[0])
    noise = torch.from_numpy(SEED.standard_normal((50, len(pixels), models[0].config.latent)).astype(np.float32))
    found = []
    for model in models:
        device = next(model.parameters()).device
        x = unit_pixels(torch.from_numpy(pixels).to(device))
        given = model.conditioned_on(x, None if labels is None else torch.from_numpy(labels).to(device))
        posterior = given.encode(x)
        weights = log_weights(given, posterior, x, noise.to(device)).double()
        found.append((weights.mean(0).cpu(), importance_bound(weights).cpu()))
    for on_cpu, on_card in zip(*found, strict=True):
        torch.testing.assert_close(on_card, on_cpu, rtol=0, atol=NATS)


def test_estimators_agree_within_their_noise(plain: tuple[VAE, VAE]) -> None:
    pixels, _ = images_for(plain[0], 100)
    elbos = [per_image(model, pixels, 64).elbo_nats.mean() for model in plain]
    assert elbos[1] == pytest.approx(elbos[0], abs=0.2)
    found = [importance_estimates(model, pixels, 500) for model in plain]
    assert found[1].log_likelihood.mean() == pytest.approx(found[0].log_likelihood.mean(), abs=0.1)


def test_latents_are_the_cpus(models: tuple[VAE, VAE]) -> None:
    images = digits(config_of(next(n for n, s in MODELS.items() if type(models[0]) is s.model)), "test", 50)
    ours, theirs = (latents_under(model, images) for model in models)
    np.testing.assert_allclose(theirs.values.mu, ours.values.mu, atol=1e-4)
    np.testing.assert_allclose(theirs.values.logvar, ours.values.logvar, atol=1e-4)
    np.testing.assert_allclose(theirs.values.kl_nats, ours.values.kl_nats, atol=NATS)


def test_reconstructions_and_guessed_classes_are_the_cpus(models: tuple[VAE, VAE]) -> None:
    pixels, _ = images_for(models[0], 10)
    pairs: list[tuple[Reconstruction, Reconstruction]] = list(
        zip(*(reconstruct(m, pixels) for m in models), strict=True)
    )
    for on_cpu, on_card in pairs:
        np.testing.assert_allclose(on_card.mu, on_cpu.mu, atol=1e-4)
        assert np.abs(on_card.decoded.astype(int) - on_cpu.decoded).max() <= 1


def test_anomaly_scores_are_the_cpus(plain: tuple[VAE, VAE]) -> None:
    pixels, _ = images_for(plain[0])
    names = [name for name in ("elbo", "kl", "mse", "corrected") if name in SCORES]
    ours, theirs = (scores(model, pixels, names) for model in plain)
    for name in names:  # their noise is drawn on the CPU for every device
        np.testing.assert_allclose(theirs[name], ours[name], rtol=1e-4, atol=NATS)


def test_inpainting_ends_where_the_cpus_does(models: tuple[VAE, VAE]) -> None:
    pixels, _ = images_for(models[0], 1)
    mask = np.zeros(pixels.shape[2:], bool)
    mask[: len(mask) // 2] = True
    if isinstance(models[0], InpaintCVAE):
        ours, theirs = (draw_completions(model, pixels[0], mask) for model in models)  # type: ignore[arg-type]
        assert max(np.abs(a.picture.astype(int) - b.picture).max() for a, b in zip(ours, theirs, strict=True)) <= 1
        return
    ours, theirs = (complete(model, pixels[0], mask, steps=100) for model in models)
    assert ours[0].energy_nats is not None
    assert theirs[0].energy_nats == pytest.approx(ours[0].energy_nats, rel=0.01, abs=0.1)
    assert np.array_equal(theirs[0].picture[:, ~mask], pixels[0][:, ~mask])


def test_a_geodesic_is_as_short_as_the_cpus(models: tuple[VAE, VAE]) -> None:
    if isinstance(models[0], InpaintCVAE):
        pytest.skip("its decoder needs an image beside the code")
    start, end = codes_for(models[0], 2)
    lengths = []
    for model in models:
        curve = geodesic(model, start, end, SEGMENTS, lambda done: None)
        assert np.allclose(curve[[0, -1]], [start, end])
        pictures = models[0].decode(torch.from_numpy(curve)).flatten(1)
        lengths.append(float(pictures.diff(dim=0).norm(dim=1).sum()))
    assert lengths[1] == pytest.approx(lengths[0], rel=0.02)


def test_a_class_on_demand_is_the_cpus_class(models: tuple[VAE, VAE]) -> None:
    classes = models[0].code - models[0].config.latent
    if not classes:
        pytest.skip("it takes no class")
    z = np.zeros((classes, models[0].config.latent), np.float32)
    codes = np.concatenate([z, np.eye(classes, dtype=np.float32)], 1)
    ours, theirs = (decode_with(model, codes).astype(int) for model in models)
    assert np.abs(ours - theirs).max() <= 1
    assert len(np.unique(theirs, axis=0)) == classes
