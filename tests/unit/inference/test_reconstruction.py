"""An image through the model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.datasets.datasets import dataset_spec
from explorer.inference.decoding import decode, model_of
from explorer.inference.likelihood.evaluation import evaluate
from explorer.inference.reconstruction import reconstruct
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run


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
    whole = evaluate(model, pixels, samples=16, seed=5)
    each = [result.elbo_nats for result in reconstruct(model, pixels, samples=16, seed=5)]
    assert np.mean(each) == pytest.approx(whole.elbo_nats, rel=1e-5)
