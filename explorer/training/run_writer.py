"""Writes a training into its run directory: status, metrics, frames, weights, checkpoint."""

from __future__ import annotations

import contextlib
import math
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.base import ExplorerError, remove_file, unwritable, write_atomic
from explorer.images import Pixels, from_unit, grid, to_png
from explorer.inference.latent_space import View, home, manifold_grid
from explorer.runs import (
    METRICS,
    LoadedRun,
    Run,
    Status,
    append_metrics,
    load_run,
    metric_lines,
    replace_metrics,
    save_weights,
)
from explorer.runs.tasks import start_time
from explorer.training.checkpoint import save_state
from explorer.training.config import TrainConfig, effective_batch
from explorer.training.hooks import Tick
from explorer.training.stored_config import config_from_json

if TYPE_CHECKING:
    from explorer.datasets import Images
    from explorer.inference.likelihood import Evaluation
    from explorer.training.state import State
    from explorer.training.tensorboard import EventWriter
    from models import VAE

FRAME_IMAGES = 16  # test images reconstructed in a frame
MANIFOLD_SIDE = 15  # decoded points along each axis of a manifold frame
MAX_FRAMES = 100  # kept in a run, evenly over its epochs, the last one always
HEARTBEAT_S = 2.0
NUMBERED = re.compile(r"[a-z]+-(\d+)\.png")
Progress = Callable[[Status], None]


def now() -> str:
    """The time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def with_heartbeat(status: Status) -> Status:
    """The status with this process's identity and a fresh heartbeat."""
    pid = os.getpid()
    return replace(status, pid=pid, pid_started=start_time(pid), heartbeat=time.time())


def memory_mb() -> float:
    """Peak GPU memory of this process, or its resident memory where it uses no GPU; MiB."""
    import psutil
    import torch

    if torch.cuda.is_available() and torch.cuda.is_initialized():
        return torch.cuda.max_memory_allocated() / 2**20
    return float(psutil.Process().memory_info().rss) / 2**20


def steps_of(run: LoadedRun) -> int:
    """How many steps the run was trained for, over all its parts."""
    n = run.data.n_trained
    batch = effective_batch(config_from_json(run.config.training), n)
    epochs = max((line["epoch"] for line in metric_lines(run.run)), default=0.0)
    return round(epochs * math.ceil(n / batch))


class StatusFile:
    """The run's ``status.json``, written by this process, with its heartbeat renewed within ``heartbeat()``."""

    def __init__(self, run: Run, status: Status, report: Progress) -> None:
        self.run, self.status, self.report = run, status, report
        self.lock = threading.Lock()  # between the training and the heartbeat

    def write(self, **changes: Any) -> None:
        """Update the status and show it."""
        with self.lock:
            self.status = replace(with_heartbeat(self.status), memory_mb=memory_mb(), **changes)
            self.run.write_status(self.status)
        self.report(self.status)

    @contextlib.contextmanager
    def heartbeat(self) -> Iterator[None]:
        """Renew the heartbeat from a thread, also while data is read or the model evaluated."""
        over = threading.Event()
        thread = threading.Thread(target=self.renew, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def renew(self, over: threading.Event) -> None:
        """Renew it until ``over``; a full disk is reported by the training itself."""
        while not over.wait(HEARTBEAT_S):
            with self.lock, contextlib.suppress(ExplorerError):
                self.status = with_heartbeat(self.status)
                self.run.write_status(self.status)

    def close(self, state: str) -> None:
        """Write the run's final state, after reporting it, so that the log has it when the file does."""
        self.status = replace(self.status, state=state, stage="", seconds_left=None, pid=None, pid_started=None)
        self.report(self.status)
        self.run.write_status(self.status)


class RunWriter:
    """The training loop's hooks, which write to the run; one object for each process that trains it."""

    def __init__(
        self, status_file: StatusFile, config: TrainConfig, model: VAE, test: Images, events: EventWriter | None
    ) -> None:
        self.status_file, self.run, self.config, self.model, self.events = (
            status_file,
            status_file.run,
            config,
            model,
            events,
        )
        self.originals = np.ascontiguousarray(test.pixels[:FRAME_IMAGES])  # uint8 [16, C, H, W]
        self.labels = None if test.labels is None else test.labels[:FRAME_IMAGES]
        self.axes: tuple[int, int] | None = None  # of the manifold, chosen once
        self.started, self.done_before = time.monotonic(), status_file.status.progress

    def progress(self, epoch: float, images_per_s: float) -> None:
        """Write progress, speed and time left, within an epoch."""
        done = epoch / self.config.epochs
        elapsed_s, gained = time.monotonic() - self.started, done - self.done_before
        left = elapsed_s / gained * (1 - done) if gained > 0 else None
        self.status_file.write(epoch=int(epoch), progress=done, seconds_left=left, images_per_s=images_per_s)

    def save(self, state: State) -> None:
        """Write the checkpoint."""
        save_state(self.run.path, state)

    def tick(self, tick: Tick) -> None:
        """Write metrics, frames, weights and status after an epoch; ``save`` is called last.

        A process that is killed in between resumes from the checkpoint before, and writes the same files again.
        """
        done = tick.epoch / self.config.epochs
        seconds_left = tick.elapsed_s / done * (1 - done)
        self.append_metrics(tick, seconds_left)
        self.frames(tick)
        if self.events is not None:
            self.events.scalars(tick)
        changes: dict[str, Any] = {"best_epoch": tick.best_epoch}
        if tick.best:
            changes |= {"weights_sha256": save_weights(self.run, self.model), **elbos(tick)}
        self.status_file.write(
            epoch=int(tick.epoch), progress=done, seconds_left=seconds_left, images_per_s=tick.images_per_s, **changes
        )

    def append_metrics(self, tick: Tick, seconds_left: float) -> None:
        """One flushed line of ``metrics.jsonl``."""
        more = {"active_units": tick.test.active_units, "seconds_left": seconds_left, "time": now()}
        append_metrics(self.run, {**asdict(tick), **more})

    def frames(self, tick: Tick) -> None:
        """Write the images of this epoch, if it is one of at most ``MAX_FRAMES`` that have some."""
        every, epoch = math.ceil(self.config.epochs / MAX_FRAMES), math.ceil(tick.epoch)
        if epoch % every and tick.epoch != self.config.epochs:
            return
        try:
            (self.run.path / "frames").mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(self.run.path, error) from error
        reconstructions = grid(self.reconstructed(), columns=len(self.originals), gap=1)
        manifold = grid(self.manifold(tick.test), columns=MANIFOLD_SIDE)
        for kind, sheet in (("epoch", reconstructions), ("manifold", manifold)):
            write_atomic(self.run.path / "frames" / f"{kind}-{epoch:04d}.png", to_png(sheet))
            if self.events is not None:
                self.events.picture(kind, sheet, epoch)

    def reconstructed(self) -> Pixels:
        """The first test images, then their reconstructions from the posterior mean: uint8 [2 N, C, H, W]."""
        import torch

        device = next(self.model.parameters()).device
        x = torch.from_numpy(self.originals).to(device).float() / 255
        labels = None if self.labels is None else torch.from_numpy(self.labels).to(device)
        with torch.inference_mode():
            return np.concatenate([self.originals, from_unit(self.model.conditioned_on(x, labels)(x).cpu().numpy())])

    def manifold(self, test: Evaluation) -> Pixels:
        """Decoded grid over two latent dimensions, the others at 0: [225, C, H, W]."""
        import torch

        if self.axes is None:
            self.axes = chosen_axes(self.run, test)
        x, y = self.axes
        z = manifold_grid(home(load_run(self.run)), View(x, y, size=MANIFOLD_SIDE))
        with torch.inference_mode():
            decoded = self.model.decode(torch.from_numpy(z).to(next(self.model.parameters()).device))
        return from_unit(decoded.cpu().numpy())


def elbos(tick: Tick) -> dict[str, float | None]:
    """The ELBO of the test split and, where there are any, of the validation images, by their names in the status."""
    validation = None if tick.validation is None else tick.validation.elbo_nats
    return {"test_elbo_nats": tick.test.elbo_nats, "validation_elbo_nats": validation}


def chosen_axes(run: Run, test: Evaluation) -> tuple[int, int]:
    """The two dimensions of largest KL after the run's first epoch, which the manifold shows throughout."""
    first = next(iter(metric_lines(run)), None)
    kl = np.array(first["test"]["kl_per_dim"] if first else test.kl_per_dim)
    if len(kl) <= 2:
        return 0, len(kl) - 1
    x, y = np.argsort(-kl, kind="stable")[:2]
    return int(x), int(y)


def truncate_history(run: Run, epoch: int) -> None:
    """Remove metrics and frames of epochs after ``epoch``, which a resumed training writes again."""
    kept = [line for line in metric_lines(run) if line["epoch"] <= epoch]
    if (run.path / METRICS).exists():
        replace_metrics(run, kept)
    for path in (run.path / "frames").glob("*.png"):
        found = NUMBERED.fullmatch(path.name)
        if found and int(found.group(1)) > epoch:
            remove_file(path)
