"""The binary entropy of pixels, against SciPy, by hand and on MNIST."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import bernoulli

from explorer.datasets.datasets import dataset_spec
from explorer.inference.likelihood.entropy import binary_entropy_nats
from models.likelihoods import Bernoulli


def test_it_is_the_entropy_of_a_bernoulli_of_each_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 3, 4, 6), np.uint8)
    expected = bernoulli(pixels / 255).entropy().sum((1, 2, 3))
    np.testing.assert_allclose(binary_entropy_nats(pixels), expected, rtol=1e-12)


def test_by_hand() -> None:
    quarter = -(51 / 255) * math.log(51 / 255) - (204 / 255) * math.log(204 / 255)
    pixels = np.array([[0, 255], [51, 0], [204, 51]], np.uint8).reshape(3, 1, 1, 2)
    assert binary_entropy_nats(pixels).tolist() == pytest.approx([0, quarter, 2 * quarter])
    assert binary_entropy_nats(pixels[:0]).shape == (0,)


def test_it_is_what_a_perfect_decoder_pays() -> None:
    pixels = np.random.default_rng(1).integers(1, 255, (4, 1, 8, 8), np.uint8)
    x = torch.from_numpy(pixels).double() / 255
    paid = -Bernoulli().log_prob(torch.logit(x), x)
    np.testing.assert_allclose(binary_entropy_nats(pixels), paid.numpy(), rtol=1e-12)
    assert (-Bernoulli().log_prob(torch.logit(x) + 0.1, x) > paid).all()


@pytest.mark.mnist
def test_a_perfect_decoder_pays_45_nats_for_an_image_of_mnist(mnist: str) -> None:
    floor = binary_entropy_nats(dataset_spec(mnist).load("test", None).pixels)
    assert len(floor) == 10_000
    assert floor.mean() == pytest.approx(45.534, abs=0.001)
    assert floor.mean() / (784 * math.log(2)) == pytest.approx(0.0838, abs=0.0001)
