"""Many images through one model: a row an image, worked out in chunks, whatever becomes of the single image.

What cannot be read is a row with its reason; the others go through. Memory does not grow with the number of images:
the pixels of two chunks are held, and what the caller keeps.
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

from explorer.base import ExplorerError, a_core_left
from explorer.image_lab.preprocessing import prepared_for
from explorer.image_lab.scores import DEFAULT_SCORE, Calibration, calibration_of, score_names, scores
from explorer.images import Pixels, open_image
from explorer.inference import Latents
from explorer.inference.latent_space import classed
from explorer.inference.likelihood import Labels, Progress, conditioned_batches
from explorer.maps import LATENT_NEIGHBOURS
from explorer.maps.fits import neighbour_algorithm
from explorer.runs import LoadedRun

if TYPE_CHECKING:
    from explorer.maps import MapIndex
    from explorer.maps.fits import Projection
    from models import VAE

CHUNK = 128  # images that go through the model together
CHUNK_S = 0.5  # a chunk of large pictures ends when so long was read

Entry = tuple[str, bytes | Path | ExplorerError]
Opened = tuple[str, Pixels | ExplorerError]
Columns = dict[str, NDArray[np.generic] | list[str]]


@dataclass(frozen=True)
class Row:
    """What is known of one file: its name, and either why it was refused or what the model makes of it.

    ``mse`` per pixel of the reconstruction through mu, pixels in [0, 1]; KL and ELBO as ``surprise`` scores them, with
    the same draws for every image; ``percentile`` of the default score among the held-out images; ``nearest_class``
    the commonest among the 12 nearest of these by posterior mean; ``x``, ``y`` the place on the run's map. None for
    what a model, its data or the run does not have.
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


@dataclass(frozen=True)
class Seen:
    """A row with its pictures, [C, H, W]: what the model saw, and what it decodes from mu; None where not wanted."""

    row: Row
    original: Pixels | None = None
    decoded: Pixels | None = None


@dataclass(frozen=True)
class Reference:
    """What a batch is held against: a run's model, its held-out images' posteriors and scores, and their map.

    All of the same weights, those of ``run``; rows are made of these whatever becomes of the run meanwhile.
    """

    run: LoadedRun
    model: VAE
    latents: Latents
    calibration: Calibration
    map_index: MapIndex | None = None

    @cached_property
    def classifier(self) -> Any:
        """Names the commonest class among the nearest held-out means; None where the data has no classes."""
        from sklearn.neighbors import KNeighborsClassifier

        mu, labels = self.latents.mu, self.latents.labels
        if labels is None:
            return None
        return KNeighborsClassifier(min(LATENT_NEIGHBOURS, len(mu)), algorithm=neighbour_algorithm(mu)).fit(mu, labels)

    @cached_property
    def scores(self) -> list[str]:
        """The scores that the columns are made of, of those that have a meaning for the model."""
        return [name for name in score_names(self.run) if name in (DEFAULT_SCORE, "mse", "kl", "elbo")]


def reference_of(run: LoadedRun, projection: Projection | None, progress: Progress | None = None) -> Reference:
    """A run's own, with a map of its held-out images; ``progress`` is told how far these are scored, 0 to 1.

    Raises ExplorerError where the run keeps no latents and its data is not here.
    """
    from explorer.inference import model_of
    from explorer.maps import MapIndex
    from explorer.maps.fits import mapped

    model, latents, calibration = model_of(run), mapped(run), calibration_of(run, progress)
    return Reference(run, model, latents, calibration, None if projection is None else MapIndex(latents, projection))


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
            chunk.append((name, opened(reference.run, name, source)))
            if time.monotonic() - started > CHUNK_S or should_stop():
                break
        return chunk

    with a_core_left(), ThreadPoolExecutor(1) as reader:
        coming = reader.submit(read)
        while (chunk := coming.result()) and not should_stop():
            coming = reader.submit(read)
            yield seen(reference, chunk, pictures)


def opened(run: LoadedRun, name: str, source: bytes | Path | ExplorerError) -> Pixels | ExplorerError:
    """What the model sees of a file, prepared by the automatic choices, or what is wrong with it."""
    if isinstance(source, ExplorerError):
        return source
    try:
        return prepared_for(run, open_image(source, name)).pixels
    except ExplorerError as error:
        return error


def seen(reference: Reference, chunk: list[Opened], pictures: bool) -> list[Seen]:
    """The rows of one chunk, in its order."""
    good = [(name, pixels) for name, pixels in chunk if not isinstance(pixels, ExplorerError)]
    through = iter(judged(reference, good, pictures) if good else ())
    return [
        Seen(Row(name, str(pixels))) if isinstance(pixels, ExplorerError) else next(through) for name, pixels in chunk
    ]


def judged(reference: Reference, good: list[tuple[str, Pixels]], pictures: bool) -> list[Seen]:
    """The rows of images that could be read."""
    from explorer.inference import guessed

    model = reference.model
    pixels = np.stack([own for _, own in good])  # [N, C, H, W]
    labels = guessed(model, pixels)
    mu = posterior_means(model, pixels, labels)
    columns = scored(reference, pixels) | placed(reference, mu)
    rows = [
        Row(name, **{key: value_of(column[i]) for key, column in columns.items()}) for i, (name, _) in enumerate(good)
    ]
    if not pictures:
        return [Seen(row) for row in rows]
    return [Seen(*of) for of in zip(rows, pixels, decoded_by(model, mu, labels), strict=True)]


def posterior_means(model: VAE, pixels: Pixels, labels: Labels) -> NDArray[np.float32]:
    """mu of images [N, C, H, W] in the classes ``labels`` where the model is told them: [N, K]."""
    import torch

    with torch.inference_mode():
        return torch.cat(
            [conditioned.encode(x).mu.cpu() for conditioned, x in conditioned_batches(model, pixels, labels)]
        ).numpy()


def scored(reference: Reference, pixels: Pixels) -> Columns:
    """The columns that scores make, of images [N, C, H, W]: [N] each."""
    found = scores(reference.model, pixels, reference.scores, prior=reference.run.model.variational)
    columns: Columns = {"mse": found["mse"]}
    if DEFAULT_SCORE not in reference.calibration.missing:
        columns["percentile"] = reference.calibration.percentile(DEFAULT_SCORE, found[DEFAULT_SCORE])
    if "elbo" in found:
        columns |= {"kl_nats": found["kl"], "elbo_nats": -found["elbo"]}
    return columns


def placed(reference: Reference, mu: NDArray[np.float32]) -> Columns:
    """The columns that tell where posterior means [N, K] lie: [N] each."""
    columns: Columns = {}
    if reference.classifier is not None:
        found = reference.classifier.predict(mu)
        columns["nearest_class"] = [reference.latents.label_name(int(label)) for label in found]
    if reference.map_index is not None:
        columns["x"], columns["y"] = reference.map_index.place_out_of_sample(mu).points.T
    return columns


def value_of(value: Any) -> Any:
    """A number of numpy's as Python's own; a name as it is."""
    return value if isinstance(value, str) else float(value)


def decoded_by(model: VAE, mu: NDArray[np.float32], labels: Labels) -> Pixels:
    """The pictures of posterior means [N, K], of a class-conditional model in the classes ``labels``."""
    from explorer.inference import decode_with

    return decode_with(model, mu if labels is None else classed(mu, labels, model.code - model.config.latent))
