"""A model that was made elsewhere becomes a run."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from explorer.base import ExplorerError, write_atomic
from explorer.base.languages import _
from explorer.datasets import READING, SPLITS, dataset_spec, fit_note, load_as
from explorer.importing.archive import restored_run
from explorer.importing.conventions import Conventions
from explorer.importing.kinds import ONNX
from explorer.importing.probe import MOST_IMAGES
from explorer.importing.sandbox import in_process
from explorer.importing.source import IMAGES, files_of
from explorer.runs import WEIGHTS, DataFacts, ImportFacts, ModelFacts, Run, RunConfig, Status, create_run, packages

NO_DATA = ""  # the name of the data set of a run that came without one


def import_model(
    place: Path, name: str | None = None, dataset: str | None = None, said: Conventions | None = None,
    form: str | None = None,
) -> Run:  # fmt: skip
    """The run made of the model in a file or folder.

    Parameters
    ----------
    name : of the run; made up where it is None.
    dataset : the images to see it with, resized to the model's shape; None for none.
    said : what the user says of the model's conventions.
    form : a name of ``FORMS`` or ``LAYOUTS``; None to recognise it.

    Raises
    ------
    ExplorerError
        Where the model cannot be read, is not known, or does not fit; nothing is left then.
    """
    files = files_of(place)
    with tempfile.TemporaryDirectory() as folder:
        request = {
            "files": [str(path.resolve()) for path in files],
            "said": asdict(said or Conventions()),
            "form": form,
        }
        if dataset is not None and any(path.name.lower().endswith(ONNX) for path in files):
            np.savez(Path(folder) / IMAGES, images=dataset_spec(dataset).load("test", None).pixels[:MOST_IMAGES])
        answer = in_process(request, Path(folder), place.name)
        content = (Path(folder) / WEIGHTS).read_bytes()
        if answer["run"] is not None:
            return restored_run(answer["run"], Path(folder), name)
    return made_run(answer, content, [path.name for path in files], name, dataset)


def made_run(
    answer: dict[str, Any], weights: bytes, source: Sequence[str], name: str | None, dataset: str | None
) -> Run:
    """The run directory of what the worker answered."""
    options, form = answer["options"], answer["form"]
    shape = tuple(options["shape"])
    digest = hashlib.sha256(weights).hexdigest()
    if answer["images"]:
        data, note = own_images(answer["images"], dataset, shape, digest), ""
    else:
        data, note = data_facts(dataset, shape)
    config = RunConfig(
        training={"dataset": data.name, "model": answer["model"], "latent": options["latent"], "epochs": 0},
        model=ModelFacts(answer["model"], options, answer["variational"]),
        data=data,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        packages=packages(),
        imported=ImportFacts(form, tuple(source), tuple(filter(None, (*answer["assumed"], note))), answer["checks"]),
    )
    status = Status("finished", progress=1.0, stage="imported", weights_sha256=digest)
    run = create_run(config, status, name)
    try:
        write_atomic(run.path / WEIGHTS, weights)
    except ExplorerError:
        shutil.rmtree(run.path, ignore_errors=True)  # nothing half-written is left
        raise
    return run


def data_facts(dataset: str | None, shape: tuple[int, int, int]) -> tuple[DataFacts, str]:
    """What the run records of its images, none or those of a data set at the model's shape; what is done to them."""
    if dataset is None:
        return DataFacts(NO_DATA, shape, (), 0, 0, False, "", ""), ""
    spec = dataset_spec(dataset)
    train, test = (load_as(spec, split, shape) for split in SPLITS)
    prints = train.fingerprint(), test.fingerprint()
    facts = DataFacts(dataset, shape, test.classes, len(train), len(test), spec.strokes, *prints, reading=READING)
    return facts, fit_note(spec, shape)


def own_images(images: dict[str, Any], dataset: str | None, shape: tuple[int, int, int], digest: str) -> DataFacts:
    """What the run records of the images that its file brings, which the file's ``digest`` tells from others.

    Raises ExplorerError where a data set is asked for beside them.
    """
    if dataset is not None:
        raise ExplorerError(
            _("Latents are of images of their own."), _("Put the images into their file, and choose no data set.")
        )
    return DataFacts(NO_DATA, shape, tuple(images["classes"]), 0, images["n_test"], False, "", digest)
