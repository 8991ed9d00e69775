"""What the shipped models of MNIST draw, judged by a classifier that was trained on real digits."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.base.runtime_settings import PROJECT, SHIPPED_RUNS
from explorer.datasets.datasets import Images, dataset_spec
from explorer.images.image_io import Pixels, from_unit
from explorer.inference.decoding import decode, model_of
from explorer.inference.latent_space.latent_codes import prior_codes
from explorer.inference.latent_space.latent_geometry import prior_draws
from explorer.inference.likelihood.evaluation import class_hits, unit_pixels
from explorer.inference.reconstruction import reconstruct
from explorer.measures.feature_classifier import Classifier, train_classifier
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from models.inpaint_cvae import InpaintCVAE

pytestmark = [pytest.mark.mnist, pytest.mark.slow]

N = 300
COMPLETIONS = 10


@pytest.fixture(scope="module")
def classifier(mnist: str) -> Classifier:
    return train_classifier(dataset_spec(mnist).load("train", None))


@pytest.fixture(scope="module")
def held_out(mnist: str) -> Images:
    return dataset_spec(mnist).load("test", None)


def named(classifier: Classifier, pixels: Pixels, labels: np.ndarray) -> float:
    """The share of pictures that the classifier takes for their class."""
    return float((classifier.probabilities(pixels).argmax(1) == labels).mean())


def test_the_classifier_can_judge(classifier: Classifier, held_out: Images) -> None:
    assert held_out.labels is not None
    assert named(classifier, held_out.pixels, held_out.labels) >= 0.98


def test_samples_are_of_the_class_asked_for(classifier: Classifier) -> None:
    codes = prior_codes(load_run(Run(SHIPPED_RUNS / "mnist-cvae-8d")), 2000, seed=0)
    pictures = decode(load_run(Run(SHIPPED_RUNS / "mnist-cvae-8d")), codes)
    assert named(classifier, pictures, codes[:, 8:].argmax(1)) >= 0.95


def test_most_uploads_are_taken_for_their_class(held_out: Images) -> None:
    assert held_out.labels is not None
    found = reconstruct(model_of(load_run(Run(SHIPPED_RUNS / "mnist-cvae-8d"))), held_out.pixels[:N], samples=1)
    assert np.mean([result.label for result in found] == held_out.labels[:N]) >= 0.9


def test_a_thousand_labels_are_enough(held_out: Images) -> None:
    run = Run(SHIPPED_RUNS / "mnist-m2")
    assert run.config().training["labels"] == 1000
    assert held_out.labels is not None
    wrong = 1 - class_hits(model_of(load_run(run)), held_out.pixels, held_out.labels).mean()
    assert wrong <= 0.05
    documented = (PROJECT / "docs" / "shipped-runs.md").read_text()
    assert f"{wrong:.2%}".replace("%", " %") in documented


def test_most_samples_of_a_few_labels_are_of_the_class_asked_for(classifier: Classifier) -> None:
    codes = prior_codes(load_run(Run(SHIPPED_RUNS / "mnist-m2")), 2000, seed=0)
    pictures = decode(load_run(Run(SHIPPED_RUNS / "mnist-m2")), codes)
    assert named(classifier, pictures, codes[:, 8:].argmax(1)) >= 0.7


@pytest.mark.parametrize("half", ["upper", "lower", "left", "right"])
def test_hidden_halves_are_completed(mnist: str, classifier: Classifier, held_out: Images, half: str) -> None:
    model = model_of(load_run(Run(SHIPPED_RUNS / "mnist-inpaint")))
    assert isinstance(model, InpaintCVAE)
    assert held_out.labels is not None
    mask = torch.ones(1, 1, 28, 28)
    hidden = {"upper": (slice(14), slice(None)), "lower": (slice(14, None), slice(None)),
              "left": (slice(None), slice(14)), "right": (slice(None), slice(14, None))}[half]  # fmt: skip
    mask[(..., *hidden)] = 0
    x = unit_pixels(torch.from_numpy(held_out.pixels[:N]))
    with torch.inference_mode():
        found = model.complete(x, mask, COMPLETIONS, torch.Generator().manual_seed(0))  # [10, N, 1, 28, 28]
    mean_image = dataset_spec(mnist).load("train", None).pixels.mean(0, keepdims=True) / 255
    patched = x * mask + torch.from_numpy(mean_image).float() * (1 - mask)
    labels = held_out.labels[:N]
    ours = named(classifier, from_unit(found.flatten(0, 1).numpy()), np.tile(labels, COMPLETIONS))
    assert ours > named(classifier, from_unit(patched.numpy()), labels) + 0.1
    assert ours > 0.5
    away = (found[:, None] - found[None]).abs().mean((-3, -2, -1))  # [10, 10, N], between completions of one hole
    pairs = ~torch.eye(COMPLETIONS, dtype=torch.bool)
    assert away[pairs].median() > 0.01
    assert (away[pairs] > 0).all()


def test_samples_of_a_prior_look_like_digits_and_those_of_an_autoencoder_less_often(classifier: Classifier) -> None:
    sure = {}
    for name in ("mnist-2d", "mnist-ae-2d"):
        samples = decode(load_run(Run(SHIPPED_RUNS / name)), prior_draws(1000, 2, seed=0))
        sure[name] = float((classifier.probabilities(samples).max(1) > 0.9).mean())
    assert sure["mnist-2d"] > sure["mnist-ae-2d"] + 0.1
