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

from explorer.base import ExplorerError, write_atomic
from explorer.datasets import dataset_spec
from explorer.importing.archive import restored_run
from explorer.importing.conventions import Conventions
from explorer.importing.sandbox import in_process
from explorer.importing.source import files_of
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
    data = data_facts(dataset, shape)
    config = RunConfig(
        training={"dataset": data.name, "model": answer["model"], "latent": options["latent"], "epochs": 0},
        model=ModelFacts(answer["model"], options, answer["variational"]),
        data=data,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        packages=packages(),
        imported=ImportFacts(form, tuple(source), tuple(answer["assumed"]), answer["checks"]),
    )
    status = Status("finished", progress=1.0, stage="imported", weights_sha256=hashlib.sha256(weights).hexdigest())
    run = create_run(config, status, name)
    try:
        write_atomic(run.path / WEIGHTS, weights)
    except ExplorerError:
        shutil.rmtree(run.path, ignore_errors=True)  # nothing half-written is left
        raise
    return run


def data_facts(dataset: str | None, shape: tuple[int, int, int]) -> DataFacts:
    """What the run records of its images: none, or those of a data set at the model's shape."""
    if dataset is None:
        return DataFacts(NO_DATA, shape, (), 0, 0, False, "", "")
    spec = dataset_spec(dataset)
    train, test = (spec.load(split, shape[1]) for split in ("train", "test"))
    return DataFacts(
        dataset, shape, test.classes, len(train), len(test), spec.strokes, train.fingerprint(), test.fingerprint()
    )
