"""A small convolutional classifier, whose features are used by the Frechet distance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base.threads import threads_here
from explorer.datasets import stratified
from explorer.images import Pixels
from explorer.inference.likelihood import Progress, unit_pixels

if TYPE_CHECKING:
    import torch
    from torch import nn

    from explorer.datasets import Images

FEATURES = 64
CLASSIFIER_WIDTH = 32  # channels of its first convolution
MAX_TRAINING_IMAGES = 60_000
CLASSIFIER_BATCH = 128
MOST_STEPS = 1200
MOST_EPOCHS = 30  # of a set so small that these are fewer steps
MOST_VALUES = 480_000_000  # of pixels, in all steps: of larger images there are fewer steps
LEAST_STEPS = 100
LEARNING_RATE = 2e-3
MOST_KEPT = 10
KEPT: dict[tuple[str, str, int], Classifier] = {}  # what ``trained_classifier`` has, oldest first


@dataclass(frozen=True)
class Classifier:
    """Networks from pixels to ``FEATURES`` features and from these to class scores."""

    features_of: nn.Module
    scores_of: nn.Module

    def features(self, pixels: Pixels) -> NDArray[np.float32]:
        """Activations of the last hidden layer: uint8 [N, C, H, W] -> [N, FEATURES]."""
        return self.run(pixels, scores=False)

    def probabilities(self, pixels: Pixels) -> NDArray[np.float32]:
        """Class probabilities: uint8 [N, C, H, W] -> [N, classes]."""
        return self.run(pixels, scores=True)

    def run(self, pixels: Pixels, scores: bool) -> NDArray[np.float32]:
        """Features or class probabilities, batch by batch."""
        import torch

        device = next(self.features_of.parameters()).device
        found = []
        with torch.inference_mode():
            for part in torch.from_numpy(pixels).split(1000):
                features = self.features_of(unit_pixels(part.to(device)))
                found.append((self.scores_of(features).softmax(1) if scores else features).cpu())
        return torch.cat(found).numpy()


def train_classifier(
    images: Images, device: torch.device | None = None, seed: int = 0, progress: Progress | None = None
) -> Classifier:
    """Train two convolutions and a feature layer on up to ``MAX_TRAINING_IMAGES`` labelled images.

    It takes ``training_steps``, less than a minute of one core whatever the data. On one kind of machine its weights
    follow from images and seed alone, however many threads the caller uses; its random state is not changed.
    """
    import torch
    import torch.nn.functional as F

    assert images.labels is not None
    device = device or torch.device("cpu")
    chosen = stratified(images.labels, len(images), MAX_TRAINING_IMAGES, seed)
    x = torch.from_numpy(images.pixels[chosen]).to(device)
    y = torch.from_numpy(images.labels[chosen]).to(device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = untrained(images.shape, len(images.classes), device)
    modules = (classifier.features_of, classifier.scores_of)
    parameters = [weight for module in modules for weight in module.parameters()]
    optimiser = torch.optim.Adam(parameters, LEARNING_RATE)
    steps = training_steps(len(x), math.prod(images.shape))
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    generator = torch.Generator().manual_seed(seed)
    with threads_here(1):  # sums of several threads are rounded differently, and weights then differ
        for step in range(steps):
            rows = torch.randint(len(x), (min(CLASSIFIER_BATCH, len(x)),), generator=generator).to(device)
            loss = F.cross_entropy(classifier.scores_of(classifier.features_of(unit_pixels(x[rows]))), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rate.step()
            if progress:
                progress((step + 1) / steps)
    for module in modules:
        module.eval().requires_grad_(False)
    return classifier


def trained_classifier(
    images: Images, device: torch.device, seed: int = 0, progress: Progress | None = None
) -> Classifier:
    """``train_classifier``, or what this process has made of the same images before: other runs of them share it."""
    key = (images.fingerprint(), str(device), seed)
    if key not in KEPT:
        KEPT[key] = train_classifier(images, device, seed, progress)
        while len(KEPT) > MOST_KEPT:
            del KEPT[next(iter(KEPT))]
    return KEPT[key]


def training_steps(images: int, values: int) -> int:
    """The number of steps for so many images of ``values`` pixels (times channels) each."""
    batch = min(CLASSIFIER_BATCH, images)
    most = min(MOST_STEPS, MOST_EPOCHS * images // batch, MOST_VALUES // (batch * values))
    return max(LEAST_STEPS, most)


def untrained(shape: tuple[int, int, int], classes: int, device: torch.device) -> Classifier:
    """Freshly initialised networks for images of this shape."""
    from torch import nn

    from models import conv_features

    features = conv_features(shape, FEATURES, "relu", CLASSIFIER_WIDTH)
    return Classifier(features.to(device), nn.Linear(FEATURES, classes).to(device))
