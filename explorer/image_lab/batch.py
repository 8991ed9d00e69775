"""Evaluation of many images by one model: one row per image, computed in chunks.

An unreadable file gives a row with the reason. Memory does not grow with the number of images: the pixels of two
chunks are held, and what the caller keeps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, Refusal, too_few
from explorer.base.threads import a_core_left
from explorer.image_lab.preprocessing import open_for, prepared_for
from explorer.image_lab.scores import DEFAULT_SCORE, ScoreQuantiles, score_names, score_quantiles_of, scores
from explorer.images import Pixels
from explorer.inference import (
    Latents,
    decode_with,
    guessed,
    image_floors_nats,
    latents_if_any,
    likelihood_kind,
    model_of,
    require,
)
from explorer.inference.latent_space import classed
from explorer.inference.likelihood import Labels, Progress, conditioned_batches
from explorer.maps import LATENT_NEIGHBOURS, MapIndex
from explorer.maps.fits import neighbour_algorithm
from explorer.runs import LoadedRun

if TYPE_CHECKING:
    from explorer.maps import MapIndex
    from explorer.maps.fits import Projection
    from models import VAE

CHUNK = 128  # images per batch of the model
MAX_CHUNK_S = 0.5  # reading time after which a chunk of large pictures ends early

Entry = tuple[str, bytes | Path | Refusal]
Opened = tuple[str, Pixels | Refusal]
Columns = dict[str, NDArray[np.generic] | list[str]]


@dataclass(frozen=True)
class Row:
    """The results for one file; None for values that the model, its data or the run does not have.

    Attributes
    ----------
    file : its name.
    error : why it was refused.
    mse : per pixel, of the reconstruction through mu, pixels in [0, 1].
    kl_nats, elbo_nats : as in the anomaly scores, with the same draws for every image.
    percentile : of the default anomaly score among the held-out images, where these are ``LEAST_FOR_PERCENTILE``.
    nearest_class : majority class of the ``LATENT_NEIGHBOURS`` nearest held-out images by posterior mean, where there
        are more than twice as many.
    x, y : position on the run's map.
    likelihood : what its nats are, ``LikelihoodKind.kind``.
    floor_nats : the least that they can be, the binary entropy of its pixels; of Bernoulli decoders only.
    """

    file: str
    error: str | None = None
    mse: float | None = None
    kl_nats: float | None = None
    elbo_nats: float | None = None
    percentile: float | None = None
    nearest_class: str | None = None
    x: float | None = None
    y: float | None = None
    likelihood: str | None = None
    floor_nats: float | None = None


@dataclass(frozen=True)
class Seen:
    """A row with the model's input and the reconstruction from mu, [C, H, W]; None if not requested."""

    row: Row
    original: Pixels | None = None
    decoded: Pixels | None = None


@dataclass(frozen=True)
class Reference:
    """What a batch is compared with: a run's model, posteriors and score quantiles of its held-out images, a map.

    All of the same weights, those of ``run``; rows are made of these whatever becomes of the run meanwhile.
    """

    run: LoadedRun
    model: VAE
    latents: Latents
    score_quantiles: ScoreQuantiles
    map_index: MapIndex | None = None

    @cached_property
    def classifier(self) -> Any:
        """k-NN classifier on the held-out posterior means; None for data without classes and for too few images."""
        from sklearn.neighbors import KNeighborsClassifier

        mu, labels = self.latents.mu, self.latents.labels
        if labels is None or self.few_neighbours:
            return None
        return KNeighborsClassifier(LATENT_NEIGHBOURS, algorithm=neighbour_algorithm(mu)).fit(mu, labels)

    @property
    def few_neighbours(self) -> str:
        """Why the nearest held-out images tell no class; "" where there are enough."""
        return too_few(len(self.latents), 2 * LATENT_NEIGHBOURS + 1, "held-out image")

    @property
    def absent(self) -> dict[str, str]:
        """For each column that is left empty for lack of held-out images or of a likelihood the reason."""
        classed = self.latents.labels is not None
        kind = likelihood_kind(self.run)
        unknown = "" if kind.is_known else kind.note
        reasons = {
            "elbo_nats": unknown,
            "percentile": unknown or self.score_quantiles.coarse,
            "nearest_class": self.few_neighbours if classed else "",
        }
        return {column: reason for column, reason in reasons.items() if reason}

    @cached_property
    def scores(self) -> list[str]:
        """The scores behind the columns, as far as they are defined for the model."""
        return [name for name in score_names(self.run) if name in (DEFAULT_SCORE, "mse", "kl", "elbo")]


def reference_of(run: LoadedRun, projection: Projection | None, progress: Progress | None = None) -> Reference:
    """The reference of a run, with a map of its held-out images; ``progress`` is that of scoring these, 0 to 1.

    Raises ExplorerError if the run has no encoder or no decoder.
    """
    require(run, "encoder", "decoder")
    model, latents, score_quantiles = model_of(run), latents_if_any(run), score_quantiles_of(run, progress)
    map_index = None if projection is None else MapIndex(latents, projection)
    return Reference(run, model, latents, score_quantiles, map_index)


def seen_in_chunks(
    reference: Reference, entries: Iterable[Entry], should_stop: Callable[[], bool], pictures: bool = False
) -> Iterator[list[Seen]]:
    """Each entry's row, in order, chunk by chunk; with ``pictures`` also what was seen and decoded.

    The next chunk is read while the model works on this one, on a core of its own. Ends early when ``should_stop``.
    """
    waiting = iter(entries)

    def read() -> list[Opened]:
        chunk, started = [], time.monotonic()
        for name, source in islice(waiting, CHUNK):
            chunk.append((name, preprocessed_pixels(reference.run, name, source)))
            if time.monotonic() - started > MAX_CHUNK_S or should_stop():
                break
        return chunk

    with a_core_left(), ThreadPoolExecutor(1) as reader:
        coming = reader.submit(read)
        while (chunk := coming.result()) and not should_stop():
            coming = reader.submit(read)
            yield seen(reference, chunk, pictures)


def preprocessed_pixels(run: LoadedRun, name: str, source: bytes | Path | Refusal) -> Pixels | Refusal:
    """The model's input for a file, preprocessed with the automatic choices, or why it cannot be read."""
    if isinstance(source, Refusal):
        return source
    try:
        return prepared_for(run, open_for(run, source, name)).pixels
    except ExplorerError as error:
        return error.refusal


def seen(reference: Reference, chunk: list[Opened], pictures: bool) -> list[Seen]:
    """The rows of one chunk, in its order."""
    good = [(name, pixels) for name, pixels in chunk if not isinstance(pixels, Refusal)]
    through = iter(evaluated(reference, good, pictures) if good else ())
    return [Seen(Row(name, str(pixels))) if isinstance(pixels, Refusal) else next(through) for name, pixels in chunk]


def evaluated(reference: Reference, good: list[tuple[str, Pixels]], pictures: bool) -> list[Seen]:
    """The rows of images that could be read."""
    model = reference.model
    pixels = np.stack([own for _, own in good])  # [N, C, H, W]
    labels = guessed(model, pixels)
    mu = posterior_means(model, pixels, labels)
    columns = score_columns(reference, pixels) | map_columns(reference, mu) | likelihood_columns(reference.run, pixels)
    rows = [
        Row(name, **{key: value_of(column[i]) for key, column in columns.items()}) for i, (name, _) in enumerate(good)
    ]
    if not pictures:
        return [Seen(row) for row in rows]
    return [Seen(*of) for of in zip(rows, pixels, decoded_by(model, mu, labels), strict=True)]


def posterior_means(model: VAE, pixels: Pixels, labels: Labels) -> NDArray[np.float32]:
    """mu of images [N, C, H, W]: [N, K]; class-conditional models are conditioned on ``labels``."""
    import torch

    with torch.inference_mode():
        return torch.cat(
            [conditioned.encode(x).mu.cpu() for conditioned, x in conditioned_batches(model, pixels, labels)]
        ).numpy()


def score_columns(reference: Reference, pixels: Pixels) -> Columns:
    """The columns computed from scores, for images [N, C, H, W]: [N] each."""
    found = scores(reference.model, pixels, reference.scores, prior=reference.run.model.variational)
    columns: Columns = {"mse": found["mse"]}
    if DEFAULT_SCORE in reference.score_quantiles.values and not reference.score_quantiles.coarse:
        columns["percentile"] = reference.score_quantiles.percentile(DEFAULT_SCORE, found[DEFAULT_SCORE])
    if "kl" in found:
        columns["kl_nats"] = found["kl"]
    if "elbo" in found:
        columns["elbo_nats"] = -found["elbo"]
    return columns


def likelihood_columns(run: LoadedRun, pixels: Pixels) -> Columns:
    """The columns that say what the nats of images [N, C, H, W] are: [N] each."""
    floors = image_floors_nats(run, pixels)
    columns: Columns = {"likelihood": [likelihood_kind(run).kind] * len(pixels)}
    return columns if floors is None else columns | {"floor_nats": np.array(floors)}


def map_columns(reference: Reference, mu: NDArray[np.float32]) -> Columns:
    """The columns of nearest class and map position, for posterior means [N, K]: [N] each."""
    columns: Columns = {}
    if reference.classifier is not None:
        found = reference.classifier.predict(mu)
        columns["nearest_class"] = [reference.latents.label_name(int(label)) for label in found]
    if reference.map_index is not None:
        columns["x"], columns["y"] = reference.map_index.place_out_of_sample(mu).points.T
    return columns


def value_of(value: Any) -> Any:
    """A NumPy number as a Python float; a string unchanged."""
    return value if isinstance(value, str) else float(value)


def decoded_by(model: VAE, mu: NDArray[np.float32], labels: Labels) -> Pixels:
    """Images decoded from posterior means [N, K], conditioned on ``labels`` where the model has classes."""
    return decode_with(model, mu if labels is None else classed(mu, labels, model.code - model.config.latent))
