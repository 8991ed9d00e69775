"""What the table of models says of each run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from explorer.base import ExplorerError, duration
from explorer.base.languages import N_, _, translate_stored
from explorer.runs import Run, RunConfig, Status, list_runs, load_run
from explorer.training import ACTIVE, queue
from explorer.training.own_runs import size_bytes
from explorer.ui.components import picture_url


@dataclass(frozen=True)
class Row:
    """One run in the table. What cannot be read of a damaged run is empty, and ``state`` says why.

    ``active``: it waits for its training, or is trained. ``usable``: there is a model to explore.
    """

    run: Run
    state: str
    picture: str | None = None
    data: str = ""
    model: str = ""
    latent: int | None = None
    megabytes: float = 0.0
    minus_elbo_nats: float | None = None
    created: str = ""
    active: bool = False
    usable: bool = False
    status: Status | None = field(default=None, repr=False)
    imported: bool = False

    @property
    def name(self) -> str:
        """The run's name."""
        return self.run.name

    @property
    def own(self) -> bool:
        """Whether it may be renamed and deleted."""
        return not self.run.shipped


def all_rows() -> list[Row]:
    """A row for each run: one's own before those that shipped, the newest first."""
    waiting = [run.name for run in queue.waiting()]
    rows = [row_of(run, waiting) for run in list_runs()]
    rows.sort(key=lambda row: row.created, reverse=True)
    return sorted(rows, key=lambda row: not row.own)


def active_names() -> set[str]:
    """The names of the runs that wait for their training, or are trained."""
    names = set()
    for run in list_runs():
        with suppress(ExplorerError):
            if queue.watch(run).state in ACTIVE:
                names.add(run.name)
    return names


def row_of(run: Run, waiting: Sequence[str] = ()) -> Row:
    """The row of a run; ``waiting`` are the names of those that wait for their training, in their order."""
    megabytes = size_bytes(run) / 1e6
    try:
        config, status = run.config(), queue.watch(run)
        return Row(
            run, state_text(run, config, status, waiting), picture_of(run), config.data_title, config.training["model"],
            config.training["latent"], megabytes, minus_elbo_nats(config, status), config.created,
            status.state in ACTIVE, run.has_weights, status, config.imported is not None,
        )  # fmt: skip
    except ExplorerError as error:
        return Row(run, _("It cannot be read: {reason}").format(reason=error.message), megabytes=megabytes)


def picture_of(run: Run) -> str | None:
    """Where the picture of the run is fetched; None before there are weights."""
    with suppress(ExplorerError):
        loaded = load_run(run)
        if run.has_weights and loaded.version:
            return picture_url(loaded)
    return None


def minus_elbo_nats(config: RunConfig, status: Status) -> float | None:
    """-ELBO of the test images; None where there is none, or it was not measured."""
    known = config.model is not None and config.model.variational and config.model.likelihood != "unknown"
    return -status.test_elbo_nats if known and status.test_elbo_nats is not None else None


def state_text(run: Run, config: RunConfig, status: Status, waiting: Sequence[str]) -> str:
    """'Trained', 'Epoch 3/10, 41 s left', 'Waiting, number 2', 'Stopped, epoch 3/10'."""
    epochs = config.training.get("epochs", status.epoch)
    if status.state == "queued":
        if run.name not in waiting:
            return _("Starting")
        return _("Waiting, number {place}").format(place=waiting.index(run.name) + 1)
    if status.state == "running":
        epoch = min(status.epoch + 1, epochs)
        if status.seconds_left is None:
            return _("Epoch {epoch}/{epochs}").format(epoch=epoch, epochs=epochs)
        left = duration(status.seconds_left)
        return _("Epoch {epoch}/{epochs}, {duration} left").format(epoch=epoch, epochs=epochs, duration=left)
    if status.state == "finished":
        return _("Loaded") if config.imported else _("Trained")
    return _(LEFT[status.state]).format(epoch=status.epoch, epochs=epochs)


LEFT = {
    "paused": N_("Paused, epoch {epoch}/{epochs}"),
    "stopped": N_("Stopped, epoch {epoch}/{epochs}"),
    "failed": N_("Failed, epoch {epoch}/{epochs}"),
}


def found(rows: Sequence[Row], text: str) -> list[Row]:
    """The rows whose name, data set or model hold every word of ``text``."""
    words = text.casefold().split()
    return [row for row in rows if all(word in f"{row.name} {row.data} {row.model}".casefold() for word in words)]


def table_of(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """The columns of the table."""
    return {
        "picture": [row.picture for row in rows],
        "name": [row.name for row in rows],
        "data": [translate_stored(row.data) for row in rows],
        "model": [row.model for row in rows],
        "latent": [row.latent for row in rows],
        "nats": [row.minus_elbo_nats for row in rows],
        "size": [row.megabytes for row in rows],
        "date": [row.created[:10] for row in rows],
        "state": [row.state for row in rows],
    }
