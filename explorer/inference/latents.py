"""Latents of a data set under a run's encoder: mu, logvar, error and KL of every image, stored in the run."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import (
    DamagedFileError,
    ExplorerError,
    damaged,
    ensure_folder,
    resolve_device,
    when_free,
    write_atomic,
)
from explorer.base.checksums import npz_arrays, npz_bytes
from explorer.datasets import Images, Split, dataset_spec, held_out_pixels, load_as
from explorer.inference.latent_space import FEW, Directions, View, latent_size, principal_directions, view_along
from explorer.inference.latents_alone import images_alone, latents_arrays
from explorer.inference.likelihood import ACTIVE_VARIANCE, PerImage, Progress, per_image
from explorer.inference.run_parts import latents_lack
from explorer.runs import LoadedRun, load_model

if TYPE_CHECKING:
    from models import VAE

CODES_SHOWN = (0.5, 99.5)  # percentiles of an autoencoder's codes that a view of them reaches


class NoLatentsError(ExplorerError):
    """A run has no latents here: it can have none, or their images are missing and they were not stored."""


@dataclass(frozen=True)
class Latents:
    """Posteriors and ELBO terms of one split, float32 [N, K] and [N]; labels int64 [N], None without labels.

    ``normal_prior``: whether the model's prior is N(0, I), if it has one. ``diagonal``: whether mu and logvar are all
    of a posterior.
    """

    values: PerImage
    labels: NDArray[np.int64] | None
    classes: tuple[str, ...]
    normal_prior: bool = True
    diagonal: bool = True

    def __len__(self) -> int:
        """The number of images."""
        return len(self.values.mu)

    @property
    def mu(self) -> NDArray[np.float32]:
        """Posterior means, [N, K]."""
        return self.values.mu

    def at(self, places: NDArray[np.int64]) -> Latents:
        """The latents of the images at ``places``."""
        values = PerImage(*(column[places] for column in vars(self.values).values()))
        return replace(self, values=values, labels=None if self.labels is None else self.labels[places])

    @property
    def has_kl(self) -> bool:
        """Whether the model is variational, with a KL and a prior; False for an autoencoder, and of no images."""
        return bool(self.values.kl_nats.any())

    @property
    def on_prior_scale(self) -> bool:
        """Whether codes are to be looked at on the scale of N(0, I): the prior is it; False of no images."""
        return self.has_kl and self.normal_prior

    @property
    def has_nats(self) -> bool:
        """Whether log p(x|z) of the images is known; it is not without a decoder or its likelihood."""
        return not np.isnan(self.values.reconstruction_nats).any()

    @property
    def has_error(self) -> bool:
        """Whether reconstructions were compared with the images; not without a decoder or the images."""
        return not np.isnan(self.values.mse).any()

    def kl_per_dim(self) -> NDArray[np.float64]:
        """KL to the prior of each dimension, averaged over the images, nats: [K]; 0 of no images."""
        return self.values.kl_nats.sum(0, dtype=np.float64) / max(1, len(self))

    def spread(self) -> NDArray[np.float64]:
        """Standard deviation of mu over the images: [K]; 0 of no images."""
        return self.mu.std(0, dtype=np.float64) if len(self) else np.zeros(self.mu.shape[1])

    def order(self) -> NDArray[np.int64]:
        """Dimensions in order of decreasing KL or, without a KL, of decreasing variance of mu: [K]."""
        return np.lexsort((-self.spread(), -self.kl_per_dim()))

    def active(self) -> NDArray[np.bool_]:
        """Active units: variance of mu over the data above 0.01 (Burda et al. 2016): [K]; all, where there is none."""
        return np.square(self.spread()) > ACTIVE_VARIANCE if len(self) else np.ones(self.mu.shape[1], bool)

    def directions(self) -> Directions | None:
        """The principal directions of mu; None for ``FEW`` dimensions, and where none is known to vary."""
        if self.mu.shape[1] <= FEW or not len(self):
            return None
        found = principal_directions(self.mu)
        return found if len(found) else None

    def home_view(self, along: Directions | None = None) -> View:
        """The two dimensions that carry most, over the range of N(0, I), or of the codes where the prior is not that.

        With ``along``, the first two of these directions.
        """
        if along is not None:
            return view_along(along, self.on_prior_scale)
        order = self.order().tolist()
        view = View(x=order[0], y=order[1] if len(order) > 1 else order[0])
        if self.on_prior_scale or not len(self):
            return view
        (lo_x, lo_y), (hi_x, hi_y) = np.percentile(self.mu[:, [view.x, view.y]], CODES_SHOWN, axis=0).round(1).tolist()
        return replace(view, lo_x=lo_x, hi_x=hi_x, lo_y=lo_y, hi_y=hi_y, scale="linear")

    def label_name(self, label: int) -> str:
        """The name of a class; its number if it has none."""
        return self.classes[label] if 0 <= label < len(self.classes) else str(label)

    def class_name(self, index: int) -> str | None:
        """The class name of one image; None without labels."""
        return None if self.labels is None else self.label_name(int(self.labels[index]))

    def nearest(self, mu: NDArray[np.floating], k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Indices of and Euclidean distances to the ``k`` nearest posterior means of ``mu``, [K]: [k] each."""
        away = self.mu - np.asarray(mu, np.float64)  # [N, K]
        squared = np.einsum("nk,nk->n", away, away)
        last = min(k, len(squared)) - 1
        near = np.flatnonzero(
            squared <= np.partition(squared, last)[last]
        )  # few, unless many lie equally far: to sort all would take longest
        nearest = near[np.argsort(squared[near], kind="stable")][:k]
        return nearest, np.sqrt(squared[nearest])


def latents_of(
    run: LoadedRun, split: Split = "test", model: VAE | None = None, progress: Progress | None = None
) -> Latents:
    """The run's latents of a split: read if they are stored and belong to the weights, else computed and stored.

    Raises NoLatentsError if they must be computed and the data is missing, and where the run can have none.
    """
    if lack := latents_lack(run):
        raise NoLatentsError(lack.message, lack.hint)
    damage: DamagedFileError | None = None
    try:
        if (kept := stored_latents(run, split)) is not None:
            return kept
    except DamagedFileError as error:
        damage = error
    data = originals(run, split)
    if data is None:
        raise damage or without_data(run, split)
    return compute_latents(run, split, data, model, progress)


def latents_if_any(run: LoadedRun) -> Latents:
    """The latents of the test split; those of no images, [0, K], where there can be none here."""
    try:
        return latents_of(run)
    except NoLatentsError:
        return empty_latents(run)


def empty_latents(run: LoadedRun) -> Latents:
    """The latents of no images under the run's model, [0, K]."""
    none, nothing = np.zeros((0, latent_size(run)), np.float32), np.zeros(0, np.float32)
    return Latents(PerImage(none, none, nothing, none, nothing), None, ())


def without_data(run: LoadedRun, split: Split) -> NoLatentsError:
    """The sentence for latents that are not stored and cannot be computed."""
    return NoLatentsError(
        f"The data set {run.data.name} is not here, and {run.name} keeps no latents of its {split} split.",
        "Put the data back, or choose another run.",
    )


def compute_latents(
    run: LoadedRun, split: Split, data: Images, model: VAE | None = None, progress: Progress | None = None
) -> Latents:
    """Encode ``data`` and store the result in the run, if it can be written."""
    latents = latents_under(model or load_model(run, resolve_device()), data, progress)
    with contextlib.suppress(ExplorerError):  # in a read-only run they are computed each time
        write_latents(run, split, latents)
    return latents


def latents_under(model: VAE, data: Images, progress: Progress | None = None) -> Latents:
    """The latents of ``data`` under a model's encoder."""
    values = per_image(model, data.pixels, progress=progress, labels=data.labels)
    return Latents(values, data.labels, data.classes, model.normal_prior, model.diagonal_posterior)


def packed_latents(run: LoadedRun) -> dict[str, bytes]:
    """The files of the run's latents by name: of the test split, and of the training split where these are kept.

    None where the run can have no latents.

    Raises as ``latents_of``, and DamagedFileError where those of the training split are damaged.
    """
    if latents_lack(run):
        return {}
    kept: dict[Split, Latents | None] = {"test": latents_of(run), "train": stored_latents(run, "train")}
    return {
        latents_file(split): npz_bytes(arrays_of(latents, run.weights_sha256))
        for split, latents in kept.items()
        if latents is not None
    }


def latents_file(split: Split) -> str:
    """The file of a split's latents in the run."""
    return f"latents/{split}.npz"


def write_latents(run: LoadedRun, split: Split, latents: Latents) -> None:
    """Store latents in the run; ExplorerError where it cannot be written."""
    write_npz(run, latents_file(split), arrays_of(latents, run.weights_sha256))


def arrays_of(latents: Latents, weights_sha256: str) -> dict[str, NDArray[np.generic]]:
    """The arrays stored for latents, with the checksum of the weights."""
    arrays: dict[str, NDArray[np.generic]] = {
        "mu": latents.mu,
        "logvar": latents.values.logvar,
        "reconstruction_nats": latents.values.reconstruction_nats,
        "mse": latents.values.mse,
        "weights": np.array(weights_sha256),
    }
    if not np.allclose(latents.values.kl_nats, gaussian_kl(latents.mu, latents.values.logvar)):
        arrays["kl_nats"] = latents.values.kl_nats
    if latents.labels is not None:
        arrays["labels"] = latents.labels.astype(np.uint8 if latents.labels.max(initial=0) < 256 else np.int64)
    return arrays


def write_npz(run: LoadedRun, name: str, arrays: dict[str, NDArray[np.generic]]) -> None:
    """A compressed npz in the run, written atomically, its folder made when missing."""
    path = run.made / name
    ensure_folder(path.parent)
    write_atomic(path, npz_bytes(arrays))


def read_npz(
    run: LoadedRun, name: str, hint: str = "Delete it, and it is made again."
) -> dict[str, NDArray[np.generic]] | None:
    """The arrays of an npz in the run; None if it is missing or of other weights.

    Raises DamagedFileError, with ``hint``, if it is damaged.
    """
    path = run.derived(name)
    try:
        arrays = npz_arrays(when_free(path.read_bytes))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise damaged(path, error.strerror, hint) from error
    except ValueError as error:
        raise damaged(path, error, hint) from error
    return arrays if str(arrays.get("weights")) == run.weights_sha256 else None


def read_latents(run: LoadedRun, split: Split) -> Latents | None:
    """The stored latents, if they are valid and belong to the weights, else None."""
    try:
        return stored_latents(run, split)
    except DamagedFileError:
        return None


def stored_latents(run: LoadedRun, split: Split) -> Latents | None:
    """The stored latents, None if they are missing or of other weights; DamagedFileError if they are damaged."""
    if not run.model.decodes:
        return from_arrays(latents_arrays(run), run, split) if split == "test" else None
    name = latents_file(split)
    hint = f"Restore it, or put the data set {run.data.name} back, and it is computed again."
    arrays = read_npz(run, name, hint)
    try:
        return None if arrays is None else from_arrays(arrays, run, split)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(run.derived(name), error, hint) from error


def from_arrays(arrays: dict[str, NDArray[np.generic]], run: LoadedRun, split: Split) -> Latents:
    """Latents from a file's arrays; the KL is stored only if it is not the closed form of mu and logvar."""
    mu, logvar = arrays["mu"].astype(np.float32), arrays["logvar"].astype(np.float32)
    n = run.data.size(split)
    if mu.ndim != 2 or any(len(column) != n for name, column in arrays.items() if name != "weights"):
        raise ValueError(f"it is not of {n} images")
    kl = arrays["kl_nats"].astype(np.float32) if "kl_nats" in arrays else gaussian_kl(mu, logvar)
    values = PerImage(
        mu, logvar, arrays["reconstruction_nats"].astype(np.float32), kl, arrays["mse"].astype(np.float32)
    )
    labels = arrays["labels"].astype(np.int64) if "labels" in arrays else None
    normal = run.model.normal_prior or not run.model.variational
    return Latents(values, labels, run.data.classes, normal, run.model.diagonal_posterior)


def gaussian_kl(mu: NDArray[np.float32], logvar: NDArray[np.float32]) -> NDArray[np.float32]:
    """KL to the prior of each dimension, nats; as ``models.objectives.gaussian_kl``, without torch."""
    return 0.5 * (np.square(mu) + np.expm1(logvar) - logvar)


def originals(run: LoadedRun, split: Split = "test", binarised: bool = True) -> Images | None:
    """The run's images if the same data (by fingerprint) is on this machine, without downloading; else None.

    Of latents alone those that came with them. For a run trained on binarised pixels they are binarised by the same
    draw as the test images of its training, unless not ``binarised``.
    """
    facts = run.data
    if not facts.name:
        return images_alone(run) if split == "test" and not run.model.decodes else None
    spec = dataset_spec(facts.name, facts.reading)
    if not spec.here(split):
        return None
    try:
        images = load_as(spec, split, facts.shape, facts.fit)
    except ExplorerError:
        return None
    if images.fingerprint() != facts.fingerprint(split):
        return None
    binarise = run.config.training.get("binarise", "none") if binarised else "none"
    return replace(images, pixels=held_out_pixels(images.pixels, binarise))
