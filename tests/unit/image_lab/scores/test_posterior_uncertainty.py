"""What a posterior leaves open in each pixel, against its definitions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer.base.runtime_settings import PROJECT
from explorer.datasets.datasets import dataset_spec
from explorer.image_lab.scores.anomaly_scores import score_names, score_quantiles_of, scores_of
from explorer.image_lab.scores.posterior_uncertainty import (
    MIN_SD,
    POSTERIOR_DRAWS,
    Misfit,
    calibration,
    misfit,
    posterior_record,
    uncertainty,
)
from explorer.images.image_io import Pixels, open_image, to_pixels
from explorer.inference.decoding import model_of
from explorer.inference.reconstruction import reconstruct
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run, find_run
from explorer.training.train_run import train_new
from models import MODELS
from models.vae import VAE
from tests.helpers import tiny_config

EXAMPLES = PROJECT / "explorer" / "ui" / "image" / "examples"


def digit() -> Pixels:
    """The first of the test split, [1, 8, 8]."""
    return dataset_spec("digits").load("test", None).pixels[0]


def linear_vae(sigma: float) -> VAE:
    """No hidden layer, Gaussian noise: what is left open can be written down."""
    torch.manual_seed(0)
    options = {"shape": (1, 4, 4), "latent": 2, "hidden": (), "likelihood": "gaussian", "sigma": sigma}
    return MODELS["vae"].build(options).eval()


def layer_of(model: VAE) -> torch.nn.Linear:
    """The only layer of a linear decoder."""
    return next(layer for layer in model.decoder.modules() if isinstance(layer, torch.nn.Linear))


def test_the_law_of_total_variance_is_that_of_a_linear_decoder() -> None:
    model, sigma = linear_vae(0.05), 0.05
    with torch.no_grad():  # pixels in the middle of the range, so that no mean is clipped
        layer_of(model).bias.fill_(0.5)
        layer_of(model).weight.mul_(0.1)
        pixels = np.full((1, 4, 4), 130, np.uint8)
        posterior = model.encode(torch.from_numpy(pixels[None]).float() / 255)
        weight = layer_of(model).weight
        between = (weight.square() * posterior.logvar.exp()).sum(1).sqrt().reshape(1, 4, 4)
        mean = model.decode(posterior.mu)[0]
    found = uncertainty(model, pixels)
    assert found.samples.shape == (POSTERIOR_DRAWS, 1, 4, 4)
    np.testing.assert_allclose(found.between_sd, between, rtol=0.35)  # of 64 draws in two dimensions
    np.testing.assert_allclose(found.mean, mean, atol=0.03)
    np.testing.assert_allclose(found.total_sd, np.sqrt(found.between_sd**2 + sigma**2), rtol=1e-4)
    np.testing.assert_allclose(found.z_score, (130 / 255 - found.mean) / found.total_sd, rtol=1e-4)


def test_a_right_sd_is_calibrated_and_a_coins_is_too_large_for_grey_pixels() -> None:
    model, rng = linear_vae(0.05), np.random.default_rng(0)
    with torch.no_grad():  # whatever z: a mean of 1/2
        layer_of(model).bias.fill_(0.5)
        layer_of(model).weight.zero_()
    pixels = (255 * rng.normal(0.5, 0.05, (200, 1, 4, 4))).round().astype(np.uint8)
    found = calibration(model, pixels)
    assert found.n == 100
    assert found.ratio == pytest.approx(1, abs=0.06)  # of 1,600 normal pixels
    coin = MODELS["vae"].build({"shape": (1, 4, 4), "latent": 2, "hidden": ()}).eval()
    with torch.no_grad():
        layer_of(coin).bias.zero_()
        layer_of(coin).weight.zero_()
    assert calibration(coin, pixels[:7]).n == 7
    assert calibration(coin, pixels).ratio == pytest.approx(0.1, abs=0.01)  # an sd of 1/2 for pixels of 0.05
    assert calibration(coin, np.where(pixels > 127, 255, 0).astype(np.uint8)).ratio == pytest.approx(1, abs=1e-3)


def test_a_sure_model_does_not_make_outliers_of_rounding() -> None:
    model = linear_vae(1e-4)
    with torch.no_grad():
        layer_of(model).weight.zero_()
        layer_of(model).bias.zero_()
    found = uncertainty(model, np.ones((1, 4, 4), np.uint8))
    np.testing.assert_allclose(found.z_score, 1 / 255 / MIN_SD, rtol=1e-5)


def test_a_bernoulli_decoder_leaves_each_pixel_the_spread_of_a_coin(trained: Run) -> None:
    found = uncertainty(model_of(load_run(trained)), digit())
    np.testing.assert_allclose(found.total_sd, np.sqrt(found.mean * (1 - found.mean)), atol=1e-4)
    assert (found.between_sd <= found.total_sd).all()


def test_an_autoencoder_leaves_nothing_open_between_its_draws(runs_root: Path) -> None:
    run = train_new(tiny_config(model="ae"), "points", lambda _: None, lambda: False)
    found = uncertainty(model_of(load_run(run)), digit())
    assert found.between_sd.max() < 1e-4
    assert found.samples.std(0).max() < 1


@pytest.mark.parametrize("name", ["mnist-16d", "mnist-cvae-8d", "mnist-inpaint", "mnist-ae-2d"])
def test_a_spot_that_the_model_does_not_expect_is_to_blame(name: str) -> None:
    run = find_run(name)
    pixels = to_pixels(open_image(EXAMPLES / "mnist-7.png"), (1, 28, 28))
    assert pixels[0, :6, :6].max() == 0
    pixels[0, 1:6, 1:6] = 255
    found = misfit(model_of(load_run(run)), pixels)
    assert found.share.shape == (28, 28)
    assert found.share.sum() == pytest.approx(1, abs=1e-5)
    assert found.share.min() >= 0
    region, share = found.region
    assert region == "at the upper left"
    assert share > 0.5


def test_regions_are_ninths_and_small_ones_are_not_named() -> None:
    for place, words in {(4, 4): "in the middle", (8, 4): "at the bottom", (2, 8): "at the upper right"}.items():
        share = np.zeros((9, 9), np.float32)
        share[place] = 1
        assert Misfit(share).region == (words, 1)
    assert Misfit(np.full((9, 9), 1 / 81, np.float32)).region[0] == ""


def test_the_record_has_no_percentiles_of_few_images_and_says_why(trained: Run) -> None:
    run, pixels = load_run(trained), digit()
    scored = scores_of(run, pixels[None], ["mse", "elbo", "kl", "reconstruction"])
    few = replace(score_quantiles_of(run), n=5)
    record = posterior_record(run, "my.png", reconstruct(model_of(run), pixels[None])[0], scored, few)
    assert {score["percentile"] for score in record["scores"].values()} == {None}
    assert record["absent"] == {"percentile": "It cannot be known from 5 held-out images: it takes 100 or more."}


def test_the_record_is_json_and_holds_what_the_run_says(trained: Run) -> None:
    pixels = digit()
    result = reconstruct(model_of(load_run(trained)), pixels[None])[0]
    scored = scores_of(load_run(trained), pixels[None], score_names(load_run(trained)))
    record = json.loads(
        json.dumps(
            posterior_record(load_run(trained), "my.png", result, scored, score_quantiles_of(load_run(trained))),
            allow_nan=False,
        )
    )
    assert record["weights_sha256"] == trained.status().weights_sha256
    assert record["mu"] == pytest.approx(result.mu.tolist())
    assert record["sigma"] == pytest.approx(result.sigma.tolist())
    assert sum(record["kl_per_dim_nats"]) == pytest.approx(record["kl_nats"], rel=1e-4)
    assert record["elbo_nats"] == pytest.approx(record["reconstruction_nats"] - record["kl_nats"], rel=1e-5)
    assert set(record["scores"]) == set(score_names(load_run(trained)))
    assert all(0 <= score["percentile"] <= 100 for score in record["scores"].values())
    assert record["absent"] == {}
