"""Uncertainty of the model about an image: decoded posterior draws, standard deviations and z-scores of the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.base.languages import N_, _
from explorer.image_lab.scores.score_terms import MIN_MEAN, ScoreTerms, log_prob_of_pixels
from explorer.images import Pixels, from_unit
from explorer.inference.likelihood import unit_pixels
from explorer.measures import likelihood_record

if TYPE_CHECKING:
    from explorer.image_lab.scores.anomaly_scores import ScoreQuantiles, Scores
    from explorer.inference import Reconstruction
    from explorer.runs import LoadedRun
    from models import VAE

POSTERIOR_DRAWS = 64  # of z, for means and standard deviations of pixels
CALIBRATION_IMAGES = 100  # held-out ones, each with as many draws: a second or two
MIN_SD = 1 / 255  # one grey level, the resolution of 8-bit pixels; below it rounding would give large z-scores
Map = NDArray[np.float32]


@dataclass(frozen=True)
class Uncertainty:
    """One image's pixels under the model, [C, H, W] each, on the [0, 1] scale.

    Attributes
    ----------
    samples : uint8 [L, C, H, W]; mean images of p(x|z) for draws of q(z|x).
    mean : of the samples.
    between_sd : standard deviation of the samples, sqrt(var E[x|z]).
    total_sd : standard deviation of the posterior predictive, sqrt(E var[x|z] + var E[x|z]).
    z_score : (image - mean) / max(total_sd, one grey level of 255). Both are NaN where the likelihood is not known.
    """

    samples: Pixels
    mean: Map
    between_sd: Map
    total_sd: Map
    z_score: Map


def uncertainty(model: VAE, pixels: Pixels) -> Uncertainty:
    """Uncertainty of one image, uint8 [C, H, W], over ``POSTERIOR_DRAWS`` draws, which are equal for an autoencoder."""
    import torch

    with torch.inference_mode():
        terms = terms_of_image(model, pixels)
        params = terms.decoded_params(POSTERIOR_DRAWS)  # [L, 1, C, H, W]
        pictures = terms.model.likelihood.mean(params)[:, 0]
        within = terms.model.likelihood.std(params)[:, 0].square().mean(0)
        mean, between = pictures.mean(0), pictures.var(0, correction=0)
        total_sd = (within + between).sqrt()
        z_score = (terms.x[0] - mean) / total_sd.clamp_min(MIN_SD)
        maps = [part.cpu().numpy() for part in (mean, between.sqrt(), total_sd, z_score)]
    return Uncertainty(from_unit(pictures.cpu().numpy()), *maps)


@dataclass(frozen=True)
class Calibration:
    """How well the total sd fits the pixels of ``n`` held-out images.

    ``ratio`` is the root mean square of image - mean over that of the total sd: 1 where the sd is right, less where it
    is too large, as that of a Bernoulli, sqrt(p (1 - p)), is for grey pixels. The root mean square of z-scores would be
    less even where the sd is right: pixels that are black in every image have an sd below ``MIN_SD``.
    """

    ratio: float
    n: int


def calibration(model: VAE, pixels: Pixels) -> Calibration:
    """The calibration over up to ``CALIBRATION_IMAGES`` random ones of images uint8 [N, C, H, W]."""
    chosen = np.random.default_rng(0).permutation(len(pixels))[:CALIBRATION_IMAGES]
    found = [uncertainty(model, image) for image in pixels[chosen]]
    errors = np.stack([one.mean for one in found]) - pixels[chosen] / 255
    variances = np.square(np.stack([one.total_sd for one in found]), dtype=np.float64)
    return Calibration(float(np.sqrt(np.square(errors).mean() / variances.mean())), len(chosen))


def terms_of_image(model: VAE, pixels: Pixels) -> ScoreTerms:
    """The score terms of one image, uint8 [C, H, W], as a batch of one on the model's device."""
    import torch

    device = next(model.parameters()).device
    x = unit_pixels(torch.from_numpy(np.ascontiguousarray(pixels)[None]).to(device))
    return ScoreTerms(model.conditioned_on(x), x)


REGIONS = (  # the ninths of an image, row by row
    N_("at the upper left"), N_("at the top"), N_("at the upper right"),
    N_("at the left"), N_("in the middle"), N_("at the right"),
    N_("at the lower left"), N_("at the bottom"), N_("at the lower right"),
)  # fmt: skip
NOTABLE = 1 / 4  # share of the misfit from which a region is named


@dataclass(frozen=True)
class Misfit:
    """Each pixel's contribution to the reconstruction term of one image.

    ``share`` [H, W] sums to 1: the excess of -E_q log p(x|z) over that of a perfect decoder. All 0 where there is none.
    """

    share: Map

    @property
    def region(self) -> tuple[str, float]:
        """Name and share (0 to 1) of the ninth of the image with the largest misfit; '' below ``NOTABLE``."""
        rows = np.array_split(self.share, 3, 0)
        parts = [float(part.sum()) for row in rows for part in np.array_split(row, 3, 1)]
        most = int(np.argmax(parts))
        return _(REGIONS[most]) if parts[most] >= NOTABLE else "", parts[most]


def misfit(model: VAE, pixels: Pixels) -> Misfit:
    """The misfit of one image, uint8 [C, H, W], under a model whose likelihood is known."""
    import torch

    with torch.inference_mode():
        terms = terms_of_image(model, pixels)
        likelihood, x = terms.model.likelihood, terms.x
        paid = -log_prob_of_pixels(likelihood, terms.decoded_params(), x).mean(0)  # [1, C, H, W]
        best = likelihood.params_of(x.clamp(MIN_MEAN, 1 - MIN_MEAN))
        perfect = -log_prob_of_pixels(likelihood, best, x)
        excess = (paid - perfect).clamp_min(0)[0].sum(0).double().cpu().numpy()  # [H, W]
    return Misfit((excess / (excess.sum() or 1)).astype(np.float32))


def posterior_record(
    run: LoadedRun, name: str, result: Reconstruction, scored: Scores, score_quantiles: ScoreQuantiles
) -> dict[str, Any]:
    """An image's posterior and scores (``scores_of`` with this image alone) as a JSON object; keys name the units."""
    model, data = run.model, run.data
    points = not model.variational

    def of(name: str) -> float | None:
        return float(scored[name][0]) if name in scored else None

    def negative(name: str) -> float | None:
        return None if (value := of(name)) is None else -value

    return {
        "image": name,
        "run": run.name,
        "model": model.name,
        "dataset": data.name,
        "weights_sha256": run.weights_sha256,
        "class": None if result.label is None else data.classes[result.label],
        "mu": result.mu.tolist(),
        "sigma": None if points else result.sigma.tolist(),
        "kl_per_dim_nats": None if points else result.kl_per_dim.tolist(),
        "elbo_nats": negative("elbo"),
        "reconstruction_nats": negative("reconstruction"),
        "kl_nats": of("kl"),
        "mse": of("mse"),
        "scores": {
            name: {"value": float(values[0]), "percentile": percentile_of(score_quantiles, name, float(values[0]))}
            for name, values in scored.items()
        },
        "likelihood": likelihood_record(run),
        "absent": {"percentile": score_quantiles.coarse} if score_quantiles.coarse else {},
    }


def percentile_of(score_quantiles: ScoreQuantiles, name: str, value: float) -> float | None:
    """Percentile of one value; None where the score has no quantiles, or they are of too few images."""
    if name not in score_quantiles.values or score_quantiles.coarse:
        return None
    return float(score_quantiles.percentile(name, value))
