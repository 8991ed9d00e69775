"""Measures of one image against another; images are [N, C, side, side] in [0, 1]."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import logit

from tests.oracles.networks import Array

SIGMA, RADIUS = 1.5, 5  # of SSIM's window, of 11 x 11 pixels (Wang et al. 2004, section III.C)
BRIGHTNESS, CONTRAST = 0.01**2, 0.03**2  # its constants, for values in [0, 1]
LEAST_MEAN = 0.01  # that a predicted pixel is clipped to


def squared_error(images: Array, others: Array) -> Array:
    """Mean squared error of each image: [N]."""
    return ((images - others) ** 2).mean((1, 2, 3))


def psnr(images: Array, others: Array) -> Array:
    """Peak signal-to-noise ratio of each image in dB: [N]."""
    return -10 * np.log10(squared_error(images, others))


def windowed(images: Array) -> Array:
    """Means in a Gaussian window about each pixel, the images mirrored at their borders: [N, C, side, side]."""
    return gaussian_filter(images, SIGMA, mode="mirror", radius=RADIUS, axes=(2, 3))


def ssim(images: Array, others: Array) -> Array:
    """Structural similarity about each pixel (Wang et al. 2004, equation 13): [N, C, side, side]."""
    one, two = windowed(images), windowed(others)
    variances = windowed(images**2) - one**2 + windowed(others**2) - two**2
    covariance = windowed(images * others) - one * two
    luminance = (2 * one * two + BRIGHTNESS) / (one**2 + two**2 + BRIGHTNESS)
    return luminance * (2 * covariance + CONTRAST) / (variances + CONTRAST)


def neighbour_nats(images: Array) -> Array:
    """Nats that each image costs as Bernoulli pixels predicted from neighbours or, if cheaper, from its mean: [N].

    Images are grey, [N, side, side]. The neighbours are those at the left, above left, above and above right;
    outside the image is black.
    """
    side = images.shape[-1]
    framed = np.pad(images, ((0, 0), (1, 0), (1, 1)))
    places = ((1, 0), (0, 0), (0, 1), (0, 2))
    neighbours = np.mean([framed[:, row : row + side, column : column + side] for row, column in places], axis=0)
    means = np.broadcast_to(images.mean((1, 2), keepdims=True), images.shape)
    return np.minimum(bernoulli_nats(neighbours, images), bernoulli_nats(means, images))


def bernoulli_nats(means: Array, images: Array) -> Array:
    """-log p of each image under independent Bernoulli pixels of these means, [N]."""
    clipped = means.clip(LEAST_MEAN, 1 - LEAST_MEAN)
    return -(images * logit(clipped) + np.log1p(-clipped)).sum((1, 2))
