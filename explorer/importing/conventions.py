"""What a user says of a model that its file does not say: shape, pixels, posterior, output, likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.base import ExplorerError
from explorer.base.languages import N_, _

LAYOUTS = ("NCHW", "NHWC", "flat")
OUTPUTS = ("probabilities", "logits", "pixels")
SPREADS = ("mu,logvar", "mu,sigma", "mu,log_sigma")
POSTERIORS = ("mu", *SPREADS, *(f"{spread}:{split}" for spread in SPREADS for split in ("joined", "interleaved")))
LARGEST_SIDE = 256
PIXELS = N_(
    "Give two ends as in 0,1 or -1,1, or mean/deviation as in 0.5/0.5 (for each channel: 0.5,0.4,0.4/0.2,0.2,0.2)."
)


@dataclass(frozen=True)
class Conventions:
    """None is what was not said. Raises ExplorerError for what is not among the choices.

    Attributes
    ----------
    shape : of an image: channels, height, width.
    layout : of images: "NCHW", "NHWC" or "flat".
    pixels : the encoder's scale: "low,high", the values of black and white; or "mean/deviation" of pixels in [0, 1],
        which are subtracted and divided by, one number or one a channel, separated by commas.
    posterior : what the encoder returns, one of ``POSTERIORS``: in two outputs, or ":joined" or ":interleaved" in one.
    output : what the decoder returns: "probabilities" (means in [0, 1]), "logits", or "pixels" on the encoder's scale.
    likelihood : a name of ``models.ALL_LIKELIHOODS``.
    sigma : of a Gaussian, on the [0, 1] pixel scale.
    """

    shape: tuple[int, int, int] | None = None
    layout: str | None = None
    pixels: str | None = None
    posterior: str | None = None
    output: str | None = None
    likelihood: str | None = None
    sigma: float | None = None

    def __post_init__(self) -> None:
        if self.shape is not None:
            check_shape(tuple(self.shape))
            object.__setattr__(self, "shape", tuple(self.shape))  # a list where it comes from JSON
        one_of("layout", self.layout, LAYOUTS)
        one_of("posterior", self.posterior, POSTERIORS)
        one_of("output", self.output, OUTPUTS)
        if self.pixels is not None:
            pixel_scale(self.pixels)
        if self.sigma is not None and not 0 < self.sigma < math.inf:
            raise ExplorerError(
                _("sigma is {sigma:g}.").format(sigma=self.sigma), _("Give a positive number, for pixels in [0, 1].")
            )


def one_of(name: str, value: str | None, choices: tuple[str, ...]) -> None:
    """Raise ExplorerError for a value that is said and is none of the choices."""
    if value is not None and value not in choices:
        raise ExplorerError(
            _("There is no {name} '{value}'.").format(name=name, value=value[:40]),
            _("Choose one of: {names}.").format(names="; ".join(choices)),
        )


def check_shape(shape: tuple[int, ...]) -> None:
    """Raise ExplorerError unless it is that of a grey or colour image that is not too large."""
    if len(shape) != 3 or shape[0] not in (1, 3) or not all(1 <= side <= LARGEST_SIDE for side in shape[1:]):
        raise ExplorerError(
            _("Images of {names} are not shown here.").format(names=" x ".join(map(str, shape))),
            _("Images are grey (1) or colour (3), of at most {largest_side} x {largest_side} pixels.").format(
                largest_side=LARGEST_SIDE
            ),
        )


def pixel_scale(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Shift and scale of "low,high" or "mean/deviation": the encoder is given (x - shift) / scale of x in [0, 1].

    Raises ExplorerError for anything else.
    """
    try:
        parts = [tuple(float(number) for number in part.split(",")) for part in text.split("/")]
    except ValueError:
        parts = []
    if any(not math.isfinite(number) for part in parts for number in part):
        parts = []
    if len(parts) == 2 and len(parts[0]) == len(parts[1]) and min(parts[1]) > 0:
        return parts[0], parts[1]
    if len(parts) == 1 and len(parts[0]) == 2 and parts[0][0] < parts[0][1]:
        low, high = parts[0]
        return (low / (low - high) + 0.0,), (1 / (high - low),)
    raise ExplorerError(_("The pixels are '{text}'.").format(text=text[:60]), _(PIXELS))
