"""What ``config.json`` and ``status.json`` of a run hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from explorer.base.languages import N_

SCHEMA = 1
CHOSEN_BY_TEST = N_(
    "Patience looked at the test images, for lack of validation images: the test figures are better than new images "
    "would give."
)


LAYOUT_OF_SET = re.compile(r"^(folder|arrays):|\?[^/?]*=.*$")  # in the name of a data set: its kind, and how it is read


def short_data_name(dataset: str) -> str:
    """The name of a data set without the folder that it lies in: 'mnist', 'pets' for 'folder:/data/pets'."""
    return PurePath(LAYOUT_OF_SET.sub("", dataset)).name


@dataclass(frozen=True)
class DataFacts:
    """What a run records of its data: sizes, classes and fingerprints, not the images.

    ``n_train`` and ``fingerprint_train`` are of the whole training split, of which ``n_validation`` images were not
    trained on, nor ``n_dropped`` duplicates.
    """

    name: str
    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    n_train: int
    n_test: int
    strokes: bool
    fingerprint_train: str
    fingerprint_test: str
    skipped: int = 0
    reading: int = 1  # how a folder was divided (``datasets.READING``); runs without the field are of the first way
    report: dict[str, Any] | None = None  # ``datasets.FolderReport`` of a folder
    entropy_nats: float | None = None  # mean binary entropy of a test image, 0 if black and white; not in older runs
    n_validation: int = 0
    fit: str = ""  # how images were brought to the ratio of ``shape`` (``datasets.Frame.FITS``); not in older runs
    n_dropped: int = 0

    @property
    def n_trained(self) -> int:
        """How many images a run was trained on."""
        return self.n_train - self.n_validation - self.n_dropped

    def size(self, split: str) -> int:
        """The number of images of the split, "train" or "test"."""
        return {"train": self.n_train, "test": self.n_test}[split]

    def fingerprint(self, split: str) -> str:
        """The fingerprint of the split, "train" or "test"."""
        return {"train": self.fingerprint_train, "test": self.fingerprint_test}[split]


@dataclass(frozen=True)
class ModelFacts:
    """A model's name in ``MODELS``, its constructor options, and whether it has a KL, an ELBO and a prior."""

    name: str
    options: dict[str, Any]
    variational: bool = True

    @property
    def encodes(self) -> bool:
        """Whether it has an encoder; one that was made elsewhere may have none."""
        return bool(self.options.get("encodes", True))

    @property
    def normal_prior(self) -> bool:
        """Whether the prior of z is N(0, I): not of an autoencoder, nor where it is learned (``VAE.normal_prior``)."""
        return self.variational and not self.options.get("pseudo_inputs")

    @property
    def diagonal_posterior(self) -> bool:
        """Whether mu and logvar are all of q(z|x) (``VAE.diagonal_posterior``); not of a model with two levels."""
        return "top" not in self.options

    @property
    def decodes(self) -> bool:
        """Whether it has a decoder; what was imported as latents alone has none."""
        return bool(self.options.get("decodes", True))

    @property
    def likelihood(self) -> str:
        """Its name in ``models.ALL_LIKELIHOODS``; "" where the run does not say."""
        return str(self.options.get("likelihood", ""))


@dataclass(frozen=True)
class ImportFacts:
    """Where the model of an imported run comes from.

    Attributes
    ----------
    form : a name of ``importing.FORMS``.
    source : the names of its files.
    assumed : sentences on what neither the files nor the user said.
    checks : what was tried before the run was kept, with the figures.
    """

    form: str
    source: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    checks: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunConfig:
    """``config.json``: everything needed to rebuild the model and to repeat the training.

    ``training`` holds the fields of ``training.TrainConfig``; ``model`` and ``data`` are None until a queued
    run has started. ``imported`` is None of a run that was trained here.
    """

    training: dict[str, Any]
    model: ModelFacts | None = None
    data: DataFacts | None = None
    created: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    schema: int = SCHEMA
    imported: ImportFacts | None = None

    @property
    def data_title(self) -> str:
        """The name of the data set without its folder; empty where the run came without images."""
        return short_data_name(self.training["dataset"])

    @property
    def test_caveat(self) -> str:
        """Why figures of the test split are better than those of new images would be; empty where they are not."""
        chosen = self.training.get("patience") and self.data is not None and not self.data.n_validation
        return CHOSEN_BY_TEST if chosen else ""


@dataclass(frozen=True)
class Status:
    """``status.json``: the present state of the run's training, or how it ended.

    Times are in Unix seconds; ``pid_started`` tells the process from later ones of the same id (``tasks.start_time``).
    """

    state: str
    pid: int | None = None
    pid_started: float | None = None
    heartbeat: float | None = None
    epoch: int = 0
    progress: float = 0.0  # share of the whole training, 0 to 1
    seconds_left: float | None = None
    images_per_s: float | None = None
    device: str = ""
    stage: str = ""
    error: str = ""
    hint: str = ""
    weights_sha256: str = ""
    test_elbo_nats: float | None = None
    validation_elbo_nats: float | None = None
    memory_mb: float | None = None  # resident, or the most that the GPU has held
    best_epoch: int | None = None
