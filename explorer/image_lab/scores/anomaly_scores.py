"""How surprising images are to a model: several scores, and where each stands among the held-out images.

A run's calibration is made once, by the very same estimators as an image gets (``judging``), and kept in the run.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.base import ExplorerError
from explorer.image_lab.scores.score_terms import SCORE_DRAWS, WEIGHTED_DRAWS, Judged
from explorer.inference import latents_of, originals, read_npz, write_npz
from explorer.inference.latent_space import class_count
from explorer.inference.likelihood import Progress, conditioned_batches
from explorer.runs import LoadedRun

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels
    from models import VAE

VALUES = 2**18  # decoded at once: more would not fit into the cache of a core, with what convolutions make on the way
CALIBRATED = 2_000  # held-out images that a calibration looks at: a percentile is then known to about one point
KEPT = 1_000  # of their scores, evenly spaced: a tenth of a point
CALIBRATION = "surprise.npz"
ESTIMATORS = 1  # raised when a score is worked out in another way; older calibrations are made again

Scores = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class ScoreSpec:
    """One entry of the table: the higher, the more surprising.

    ``needs_prior``: an autoencoder has no such number. ``slow``: takes far longer than the others, so that it is worked
    out only where it is asked for by name. ``needs_codes``: is a distance to the posterior means of other images.
    """

    title: str
    unit: str
    help: str
    of: Callable[[Judged], torch.Tensor]
    needs_prior: bool = False
    needs_codes: bool = False
    slow: bool = False


SIMPLE = "Simple images score low, whatever they show."

SCORES: dict[str, ScoreSpec] = {
    "corrected": ScoreSpec(
        "Corrected for simplicity", "nats",
        "-ELBO (without a prior -reconstruction) less what the image costs when each pixel is predicted from its "
        "neighbours alone: from the mean of those at its left and above, or from the image's mean if cheaper, "
        "through the same p(x|z). What is left depends little on how plain or busy the image is.",
        lambda judged: -judged.elbo - judged.neighbour_nats,
    ),
    "elbo": ScoreSpec(
        "-ELBO", "nats",
        f"-reconstruction + KL, over {SCORE_DRAWS} draws of z: -log p(x), estimated from above. {SIMPLE}",
        lambda judged: -judged.elbo, needs_prior=True,
    ),
    "nll": ScoreSpec(
        "-log p(x)", "nats",
        f"The importance-weighted bound over {WEIGHTED_DRAWS} draws of z, which lies nearer to -log p(x). {SIMPLE}",
        lambda judged: -judged.bound, needs_prior=True, slow=True,
    ),
    "reconstruction": ScoreSpec(
        "-reconstruction", "nats", f"-log p(x|z), averaged over {SCORE_DRAWS} draws of z from the posterior.",
        lambda judged: -judged.reconstruction,
    ),
    "mse": ScoreSpec(
        "Mean squared error", "", "Per pixel, of the reconstruction through μ; pixels in [0, 1].",
        lambda judged: judged.mse,
    ),
    "kl": ScoreSpec(
        "KL", "nats", "From the posterior to the prior, summed over dimensions: how much the code says.",
        lambda judged: judged.kl, needs_prior=True,
    ),
    "nearest": ScoreSpec(
        "Distance to the nearest μ", "units of z", "From μ to the nearest posterior mean of another held-out image.",
        lambda judged: judged.nearest, needs_codes=True,
    ),
}  # fmt: skip
DEFAULT_SCORE = "corrected"  # the best on average in benchmarks/anomaly.py


def scores(
    model: VAE,
    pixels: Pixels,
    names: Sequence[str],
    codes: NDArray[np.float32] | None = None,
    prior: bool = True,
    progress: Progress | None = None,
) -> Scores:
    """The scores ``names`` of each of uint8 [N, C, H, W]: [N] each. Class-conditional models guess the classes.

    Parameters
    ----------
    codes : posterior means [M, K] of other images, for the scores that need them.
    prior : whether the model has one; that of an autoencoder is none.
    """
    import torch

    device = next(model.parameters()).device
    others = None if codes is None else torch.from_numpy(codes).to(device)
    draws = max([SCORE_DRAWS, *(WEIGHTED_DRAWS for name in names if SCORES[name].slow)])
    size = max(1, VALUES // (draws * math.prod(model.config.shape)))
    rows: list[list[NDArray[np.float64]]] = []
    with torch.inference_mode():
        for conditioned, x in conditioned_batches(model, pixels, None, size):
            judged = Judged(conditioned, x, others, prior)
            rows.append([SCORES[name].of(judged).double().cpu().numpy() for name in names])
            if progress:
                progress(min(1.0, len(rows) * size / len(pixels)))
    return {name: np.concatenate([row[i] for row in rows]) for i, name in enumerate(names)}


def scores_of(
    run: LoadedRun, pixels: Pixels, names: Sequence[str] | None = None, progress: Progress | None = None
) -> Scores:
    """The scores ``names`` of each of uint8 [N, C, H, W] under the run's model: [N] each; by default all quick ones.

    Raises ExplorerError for names that are not known or mean nothing to the model, and as ``latents_of`` where a score
    needs the held-out images' posterior means.
    """
    from explorer.inference import model_of

    names = [name for name in score_names(run) if not SCORES[name].slow] if names is None else checked(run, names)
    return scores(model_of(run), pixels, names, codes_for(run, names), run.model.variational, progress)


def codes_for(run: LoadedRun, names: Sequence[str]) -> NDArray[np.float32] | None:
    """The held-out split's posterior means [M, K] where one of the scores needs them."""
    return latents_of(run).mu if any(SCORES[name].needs_codes for name in names) else None


def score_names(run: LoadedRun) -> list[str]:
    """Which scores have a meaning for the run's model."""
    prior = run.model.variational
    return [name for name, spec in SCORES.items() if prior or not spec.needs_prior]


def checked(run: LoadedRun, names: Sequence[str]) -> list[str]:
    """The names; ExplorerError for one that is not known or means nothing here."""
    for name in names:
        if name not in SCORES:
            raise ExplorerError(f"There is no score '{name}'.", f"Choose one of: {', '.join(SCORES)}.")
        if name not in score_names(run):
            raise ExplorerError(f"{SCORES[name].title} means nothing to {run.name}.", "It has no prior.")
    return list(names)


@dataclass(frozen=True)
class Calibration:
    """The scores of ``n`` held-out images: by name, each ascending, all of them or ``KEPT`` evenly spaced ones.

    ``missing``: those that only the images could tell.
    """

    values: dict[str, NDArray[np.float32]]
    n: int
    missing: tuple[str, ...] = ()

    def percentile(self, name: str, values: ArrayLike) -> NDArray[np.float64]:
        """The share of held-out images that are less surprising (ties count half), in percent, of each value.

        Raises KeyError for a score that is missing.
        """
        held = self.values[name]
        asked = np.asarray(values, np.float32)  # as the held ones, so that ties are ties
        ranks = np.searchsorted(held, asked, "left") + np.searchsorted(held, asked, "right")
        return 50.0 * ranks / len(held)


def calibration_of(run: LoadedRun, progress: Progress | None = None) -> Calibration:
    """The run's calibration: kept, or made from the held-out images and kept.

    Where the images are not here it holds what the run's latents tell by the same estimators, and names the rest as
    missing. Raises ExplorerError as ``latents_of``.
    """
    found = read_calibration(run)
    if found is not None:
        return found
    images = originals(run)
    if images is None:
        return calibration_of_latents(run)
    chosen = np.random.default_rng(0).permutation(len(images))[:CALIBRATED]
    names = score_names(run)
    made = calibrate(scores_of(run, images.pixels[np.sort(chosen)], names, progress))
    with contextlib.suppress(ExplorerError):  # a read-only run is judged all the same; it is made anew each time
        write_calibration(run, made)
    return made


def calibrate(scored: Scores) -> Calibration:
    """The calibration of some images' scores, [n] each."""
    return Calibration({name: kept(of) for name, of in scored.items()}, len(next(iter(scored.values()))))


def kept(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Ascending, every one or the middles of ``KEPT`` equal parts."""
    ascending, n = np.sort(values).astype(np.float32), len(values)
    return ascending if n <= KEPT else ascending[((np.arange(KEPT) + 0.5) * n / KEPT).astype(np.int64)]


def calibration_of_latents(run: LoadedRun) -> Calibration:
    """What the kept latents tell without the images: KL and error, both through the mean and thus without draws.

    Nothing where the model is told classes: latents are made with the true ones, an image's scores with a guess.
    """
    values, names = latents_of(run).values, score_names(run)
    told = class_count(run) > 0
    known = {} if told else {"mse": values.mse, "kl": values.kl_nats.sum(1)}
    held = {name: kept(known[name]) for name in names if name in known}
    return Calibration(held, len(values.mu), tuple(name for name in names if name not in held))


def read_calibration(run: LoadedRun) -> Calibration | None:
    """The kept calibration where it is of these weights, of these estimators and whole."""
    arrays = read_npz(run, CALIBRATION)
    names = score_names(run)
    if arrays is None or int(arrays.get("estimators", 0)) != ESTIMATORS or not set(names) <= set(arrays):
        return None
    values = {name: arrays[name].astype(np.float32) for name in names}
    return Calibration(values, int(arrays["n"]))


def write_calibration(run: LoadedRun, calibration: Calibration) -> None:
    """Keep it in the run."""
    facts = {"weights": np.array(run.weights_sha256), "estimators": np.array(ESTIMATORS)}
    write_npz(run, CALIBRATION, {**facts, "n": np.array(calibration.n), **calibration.values})
