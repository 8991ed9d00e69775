"""The project's own classifier, on the digits."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from explorer.base import PROJECT
from explorer.datasets.datasets import dataset_spec
from explorer.measures.feature_classifier import FEATURES, Classifier, train_classifier, training_steps


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return train_classifier(dataset_spec("digits").load("train", None))


def test_it_names_digits_it_has_not_seen(classifier: Classifier) -> None:
    held_out = dataset_spec("digits").load("test", None)
    probabilities = classifier.probabilities(held_out.pixels)
    assert probabilities.sum(1) == pytest.approx(1)
    assert (probabilities.argmax(1) == held_out.labels).mean() >= 0.95
    assert classifier.features(held_out.pixels).shape == (len(held_out), FEATURES)


def test_the_seed_makes_it_and_the_callers_random_state_stays(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.measures.feature_classifier.training_steps", lambda *_: 3)
    images = dataset_spec("digits").load("train", None)
    before = torch.get_rng_state()
    first, same, other = (train_classifier(images, seed=seed).features(images.pixels[:5]) for seed in (1, 1, 2))
    assert (first == same).all()
    assert np.abs(first - other).max() > 0
    assert (torch.get_rng_state() == before).all()


def test_it_is_the_same_with_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.measures.feature_classifier.training_steps", lambda *_: 20)
    images, before, weights = dataset_spec("digits").load("train", None), torch.get_num_threads(), []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            weights.append(torch.cat([w.flatten() for w in train_classifier(images).features_of.parameters()]))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert torch.equal(*weights)


WEIGHTS_HASH = """
import hashlib
from explorer.datasets import dataset_spec
from explorer.measures.feature_classifier import train_classifier
trained = train_classifier(dataset_spec("digits").load("train", None))
weights = [w.numpy().tobytes() for module in (trained.features_of, trained.scores_of) for w in module.parameters()]
print(hashlib.sha256(b"".join(weights)).hexdigest())
"""


def test_its_weights_are_the_same_bit_for_bit_in_processes_of_any_number_of_threads() -> None:
    hashes = [
        subprocess.run(
            [sys.executable, "-c", WEIGHTS_HASH], env={**os.environ, "OMP_NUM_THREADS": threads}, cwd=PROJECT,
            capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2")
    ]  # fmt: skip
    assert len(hashes[0].strip()) == 64
    assert hashes[0] == hashes[1]


def test_its_training_is_as_long_as_the_data_are_large() -> None:
    assert training_steps(60_000, 28 * 28) == 1200  # MNIST
    assert training_steps(1437, 8 * 8) == 336  # 30 epochs of the digits
    assert training_steps(90, 3 * 64 * 64) == training_steps(2, 1) == 100
    assert training_steps(60_000, 3 * 64 * 64) == 305  # as many pixels as four times MNIST's
