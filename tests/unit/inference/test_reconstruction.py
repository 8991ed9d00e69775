"""An image through the model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.datasets.datasets import dataset_spec
from explorer.inference.decoding import decode, model_of
from explorer.inference.likelihood.evaluation import evaluate
from explorer.inference.reconstruction import reconstruct, seed_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run, find_run


def test_a_reconstruction_is_consistent(trained: Run) -> None:
    pixels = dataset_spec("digits").load("test", None).pixels[:4]
    model = model_of(load_run(trained))
    results = reconstruct(model, pixels)
    assert len(results) == 4
    posterior = model.encode(torch.from_numpy(pixels).float() / 255)
    for i, result in enumerate(results):
        assert (result.original == pixels[i]).all()
        np.testing.assert_allclose(result.mu, posterior.mu[i].numpy(), atol=1e-6)
        np.testing.assert_allclose(result.sigma, (0.5 * posterior.logvar[i]).exp().numpy(), atol=1e-6)
        assert np.abs(result.decoded.astype(int) - decode(load_run(trained), result.mu[None])[0]).max() <= 1
        assert result.elbo_nats == pytest.approx(result.reconstruction_nats - result.kl_nats, rel=1e-5)
        assert result.kl_nats == pytest.approx(sum(result.kl_per_dim.tolist()))
        difference = np.abs(result.original.astype(int) - result.decoded.astype(int))
        assert (result.absolute_error == difference).all()
        assert result.mse == pytest.approx(np.square(difference / 255).mean(), rel=0.05)  # the picture is rounded


def test_its_elbo_is_the_evaluation_s(trained: Run) -> None:
    pixels = dataset_spec("digits").load("test", None).pixels[:30]
    model = model_of(load_run(trained))
    for image, result in zip(pixels, reconstruct(model, pixels, samples=16), strict=True):
        assert result.elbo_nats == evaluate(model, image[None], samples=16, seed=seed_of(image)).elbo_nats


@pytest.mark.parametrize("name", ["tiny", "mnist-cvae-8d", "mnist-m2"])
def test_an_image_has_the_same_numbers_wherever_it_stands(name: str, trained: Run) -> None:
    run = load_run(find_run(name))
    shape = run.data.shape
    pixels = np.random.default_rng(0).integers(0, 256, (3, *shape), np.uint8)
    model = model_of(run)
    alone = [reconstruct(model, image[None])[0] for image in pixels]
    for order in ([0, 1, 2], [2, 0, 1], [1, 1, 0]):
        for place, result in zip(order, reconstruct(model, pixels[order]), strict=True):
            assert (result.elbo_nats, result.reconstruction_nats, result.mse, result.label) == (
                alone[place].elbo_nats,
                alone[place].reconstruction_nats,
                alone[place].mse,
                alone[place].label,
            )
            assert (result.mu == alone[place].mu).all()


def test_images_that_differ_have_draws_that_differ() -> None:
    images = np.zeros((3, 1, 8, 8), np.uint8)
    images[1, 0, 0, 0] = 1
    assert seed_of(images[0]) == seed_of(images[2]) != seed_of(images[1])
    assert 0 <= seed_of(images[0]) < 2**63
