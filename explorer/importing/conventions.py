"""What a user says of a model that its file does not say: shape, pixels, posterior, output, likelihood."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Conventions:
    """None is what was not said.

    Attributes
    ----------
    shape : of an image: channels, height, width.
    layout : "NCHW", "NHWC" or "flat".
    pixels : (low, high) of the encoder's scale; or ("normal", means..., deviations...)
    posterior : for example "mu,logvar".
    output : "probabilities", "logits", "pixels" (on the encoder's scale).
    likelihood : a name of ``models.ALL_LIKELIHOODS``.
    sigma : of a Gaussian, on the [0, 1] pixel scale.
    activation : of dense layers whose file does not name it.
    """

    shape: tuple[int, int, int] | None = None
    layout: str | None = None
    pixels: str | None = None
    posterior: str | None = None
    output: str | None = None
    likelihood: str | None = None
    sigma: float | None = None
    activation: str | None = None
