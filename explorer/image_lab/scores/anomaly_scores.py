"""Anomaly scores of images under a model, and their quantiles over the held-out images.

The quantiles are computed once per run, by the same estimators as the score of an image, and stored in the run.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.base import DamagedFileError, ExplorerError, too_few
from explorer.base.languages import N_, _
from explorer.image_lab.scores.held_out_codes import HeldOutCodes
from explorer.image_lab.scores.score_terms import SCORE_DRAWS, WEIGHTED_DRAWS, ScoreTerms
from explorer.inference import (
    latents_if_any,
    latents_lack,
    latents_of,
    likelihood_kind,
    model_of,
    originals,
    read_npz,
    write_npz,
)
from explorer.inference.latent_space import class_count
from explorer.inference.likelihood import LEAST_FOR_PERCENTILE, Progress, conditioned_batches
from explorer.runs import LoadedRun

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels
    from models import VAE

VALUES = 2**18  # decoded at once: with the activations of convolutions, what fits into the cache of a core
QUANTILE_IMAGES = 2_000  # held-out images scored: what that leaves uncertain, ScoreQuantiles.stderr tells
KEPT_QUANTILES = 1_000  # of their scores, evenly spaced: a resolution of a tenth of a point
QUANTILES_FILE = "surprise.npz"
ESTIMATORS = 3  # version of the estimators; quantiles of an older one are computed again

Scores = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class ScoreSpec:
    """One entry of ``SCORES``; higher means more anomalous.

    Attributes
    ----------
    needs_prior : undefined for an autoencoder.
    needs_codes : a distance to the posterior means of other images.
    needs_likelihood : made of log p(x|z).
    slow : far slower than the others, and therefore computed only if named explicitly.
    """

    title: str
    unit: str
    summary: str
    of: Callable[[ScoreTerms], torch.Tensor]
    needs_prior: bool = False
    needs_codes: bool = False
    slow: bool = False
    needs_likelihood: bool = False

    @property
    def help(self) -> str:
        """What it measures, in the current language."""
        return _(self.summary).format(draws=SCORE_DRAWS, weighted=WEIGHTED_DRAWS)


SCORES: dict[str, ScoreSpec] = {
    "corrected": ScoreSpec(
        N_("Corrected for simplicity"), "nats",
        N_(
            "-ELBO (without a prior -reconstruction) less what the image costs when each pixel is predicted from its "
            "neighbours alone: from the mean of those at its left and above, or from the image's mean if cheaper, "
            "through the same p(x|z). What is left depends little on how plain or busy the image is."
        ),
        lambda terms: -terms.elbo - terms.neighbour_nats, needs_likelihood=True,
    ),
    "elbo": ScoreSpec(
        "-ELBO", "nats",
        N_(
            "-reconstruction + KL, over {draws} draws of z: an upper bound of -log p(x), where p is a likelihood. "
            "Simple images score low, whatever they show."
        ),
        lambda terms: -terms.elbo, needs_prior=True, needs_likelihood=True,
    ),
    "nll": ScoreSpec(
        N_("Importance-weighted bound"), "nats",
        N_(
            "As -ELBO, from the mean weight of {weighted} draws of z: a closer bound. Simple images score low, "
            "whatever they show."
        ),
        lambda terms: -terms.bound, needs_prior=True, slow=True, needs_likelihood=True,
    ),
    "reconstruction": ScoreSpec(
        N_("-reconstruction"), "nats", N_("-log p(x|z), averaged over {draws} draws of z from the posterior."),
        lambda terms: -terms.reconstruction, needs_likelihood=True,
    ),
    "mse": ScoreSpec(
        N_("Mean squared error"), "", N_("Per pixel, of the reconstruction through μ; pixels in [0, 1]."),
        lambda terms: terms.mse,
    ),
    "kl": ScoreSpec(
        "KL", "nats", N_("From the posterior to the prior, summed over dimensions: how much the code says."),
        lambda terms: terms.kl, needs_prior=True,
    ),
    "nearest": ScoreSpec(
        N_("Distance to the nearest μ"), N_("units of z"),
        N_(
            "From μ to the nearest posterior mean of another held-out image. Where the data is here, a held-out image "
            "is recognised by its pixels and is not its own neighbour."
        ),
        lambda terms: terms.nearest, needs_codes=True,
    ),
}  # fmt: skip
DEFAULT_SCORE = "corrected"  # the best on average in benchmarks/anomaly.py


def scores(
    model: VAE,
    pixels: Pixels,
    names: Sequence[str],
    held_out: HeldOutCodes | None = None,
    prior: bool = True,
    progress: Progress | None = None,
) -> Scores:
    """The scores ``names`` of images uint8 [N, C, H, W]: [N] each. Class-conditional models infer the classes.

    Parameters
    ----------
    held_out : the posterior means of the held-out images, for the scores that need them.
    prior : whether the model has a prior; an autoencoder has none.
    progress : called with the share done, 0 to 1.
    """
    import torch

    device = next(model.parameters()).device
    codes = own = None
    if held_out is not None:
        codes, own = (torch.from_numpy(array).to(device) for array in (held_out.mu, held_out.own(pixels)))
    draws = max([SCORE_DRAWS, *(WEIGHTED_DRAWS for name in names if SCORES[name].slow)])
    size = max(1, VALUES // (draws * math.prod(model.config.shape)))
    rows: list[list[NDArray[np.float64]]] = []
    with torch.inference_mode():
        for conditioned, x in conditioned_batches(model, pixels, None, size):
            done = len(rows) * size
            terms = ScoreTerms(conditioned, x, codes, None if own is None else own[done : done + len(x)], prior)
            rows.append([SCORES[name].of(terms).double().cpu().numpy() for name in names])
            if progress:
                progress((done + len(x)) / len(pixels))
    return {name: np.concatenate([row[i] for row in rows]) for i, name in enumerate(names)}


def scores_of(
    run: LoadedRun, pixels: Pixels, names: Sequence[str] | None = None, progress: Progress | None = None
) -> Scores:
    """The scores ``names`` of images uint8 [N, C, H, W] under the run's model: [N] each; by default all but slow ones.

    Raises ExplorerError for names that are unknown or undefined for the model, and as ``latents_of`` where a score
    needs the posterior means of the held-out images.
    """
    names = (
        [name for name in score_names(run) if not SCORES[name].slow] if names is None else checked_scores(run, names)
    )
    return scores(model_of(run), pixels, names, held_out_codes_for(run, names), run.model.variational, progress)


def held_out_codes_for(run: LoadedRun, names: Sequence[str]) -> HeldOutCodes | None:
    """The posterior means of the held-out split if one of the scores needs them, else None."""
    if not any(SCORES[name].needs_codes for name in names):
        return None
    images = originals(run)
    return HeldOutCodes(latents_of(run).mu, None if images is None else images.pixels)


def score_names(run: LoadedRun) -> list[str]:
    """The scores that are defined for the run."""
    return [name for name, spec in SCORES.items() if not undefined(run, spec)]


def undefined(run: LoadedRun, spec: ScoreSpec) -> str:
    """Why a score is not defined for the run; "" where it is."""
    if spec.needs_prior and not run.model.variational:
        return _("It has no prior.")
    if spec.needs_likelihood and not (kind := likelihood_kind(run)).is_known:
        return _(kind.note)
    lack = latents_lack(run) if spec.needs_codes else None
    return "" if lack is None else lack.message


def checked_scores(run: LoadedRun, names: Sequence[str]) -> list[str]:
    """The names as a list; ExplorerError for one that is unknown or undefined for the run's model."""
    for name in names:
        if name not in SCORES:
            raise ExplorerError(f"There is no score '{name}'.", f"Choose one of: {', '.join(SCORES)}.")
        if reason := undefined(run, SCORES[name]):
            raise ExplorerError(f"{SCORES[name].title} means nothing to {run.name}.", reason)
    return list(names)


@dataclass(frozen=True)
class ScoreQuantiles:
    """Quantiles of each score over held-out images.

    Attributes
    ----------
    values : by name, ascending: all scores, or ``KEPT_QUANTILES`` evenly spaced quantiles.
    n : number of images scored.
    missing : scores without quantiles, since they cannot be computed without the images.
    """

    values: dict[str, NDArray[np.float32]]
    n: int
    missing: tuple[str, ...] = ()

    @property
    def coarse(self) -> str:
        """Why a percentile among these says too much; "" where they are enough."""
        return too_few(self.n, LEAST_FOR_PERCENTILE, "held-out image")

    def percentile(self, name: str, values: ArrayLike) -> NDArray[np.float64]:
        """Percentile of each value: the share of held-out images with a lower score, in percent; ties count half.

        Raises KeyError for a score that is missing.
        """
        held = self.values[name]
        given = np.asarray(values, np.float32)  # the stored type, so that ties are exact
        ranks = np.searchsorted(held, given, "left") + np.searchsorted(held, given, "right")
        return 50.0 * ranks / len(held)

    def stderr(self, percent: float, total: int) -> float:
        """Standard error, in points, of a percentile among ``total`` held-out images, of which ``n`` were drawn.

        Binomial, for a finite population: 0 where all were scored. Of 2,000 among 10,000 it is 1.0 in the middle, 0.4
        at the 95th percentile and 0.2 at the 99th. With 95 % confidence no percentile at all is off by more than 2.7
        points (Kolmogorov's bound 1.358 / sqrt(n), for the same finite population).
        """
        return math.sqrt(percent * (100 - percent) / self.n * max(0, total - self.n) / max(1, total - 1))


def score_quantiles_of(run: LoadedRun, progress: Progress | None = None) -> ScoreQuantiles:
    """The run's score quantiles: read if stored, else computed from the held-out images and stored.

    Without the images they are limited to the scores that follow from the run's latents; the others are ``missing``,
    all of them where the run can have no latents.
    Raises ExplorerError as ``latents_of``, and where the stored ones are damaged and the images are not there.
    """
    if latents_lack(run):
        return ScoreQuantiles({}, 0, tuple(score_names(run)))
    damage: DamagedFileError | None = None
    try:
        if (found := read_score_quantiles(run)) is not None:
            return found
    except DamagedFileError as error:
        damage = error
    images = originals(run)
    if images is None:
        if damage is not None:
            raise damage
        return score_quantiles_of_latents(run)
    chosen = np.random.default_rng(0).permutation(len(images))[:QUANTILE_IMAGES]
    names = score_names(run)
    made = quantiles_of_scores(scores_of(run, images.pixels[np.sort(chosen)], names, progress))
    with contextlib.suppress(ExplorerError):  # in a read-only run they are computed each time
        write_score_quantiles(run, made)
    return made


def quantiles_of_scores(scored: Scores) -> ScoreQuantiles:
    """The quantiles of scores [n] each."""
    return ScoreQuantiles({name: evenly_spaced(of) for name, of in scored.items()}, len(next(iter(scored.values()))))


def evenly_spaced(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """The values in ascending order: all of them, or the midpoints of ``KEPT_QUANTILES`` equal parts."""
    ascending, n = np.sort(values).astype(np.float32), len(values)
    if n <= KEPT_QUANTILES:
        return ascending
    return ascending[((np.arange(KEPT_QUANTILES) + 0.5) * n / KEPT_QUANTILES).astype(np.int64)]


def score_quantiles_of_latents(run: LoadedRun) -> ScoreQuantiles:
    """Quantiles that follow from the stored latents without the images: KL and error, which need no draws.

    None for a class-conditional model: its latents use the true classes, the scores of an image inferred ones.
    """
    latents, names = latents_if_any(run), score_names(run)
    values, known = latents.values, dict[str, NDArray[np.floating]]()
    if len(latents) and not class_count(run):
        known = {"mse": values.mse, "kl": values.kl_nats.sum(1)}
    held = {name: evenly_spaced(known[name]) for name in names if name in known}
    return ScoreQuantiles(held, len(values.mu), tuple(name for name in names if name not in held))


def read_score_quantiles(run: LoadedRun) -> ScoreQuantiles | None:
    """The stored quantiles, if complete and of these weights and estimators, else None.

    Raises DamagedFileError if they are damaged.
    """
    hint = _("Restore it, or put the data set {data} back, and it is computed again.").format(data=run.data.name)
    arrays = read_npz(run, QUANTILES_FILE, hint)
    names = score_names(run)
    if arrays is None or int(arrays.get("estimators", 0)) != ESTIMATORS or not set(names) <= set(arrays):
        return None
    values = {name: arrays[name].astype(np.float32) for name in names}
    return ScoreQuantiles(values, int(arrays["n"]))


def write_score_quantiles(run: LoadedRun, score_quantiles: ScoreQuantiles) -> None:
    """Store the quantiles in the run."""
    facts = {"weights": np.array(run.weights_sha256), "estimators": np.array(ESTIMATORS)}
    write_npz(run, QUANTILES_FILE, {**facts, "n": np.array(score_quantiles.n), **score_quantiles.values})
