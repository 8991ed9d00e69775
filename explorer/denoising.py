"""Noise on an image, and how near a picture comes to another one."""

from __future__ import annotations

import numpy as np

from explorer.evaluation import unit_pixels
from explorer.images import Pixels, from_unit


def noisy(pixels: Pixels, sigma: float, seed: int = 0) -> Pixels:
    """uint8 pixels with normal noise of standard deviation ``sigma`` on the [0, 1] scale, cut off at black and white.

    The same seed gives the same noise, larger where ``sigma`` is.
    """
    noise = np.random.default_rng(seed).standard_normal(pixels.shape)
    return from_unit(pixels / 255 + sigma * noise)


def psnr_db(picture: Pixels, original: Pixels) -> float:
    """Peak signal-to-noise ratio of two uint8 [C, H, W], dB: 10 log10(255^2 / MSE), infinite where they are equal.

    By torchmetrics, as the measure of the same name.
    """
    import torch
    from torchmetrics.functional.image import peak_signal_noise_ratio

    one, other = (unit_pixels(torch.from_numpy(np.ascontiguousarray(part))) for part in (picture, original))
    return float(peak_signal_noise_ratio(one, other, 1.0))
