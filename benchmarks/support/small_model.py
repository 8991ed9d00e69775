"""A small fully connected VAE, trained here in seconds, for benchmarks that need one for each class."""

from __future__ import annotations

import numpy as np
import torch

from explorer.images import Pixels
from explorer.training import TrainConfig
from explorer.training.hooks import Hooks, never
from explorer.training.setup import mean_image
from explorer.training.trainer import Trainer
from models import MODELS
from models.vae import VAE


def small_model(pixels: Pixels, held: Pixels, latent: int, hidden: int, epochs: int, batch: int, seed: int = 0) -> VAE:
    """A Bernoulli VAE of these images, with one hidden layer, at a learning rate of 2e-3 falling along a cosine."""
    config = TrainConfig(
        "mnist", latent=latent, hidden=(hidden,), epochs=epochs, batch_size=batch, lr=2e-3, schedule="cosine", seed=seed
    )
    torch.manual_seed(seed)
    model = MODELS["vae"].build({"shape": pixels.shape[1:], "latent": latent, "hidden": config.hidden})
    model.start_at_mean(mean_image(pixels, np.arange(len(pixels))))
    Trainer(model, pixels, held, config, Hooks(lambda _: None, lambda *_: None, never)).run()
    return model.eval()
