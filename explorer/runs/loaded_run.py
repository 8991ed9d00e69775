"""A run as it was at one moment: config, status and weights' hash, read together and passed down as one value."""

from __future__ import annotations

import os
import time
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.base import ExplorerError, json_bytes
from explorer.runs.records import DataFacts, ModelFacts, RunConfig, Status
from explorer.runs.run import CONFIG, STATUS, WEIGHTS, Run
from explorer.runs.weights import altered, digest_of, weights_of

if TYPE_CHECKING:
    import torch

    from models import VAE

KEPT = 512  # values of ``load_run``, a few kB each
RACES = 10  # attempts to read weights that a training is replacing
RETRY_S = 0.1
RACY_NS = 20_000_000  # a file as young as this may be replaced once more without another stamp: clocks tick every 4 ms
Stamp = tuple[int, int, int]  # inode, size in bytes, modification time in ns: changes when a file is replaced


class WeightsReplacedError(ExplorerError):
    """The run has other weights by now than the ``LoadedRun`` that was asked for its model."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The weights of {name} were replaced meanwhile.", "Try again, with the new ones.")


@dataclass(frozen=True, eq=False)
class LoadedRun:
    """A run that has a model, as its files said at one moment. Immutable; made by ``load_run``.

    Whatever is derived from it belongs to the weights with the SHA-256 ``weights_sha256`` ('' before there are any).
    """

    run: Run
    config: RunConfig
    status: Status
    model: ModelFacts
    data: DataFacts

    @property
    def weights_sha256(self) -> str:
        """The SHA-256 of the weights file, in hexadecimal."""
        return self.status.weights_sha256

    @property
    def version(self) -> str:
        """The first 12 digits of the weights' hash: enough to tell one version of the run from the next."""
        return self.weights_sha256[:12]

    @property
    def key(self) -> tuple[str, str]:
        """Path and weights' hash: equal for two values of which everything derived is equal."""
        return str(self.path), self.weights_sha256

    @property
    def path(self) -> Path:
        """The run directory."""
        return self.run.path

    @property
    def name(self) -> str:
        """The directory's name."""
        return self.run.name

    @property
    def shipped(self) -> bool:
        """Whether the run came with the product."""
        return self.run.shipped

    @property
    def made(self) -> Path:
        """The folder that takes what is derived from the run (``Run.made``)."""
        return self.run.made

    def derived(self, name: str) -> Path:
        """A file derived from the run, to be read (``Run.derived``)."""
        return self.run.derived(name)


def load_run(run: Run) -> LoadedRun:
    """The run as it is now. Costs two calls of ``os.stat``; its JSON is parsed again only after a file was replaced.

    Raises ExplorerError where a file is missing or damaged, or the run has no model yet.
    """
    stamps = stamp_of(run.path / CONFIG), stamp_of(run.path / STATUS)
    if any(stamp is not None and abs(time.time_ns() - stamp[2]) < RACY_NS for stamp in stamps):
        return _read.__wrapped__(run.path, *stamps)
    return _read(run.path, *stamps)


def weights_replaced(run: LoadedRun) -> bool:
    """Whether the run has other weights by now; False where its files cannot be read. Costs as ``load_run``."""
    try:
        return load_run(run.run).weights_sha256 != run.weights_sha256
    except ExplorerError:
        return False


def stamp_of(path: Path) -> Stamp | None:
    """What changes when the file is replaced; None where there is none."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


@lru_cache(maxsize=KEPT)
def _read(path: Path, config_stamp: Stamp | None, status_stamp: Stamp | None) -> LoadedRun:
    """The stamps are from before the reading: a file replaced in between is read again at the next look."""
    run = Run(path)
    config, status = run.config(), run.status()
    if config.model is None or config.data is None:
        raise ExplorerError(f"The run {run.name} has no model yet.", "Wait until its training has begun.")
    return LoadedRun(run, config, status, config.model, config.data)


def load_model(run: LoadedRun, device: torch.device) -> VAE:
    """The run's model with the weights of ``run``, in evaluation mode on ``device``.

    Raises WeightsReplacedError where the run has other weights by now, ExplorerError when a file is missing, truncated,
    altered or does not fit the model.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    from models import model_spec

    weights = checked_weights(run)
    try:
        model = model_spec(run.model.name).restore(run.model.options, load(weights))
        if model.config.shape != run.data.shape:
            raise ValueError(f"it takes images of {model.config.shape}, the data has {run.data.shape}.")
    except (ValueError, TypeError, RuntimeError, SafetensorError) as error:
        reason = str(error).splitlines()[-1].strip()  # torch's first line only names the class
        raise ExplorerError(f"The model in {run.path} does not fit its config: {reason}", "Train it again.") from error
    return model.to(device).eval().requires_grad_(False)


def checked_weights(run: LoadedRun) -> bytes:
    """The content of the weights file, whose SHA-256 is that of ``run``.

    Raises WeightsReplacedError where the run has other weights by now, ExplorerError where they are missing or altered.
    """
    for _ in range(RACES):
        content = weights_of(run.run)
        if digest_of(content) == run.weights_sha256:
            return content
        now = load_run(run.run)
        if now.weights_sha256 != run.weights_sha256:
            raise WeightsReplacedError(run.name)
        if now.status.state != "running":
            break
        time.sleep(RETRY_S)  # its training writes the weights first and their hash a moment later
    raise altered(run.run, "Restore weights.safetensors, or train the run again.")


def packed(run: LoadedRun) -> dict[str, bytes]:
    """The files that make a run of ``run`` elsewhere, by name: config, status and the weights that go with them.

    Raises as ``checked_weights``.
    """
    return {
        CONFIG: json_bytes(asdict(run.config)),
        STATUS: json_bytes(asdict(run.status)),
        WEIGHTS: checked_weights(run),
    }
