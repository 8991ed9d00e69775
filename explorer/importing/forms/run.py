"""A run of this program, as a folder or in one file: checked as a run is, in the process that opens foreign files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.base import ExplorerError, ensure_folder, write_atomic
from explorer.base.languages import N_, _
from explorer.datasets import Split
from explorer.importing.conventions import Conventions
from explorer.importing.forms.form import Form, Imported
from explorer.importing.kinds import ONNX
from explorer.importing.onnx_files import read_pair
from explorer.importing.source import RUN_FILES, RUN_LATENTS, SourceFiles
from explorer.importing.state_dict import safetensors_tensors
from explorer.inference import Latents, read_latents, write_latents
from explorer.runs import WEIGHTS, LoadedRun, Run, Status, load_model, load_run
from explorer.training import training_config

if TYPE_CHECKING:
    from torch import Tensor

    from models import VAE

HERE = Path("run")  # in the worker's own folder, which is removed after it
MOST_LATENTS_BYTES = 2**30  # unpacked
MOST_CLASSES = 2**16
SPLITS: tuple[Split, ...] = ("test", "train")
KEPT = ("epoch", "device", "test_elbo_nats", "validation_elbo_nats", "best_epoch")  # of the status
EXPORT_AGAIN = N_("Download or export the run again.")


def accepts(source: SourceFiles) -> bool:
    """Whether there are the files that make a run."""
    return set(RUN_FILES) <= set(source.contents)


def read(source: SourceFiles, said: Conventions, layout: str | None) -> Imported:
    """The run's model, config and latents.

    Raises ExplorerError for other files beside them, damaged or altered ones, and weights that do not fit the config.
    """
    unpack(source)
    run = load_run(Run(HERE))
    tensors = safetensors_tensors(source.contents[WEIGHTS], WEIGHTS)  # finite, and not too many
    check_decodes(checked_model(run, tensors))
    config = replace(run.config, training=training_of(run))
    kept = {name: value for name, value in asdict(run.status).items() if name in KEPT}
    status = Status("finished", progress=1.0, weights_sha256=run.weights_sha256, **kept)
    return Imported(
        "run", run.model.name, run.model.options, run.model.variational, source.contents[WEIGHTS],
        run={"config": asdict(config), "status": asdict(status)}, latents=latents_in(run, source),
    )  # fmt: skip


def unpack(source: SourceFiles) -> None:
    """Write the run's files into ``HERE``; ExplorerError where there are others."""
    paths = {Path(name).name: name for name in (*RUN_FILES, *RUN_LATENTS)}
    if other := sorted(set(source.contents) - set(paths)):
        raise ExplorerError(_("{other} is no file of a run.").format(other=other[0][:80]), _(EXPORT_AGAIN))
    for name, content in source.contents.items():
        write_atomic(ensure_folder((HERE / paths[name]).parent) / name, content)


def checked_model(run: LoadedRun, tensors: Mapping[str, Tensor]) -> VAE:
    """The model with its weights; ExplorerError for a model that is not known, or graphs that are refused."""
    import torch

    from models import OnnxVAE, model_spec

    try:
        spec = model_spec(run.model.name)
    except ValueError as error:
        raise ExplorerError(
            _("The run's model is not known here: {error}").format(error=error), _(EXPORT_AGAIN)
        ) from error
    if issubclass(spec.model, OnnxVAE):
        check_graphs(tensors)
    if spec.variational != run.model.variational:
        raise ExplorerError(
            _("The run's config does not fit a model '{name}'.").format(name=run.model.name), _(EXPORT_AGAIN)
        )
    return load_model(run, torch.device("cpu"))


def check_graphs(tensors: Mapping[str, Tensor]) -> None:
    """Raise ExplorerError for graphs that an import of ONNX files would refuse."""
    files = {f"{name}{ONNX}": tensor.numpy().tobytes() for name, tensor in tensors.items()}
    read_pair(SourceFiles(files, dict.fromkeys(files, "onnx"), {}))


def check_decodes(model: VAE) -> None:
    """Raise ExplorerError where a random code gives NaN or infinite pixels."""
    import torch

    z = torch.randn(2, model.code, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        if not bool(model.decode(z).isfinite().all()):
            raise ExplorerError(_("The model returns NaN or infinite numbers for random codes."), _("Train it again."))


def training_of(run: LoadedRun) -> dict[str, Any]:
    """The training options, checked; of a model that was made elsewhere, what its import noted.

    Raises ExplorerError for options of another model: their model is part of the name of the new run.
    """
    if run.config.imported is None:
        config = training_config(run.run)
        if config.model != run.model.name:
            raise ExplorerError(
                _("The run's training options are not those of '{name}'.").format(name=run.model.name), _(EXPORT_AGAIN)
            )
        return asdict(config)
    facts = {"dataset": run.data.name, "model": run.model.name, "latent": run.model.options["latent"]}
    return {**facts, "epochs": 0}


def latents_in(run: LoadedRun, source: SourceFiles) -> dict[str, bytes]:
    """The latents that came along, checked and written anew, by name."""
    found: dict[str, bytes] = {}
    for split in SPLITS:
        name = f"latents/{split}.npz"
        content = source.contents.get(f"{split}.npz")
        if content is not None:
            check_size(content, name)
            latents = read_latents(run, split)
            if latents is None or not fits(latents, run):
                raise ExplorerError(_("{name} is damaged, or not of this run.").format(name=name), _(EXPORT_AGAIN))
            write_latents(run, split, latents)
            found[name] = (HERE / name).read_bytes()
    return found


def fits(latents: Latents, run: LoadedRun) -> bool:
    """Whether mu, logvar and KL are [N, K] with the model's K, the figures [N], all finite, and labels of classes."""
    values, n = latents.values, len(latents)
    wide = all(part.shape == (n, run.model.options["latent"]) for part in (values.mu, values.logvar, values.kl_nats))
    narrow = all(part.shape == (n,) for part in (values.reconstruction_nats, values.mse))
    finite = all(bool(np.isfinite(part).all()) for part in vars(values).values())
    labels = latents.labels
    known = labels is None or (labels.shape == (n,) and bool(((labels >= 0) & (labels < MOST_CLASSES)).all()))
    return wide and narrow and finite and known


def check_size(content: bytes, name: str) -> None:
    """Raise ExplorerError for an npz that would unpack to more than ``MOST_LATENTS_BYTES``."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:  # zipfile unpacks no more than an entry says
        if sum(entry.file_size for entry in archive.infolist()) > MOST_LATENTS_BYTES:
            raise ExplorerError(_("{name} would unpack to more than a gigabyte.").format(name=name), _(EXPORT_AGAIN))


FORM = Form("a run of this program", accepts, read)
