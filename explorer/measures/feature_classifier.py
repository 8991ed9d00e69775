"""A small classifier of the project's own: its features compare sets of pictures, its classes judge samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.images import Pixels
from explorer.inference.likelihood import Progress, unit_pixels

if TYPE_CHECKING:
    import torch
    from torch import nn

    from explorer.datasets import Images

FEATURES = 64
WIDTH = 32  # channels of its first convolution
MOST = 60_000  # training images
STEPS = 1200
BATCH = 128
LEARNING_RATE = 2e-3


@dataclass(frozen=True)
class Classifier:
    """Pixels to ``FEATURES`` numbers and on to class scores."""

    features_of: nn.Module
    scores_of: nn.Module

    def features(self, pixels: Pixels) -> NDArray[np.float32]:
        """The last layer before the classes, uint8 [N, C, H, W] -> [N, FEATURES]."""
        return self.run(pixels, scores=False)

    def probabilities(self, pixels: Pixels) -> NDArray[np.float32]:
        """Of each class, uint8 [N, C, H, W] -> [N, classes]."""
        return self.run(pixels, scores=True)

    def run(self, pixels: Pixels, scores: bool) -> NDArray[np.float32]:
        """Either of them, batch by batch."""
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
    """Two convolutions and a layer of features, trained on up to ``MOST`` images with labels: seconds on a CPU.

    The same images and seed make the same classifier; the caller's random state stays as it is.
    """
    import torch
    import torch.nn.functional as F

    from explorer.datasets import stratified

    assert images.labels is not None
    device = device or torch.device("cpu")
    chosen = stratified(images.labels, len(images), MOST, seed)
    x = torch.from_numpy(images.pixels[chosen]).to(device)
    y = torch.from_numpy(images.labels[chosen]).to(device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = untrained(images.shape, len(images.classes), device)
    modules = (classifier.features_of, classifier.scores_of)
    parameters = [weight for module in modules for weight in module.parameters()]
    optimiser = torch.optim.Adam(parameters, LEARNING_RATE)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    generator = torch.Generator().manual_seed(seed)
    for step in range(STEPS):
        rows = torch.randint(len(x), (min(BATCH, len(x)),), generator=generator).to(device)
        loss = F.cross_entropy(classifier.scores_of(classifier.features_of(unit_pixels(x[rows]))), y[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rate.step()
        if progress:
            progress((step + 1) / STEPS)
    for module in modules:
        module.eval().requires_grad_(False)
    return classifier


def untrained(shape: tuple[int, int, int], classes: int, device: torch.device) -> Classifier:
    """Freshly initialised networks for images of this shape."""
    from torch import nn

    from models import conv_features

    features = conv_features(shape, FEATURES, "relu", WIDTH)
    return Classifier(features.to(device), nn.Linear(FEATURES, classes).to(device))
