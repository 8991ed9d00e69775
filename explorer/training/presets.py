"""For the Models page: the data sets on offer, presets, and the check of a request before anything is written."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from explorer.base import ExplorerError, resolve_device, settings
from explorer.base.languages import N_, _, translate_stored
from explorer.datasets import (
    ARRAYS,
    DATASETS,
    FOLDER,
    SUFFIXES,
    TEST_SHARE,
    Images,
    dataset_spec,
)
from explorer.datasets.arrays import first_of_families, format_of
from explorer.datasets.uploads import upload_name, uploaded_sets, uploads_root
from explorer.runs import find_run
from explorer.training.config import BATCH_SIZE, TrainConfig, checked_config
from explorer.training.labels import check_labels
from explorer.training.memory import check_memory, step_memory
from explorer.training.setup import check_objective, frame_for, model_options, shapes_of
from explorer.training.stored_config import training_config
from explorer.training.validation import check_validation, with_validation

FOLDER_DEPTH = 4  # archive/train/class/file
LARGEST_LAYER = 8192
DOUBLE_CLICK_S = 3.0  # runs are dated in whole seconds
CUSTOM = "custom"
FEW_LABELS = 1000  # of a semi-supervised model; a tenth of smaller data
LABEL_WARMUP = 2 / 3  # of its epochs
NO_LABELS: dict[str, Any] = {"labels": None, "label_warmup": 0.0}  # of the others
SMALL_SIDE = 16  # images up to this side need only small layers


@dataclass(frozen=True)
class Preset:
    """Recommended options: train on ``images`` in all, in at most ``epochs`` epochs, with these hidden sizes."""

    title: str
    summary: str
    images: int
    epochs: int
    hidden: tuple[int, ...] | None


FEW_DIMENSIONS = 3  # up to which deep networks and weight decay pay
DEEP, WIDE = (512, 256, 256, 128), (512, 256)
# MNIST, -ELBO. 2 dimensions: 135.9 nats after "good"; after "best" 132.1, and 138.6 without its weight decay of 0.1.
# 20 dimensions, 10 epochs: DEEP, decay 0.1, rate 1e-3: 123.8; without decay 121.5, at 2e-3 114.5; WIDE so 100.0.
PRESETS: dict[str, Preset] = {
    "quick": Preset(N_("Quick look"), N_("rough, to see whether it works at all"), 180_000, 30, None),
    "good": Preset(N_("Good"), N_("most of what there is to learn"), 1_200_000, 200, DEEP),
    "best": Preset(N_("Best"), N_("longer, for the last few nats"), 4_200_000, 300, DEEP),
}


def offers() -> list[str]:
    """Names for ``TrainConfig.dataset``: the known data sets, those that were brought, the newest first, then the image
    folders and array files in the data root.

    A page offers these and takes no other, so that a visitor cannot name a path of the server.
    """
    root = settings().data
    folders, files = image_folders(root), array_files(root)
    brought = (upload.dataset for upload in uploaded_sets())
    return [*DATASETS, *brought, *(f"{FOLDER}{path}" for path in folders), *(f"{ARRAYS}{path}" for path in files)]


def image_folders(root: Path) -> list[Path]:
    """Folders directly in ``root`` with images in them; links that lead out of it are left alone."""
    try:
        inside = sorted(path for path in root.iterdir() if path.is_dir() and path != uploads_root())
    except OSError:
        return []
    return [path for path in inside if is_offered(path, root)]


def array_files(root: Path) -> list[Path]:
    """Files of arrays directly in ``root``, of those that belong together the first; none that lead out of it."""
    try:
        inside = sorted(path for path in root.iterdir() if path.is_file() and format_of(path))
    except OSError:
        return []
    return [path for path in first_of_families(inside) if is_within(path, root)]


def is_offered(path: Path, root: Path) -> bool:
    """Whether a folder can be named on a page, does not lead out of ``root``, and holds images."""
    return is_within(path, root) and holds_images(path)


def is_within(path: Path, root: Path) -> bool:
    """Whether a path can be named on a page and does not lead out of ``root``."""
    try:
        str(path).encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8
        return False
    return path.resolve().is_relative_to(root.resolve())


def holds_images(folder: Path, depth: int = FOLDER_DEPTH) -> bool:
    """Whether a file named like an image lies in ``folder`` or up to ``depth`` - 1 folders below."""
    below = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    below.append(Path(entry.path))
                elif Path(entry.name).suffix.lower() in SUFFIXES:
                    return True
    except OSError:
        return False
    return depth > 1 and any(holds_images(path, depth - 1) for path in below)


def dataset_title(dataset: str) -> str:
    """What a data set on offer is called."""
    return upload_name(dataset) or _(dataset_spec(dataset).title)


def dataset_note(dataset: str) -> str:
    """A data set in a sentence or two, with what it needs first."""
    spec = dataset_spec(dataset)
    if spec.glance is not None:
        try:
            return translate_stored(spec.glance().note)
        except ExplorerError as error:
            return str(error)
    summary = _("{summary}.").format(summary=_(spec.summary))
    if spec.present():
        return summary
    return f"{summary} {_('It is not here yet: it will be downloaded first, which needs the internet.')}"


def preset_settings(preset: str, dataset: str, model: str, n_train: int, latent: int) -> dict[str, Any]:
    """The fields of TrainConfig that a preset decides, for ``n_train`` images and ``latent`` dimensions."""
    from models import model_spec

    plan, spec = PRESETS[preset], model_spec(model)
    dense = spec.sides is None
    images = plan.images if dense else plan.images // 2  # convolutions take longer, and need fewer
    small, few = dataset_spec(dataset).side <= SMALL_SIDE, latent <= FEW_DIMENSIONS
    hidden = None if plan.hidden is None else plan.hidden if few else WIDE
    epochs = min(max(1, round(images / n_train)), plan.epochs)
    return {
        "epochs": epochs,
        "hidden": ((256, 128) if small else hidden) if dense else (128,),
        "activation": "silu",
        "schedule": "cosine",
        "lr": 1e-3 if few else 2e-3,
        "weight_decay": 0.1 if dense and few else 0.0,
        "beta": 1.0,
        "samples": 1,
        **(few_labels(n_train, epochs) if spec.model.takes_few_labels else NO_LABELS),
        **spec.suggested,
    }


def few_labels(n_train: int, epochs: int) -> dict[str, Any]:
    """The number of labels and the label warm-up of a semi-supervised model, for ``n_train`` images."""
    return {"labels": min(FEW_LABELS, max(1, n_train // 10)), "label_warmup": float(round(LABEL_WARMUP * epochs))}


def images_to_train(dataset: str) -> int:
    """About how many images a training would see in an epoch, without reading them."""
    spec = dataset_spec(dataset)
    if spec.n_train is not None:
        return spec.n_train
    assert spec.glance is not None
    try:
        seen = spec.glance()
    except ExplorerError:
        return 1
    return max(1, seen.n_train - round(seen.n_drawn * TEST_SHARE))


def hidden_sizes(text: str) -> tuple[int, ...] | None:
    """'512, 256' as numbers; blank leaves them to the model."""
    try:
        sizes = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ExplorerError(
            _("'{text}' is no list of layer sizes.").format(text=text), _("Write for example 512, 256.")
        ) from error
    if any(not 1 <= size <= LARGEST_LAYER for size in sizes):
        raise ExplorerError(
            _("The hidden sizes are {names}.").format(names=", ".join(map(str, sizes))),
            _("Each must lie between 1 and {largest_layer}.").format(largest_layer=LARGEST_LAYER),
        )
    return sizes or None


def just_started(name: str | None, config: TrainConfig) -> bool:
    """Whether the run ``name`` is this very training, begun a moment ago: the second half of a double click."""
    if name is None:
        return False
    try:
        run = find_run(name)
        begun, created = training_config(run), datetime.fromisoformat(run.config().created)
        asked = config if config.validation is not None else replace(config, validation=begun.validation)
        age_s = (datetime.now(UTC) - created).total_seconds()
        return begun == asked and age_s < DOUBLE_CLICK_S
    except (ExplorerError, ValueError, TypeError):  # damaged, or dated without a zone
        return False


def startable(config: TrainConfig) -> TrainConfig:
    """The same ``config``, checked, and found to fit the model and the data as far as they can be known unread.

    Raises ExplorerError for whatever would fail; writes nothing.
    """
    checked_config(config)
    check_model(config)
    check_counts(config)
    return config


def check_model(config: TrainConfig) -> None:
    """Check the model's options for images of the size that the data will have; a folder's may be in colour."""
    from models import model_spec

    try:
        spec = model_spec(config.model)
        frame = frame_for(config, spec)
        classes = classes_ahead(config.dataset) if spec.condition == "class" else ()
        empty = Images(
            np.empty((0, channels_ahead(config.dataset), frame.height, frame.width), np.uint8), None, classes
        )
        check_objective(config, spec)
        shapes, batch = shapes_of(spec, model_options(config, empty, 0)), config.batch_size or BATCH_SIZE
        needed = step_memory(shapes, batch, config.samples, config.ema > 0)
        check_memory(needed, batch * config.samples, resolve_device(config.device))
    except ValueError as error:
        raise ExplorerError(str(error)) from error


def classes_ahead(dataset: str) -> tuple[str, ...]:
    """The classes of the images, which are not read."""
    spec = dataset_spec(dataset)
    return spec.classes if spec.glance is None else spec.glance().classes


def channels_ahead(dataset: str) -> int:
    """The channels of the images, at most; they are not read."""
    spec = dataset_spec(dataset)
    if spec.channels is not None:
        return spec.channels
    assert spec.glance is not None
    return spec.glance().channels


def validation_ahead(dataset: str) -> int:
    """The number of training images that were made to validate; they are not read."""
    spec = dataset_spec(dataset)
    try:
        return 0 if spec.glance is None else spec.glance().n_validation
    except ExplorerError:  # which is told when they are read
        return 0


def check_counts(config: TrainConfig) -> None:
    """Raise ExplorerError where validation, batch size or labels exceed the images, if these are on this machine."""
    from models import model_spec

    counts = config.validation, config.batch_size, config.labels
    if not any(counts) or not dataset_spec(config.dataset).present():
        return
    n, classes = counted(config.dataset)
    config = with_validation(config, n, validation_ahead(config.dataset))
    check_validation(config, n, classes)
    n -= config.validation or 0
    check_labels(config, model_spec(config.model), n, classes)
    if config.batch_size is not None and config.batch_size > n:
        raise ExplorerError(
            _("The batch size is {batch_size}, but there are only {n:,} images to train on.").format(
                batch_size=config.batch_size, n=n
            ),
            _("Choose {n} or less.").format(n=n),
        )


def counted(dataset: str) -> tuple[int, int]:
    """How many images, at most, and classes there are to train on, from names and headers of files, not read."""
    spec = dataset_spec(dataset)
    if spec.glance is not None:
        seen = spec.glance()
        return seen.n_train, len(seen.classes)
    here = spec.n_train_here() if spec.n_train_here else spec.n_train
    assert here is not None  # of all but those with a glance
    return here, len(spec.classes)
