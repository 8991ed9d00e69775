"""What the model leaves open about an image: draws from its posterior, the spread they leave in each pixel, and where
the image lies beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.image_lab.scores.score_terms import Judged, log_prob_of_pixels, params_of
from explorer.images import Pixels, from_unit
from explorer.inference.likelihood import unit_pixels

if TYPE_CHECKING:
    from explorer.image_lab.scores.anomaly_scores import Calibration, Scores
    from explorer.inference import Reconstruction
    from explorer.runs import LoadedRun
    from models import VAE

POSTERIOR_DRAWS = 64  # of z, for means and standard deviations of pixels
LEAST_SD = 1 / 255  # one grey level: what 8-bit pixels tell apart; smaller ones would call any rounding an outlier
Map = NDArray[np.float32]


@dataclass(frozen=True)
class Uncertainty:
    """One image's pixels under the model, [C, H, W] each, on the [0, 1] scale; ``samples`` [L, C, H, W].

    ``samples`` are decoded from draws of q(z|x): the mean pictures of p(x|z). ``between_sd`` is their standard
    deviation, sqrt(var E[x|z]); ``total_sd`` that of a new image of the same posterior, by the law of total variance
    sqrt(E var[x|z] + var E[x|z]). ``z_score`` is (image - mean) / max(total_sd, one grey level of 255).
    """

    samples: Pixels
    mean: Map
    between_sd: Map
    total_sd: Map
    z_score: Map


def uncertainty(model: VAE, pixels: Pixels) -> Uncertainty:
    """That of one image, uint8 [C, H, W], over ``POSTERIOR_DRAWS`` draws. An autoencoder's draws are all alike."""
    import torch

    with torch.inference_mode():
        judged = judged_image(model, pixels)
        params = judged.decoded_params(POSTERIOR_DRAWS)  # [L, 1, C, H, W]
        pictures = judged.model.likelihood.mean(params)[:, 0]
        within = judged.model.likelihood.std(params)[:, 0].square().mean(0)
        mean, between = pictures.mean(0), pictures.var(0, correction=0)
        total_sd = (within + between).sqrt()
        z_score = (judged.x[0] - mean) / total_sd.clamp_min(LEAST_SD)
        maps = [part.cpu().numpy() for part in (mean, between.sqrt(), total_sd, z_score)]
    return Uncertainty(from_unit(pictures.cpu().numpy()), *maps)


def judged_image(model: VAE, pixels: Pixels) -> Judged:
    """One image, uint8 [C, H, W], as a batch of one on the model's device."""
    import torch

    device = next(model.parameters()).device
    x = unit_pixels(torch.from_numpy(np.ascontiguousarray(pixels)[None]).to(device))
    return Judged(model.conditioned_on(x), x, None, prior=True)


REGIONS = (  # the ninths of an image, row by row
    "at the upper left", "at the top", "at the upper right",
    "at the left", "in the middle", "at the right",
    "at the lower left", "at the bottom", "at the lower right",
)  # fmt: skip
NOTABLE = 1 / 4  # of all the misfit; a region with less of it is not named


@dataclass(frozen=True)
class Misfit:
    """Where the reconstruction term of one image comes from.

    ``share`` [H, W] sums to 1: of each pixel's -E_q log p(x|z) beyond what a perfect decoder would pay for it. All 0
    where nothing is beyond.
    """

    share: Map

    @property
    def region(self) -> tuple[str, float]:
        """The ninth of the image with most of it, in words, and its share, 0 to 1; no words where it is spread out."""
        rows = np.array_split(self.share, 3, 0)
        parts = [float(part.sum()) for row in rows for part in np.array_split(row, 3, 1)]
        most = int(np.argmax(parts))
        return REGIONS[most] if parts[most] >= NOTABLE else "", parts[most]


def misfit(model: VAE, pixels: Pixels) -> Misfit:
    """That of one image, uint8 [C, H, W]."""
    import torch

    with torch.inference_mode():
        judged = judged_image(model, pixels)
        likelihood, x = judged.model.likelihood, judged.x
        paid = -log_prob_of_pixels(likelihood, judged.decoded_params(), x).mean(0)  # [1, C, H, W]
        perfect = -log_prob_of_pixels(likelihood, params_of(likelihood, x), x)
        excess = (paid - perfect).clamp_min(0)[0].sum(0).double().cpu().numpy()  # [H, W]
    return Misfit((excess / (excess.sum() or 1)).astype(np.float32))


def posterior_record(
    run: LoadedRun, name: str, result: Reconstruction, scored: Scores, calibration: Calibration
) -> dict[str, Any]:
    """An image's posterior and scores (``scores_of`` it alone), ready for JSON; units stand in the names."""
    model, data = run.model, run.data
    points = not model.variational
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
        "elbo_nats": None if points else -float(scored["elbo"][0]),
        "reconstruction_nats": -float(scored["reconstruction"][0]),
        "kl_nats": None if points else float(scored["kl"][0]),
        "mse": float(scored["mse"][0]),
        "scores": {
            of: {"value": float(values[0]), "percentile": percentile_of(calibration, of, float(values[0]))}
            for of, values in scored.items()
        },
    }


def percentile_of(calibration: Calibration, name: str, value: float) -> float | None:
    """Where one value stands, in percent; None where the calibration cannot tell."""
    return float(calibration.percentile(name, value)) if name in calibration.values else None
