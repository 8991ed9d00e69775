"""One training from request to finished run: data, model, run directory, and the files that pages watch."""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.datasets import Images, dataset_spec
from explorer.devices import device_title, resolve_device
from explorer.errors import ExplorerError
from explorer.files import unwritable, write_atomic
from explorer.images import from_unit, grid, to_png
from explorer.latents import compute_latents
from explorer.runs import (
    DataFacts,
    ModelFacts,
    Run,
    RunConfig,
    Status,
    create_run,
    packages,
    save_weights,
)
from explorer.training import Hooks, Tick, TrainConfig, effective_batch, fit

if TYPE_CHECKING:
    from models.vae import VAE

CONTROL = "control"  # a page writes 'stop' here; the training process reads it
FRAME_IMAGES = 16  # test images reconstructed in a frame
MAX_FRAMES = 100  # kept in a run, evenly over its epochs, the last one always
Progress = Callable[[Status], None]


@dataclass(frozen=True)
class Prepared:
    """Data and freshly initialised model of a training."""

    train: Images
    test: Images
    model: VAE
    facts: DataFacts


def prepare(config: TrainConfig) -> Prepared:
    """Load the data and build the model; nothing is written. Raises ExplorerError for whatever does not fit."""
    import torch

    from models import model_spec

    config.check()
    device = resolve_device(config.device)
    data = dataset_spec(config.dataset)
    try:
        spec = model_spec(config.model)
        side = config.side or fitting_side(data.side, spec.sides)
        train, test = data.load("train", side), data.load("test", side)
        effective_batch(config, len(train))
        torch.manual_seed(config.seed)
        model = spec.build(model_options(config, train)).to(device)
    except ValueError as error:
        raise ExplorerError(str(error)) from error
    facts = DataFacts(
        name=absolute(config.dataset),
        shape=train.shape,
        classes=train.classes,
        n_train=len(train),
        n_test=len(test),
        strokes=data.strokes,
        fingerprint_train=train.fingerprint(),
        fingerprint_test=test.fingerprint(),
        skipped=len(train.skipped),
    )
    return Prepared(train, test, model, facts)


def fitting_side(own: int, sides: tuple[int, ...] | None) -> int:
    """The data's own side, or the smallest side the model takes that loses nothing, or its largest."""
    if sides is None or own in sides:
        return own
    return min((side for side in sides if side >= own), default=max(sides))


def model_options(config: TrainConfig, images: Images) -> dict[str, Any]:
    """The model's constructor options; ``hidden`` is left to the model where it is not asked for."""
    options = {
        "shape": images.shape,
        "latent": config.latent,
        "activation": config.activation,
        "likelihood": config.likelihood,
        "sigma": config.sigma,
    }
    return options if config.hidden is None else {**options, "hidden": config.hidden}


def absolute(dataset: str) -> str:
    """``folder:`` paths made absolute, so that a run finds its images from anywhere."""
    if not dataset.startswith("folder:"):
        return dataset
    return "folder:" + os.path.abspath(os.path.expanduser(dataset.removeprefix("folder:")))


def new_run(config: TrainConfig, name: str | None = None) -> Run:
    """A queued run directory for ``config``."""
    config.check()
    return create_run(RunConfig(asdict(config), created=now()), Status("queued", stage="waiting to start"), name)


def now() -> str:
    """The time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def train_new(config: TrainConfig, name: str | None, progress: Progress, should_stop: Callable[[], bool]) -> Run:
    """Prepare first and make the run directory only then, so that a bad request leaves nothing behind."""
    prepared = prepare(config)
    run = new_run(config, name)
    train(run, config, prepared, progress, should_stop)
    return run


def train_queued(run: Run, progress: Progress, should_stop: Callable[[], bool]) -> None:
    """Start a queued run. What goes wrong is written in its status and raised."""
    status = run.status()
    if status.state != "queued":
        raise ExplorerError(f"The run {run.name} is {status.state}, not queued.", "Start a new one.")
    with failure_recorded(run):
        config = training_config(run)
        run.write_status(alive(Status("running", stage=f"reading {config.dataset}")))
        train(run, config, prepare(config), progress, should_stop)


def training_config(run: Run) -> TrainConfig:
    """What the run was asked to do; ExplorerError when its config does not say."""
    raw = dict(run.config().training)
    try:
        if raw.get("hidden") is not None:
            raw["hidden"] = tuple(raw["hidden"])
        config = TrainConfig(**raw)
        config.check()
    except TypeError as error:
        raise ExplorerError(f"The config of {run.name} is damaged: {error}.", "Start a new run.") from error
    return config


@contextlib.contextmanager
def failure_recorded(run: Run) -> Iterator[None]:
    """Whatever ends the training early ends up in the run's status too."""
    try:
        yield
    except ExplorerError as error:
        with contextlib.suppress(ExplorerError):  # a full disk may not take the sentence either
            run.write_status(replace(run.status(), state="failed", error=error.message, hint=error.hint, pid=None))
        raise
    except BaseException as error:
        with contextlib.suppress(ExplorerError):
            sentence = f"Training ended unexpectedly: {type(error).__name__}."
            run.write_status(replace(run.status(), state="failed", error=sentence, hint="See log.txt.", pid=None))
        raise


def alive(status: Status) -> Status:
    """The status with this process's identity and a fresh heartbeat."""
    import psutil

    return replace(status, pid=os.getpid(), pid_started=psutil.Process().create_time(), heartbeat=time.time())


def train(
    run: Run, config: TrainConfig, prepared: Prepared, progress: Progress, should_stop: Callable[[], bool]
) -> None:
    """Train into ``run``: config, status, metrics, frames, weights, and the test split's latents at the end."""
    from models import options_of

    with failure_recorded(run):
        model = ModelFacts(config.model, options_of(prepared.model))
        run.write_config(replace(run.config(), model=model, data=prepared.facts, packages=packages()))
        recorder = Recorder(run, config, prepared, progress)
        hooks = Hooks(recorder.tick, recorder.progress, lambda: should_stop() or stop_requested(run))
        prepared.model.train()
        completed = fit(prepared.model, prepared.train.pixels, prepared.test.pixels, config, hooks)
        recorder.finish("finished" if completed else "stopped")


def stop_requested(run: Run) -> bool:
    """Whether a page asked this run to stop."""
    return (run.path / CONTROL).exists()


class Recorder:
    """Writes what the loop tells into the run directory."""

    def __init__(self, run: Run, config: TrainConfig, prepared: Prepared, progress: Progress) -> None:
        self.run, self.config, self.prepared, self.report = run, config, prepared, progress
        device = next(prepared.model.parameters()).device
        self.device = device
        self.started = time.monotonic()
        self.status = Status("running", device=device_title(device), stage="training")
        self.write()

    def write(self, **changes: Any) -> None:
        """Update the status and show it."""
        self.status = alive(replace(self.status, **changes))
        self.run.write_status(self.status)
        self.report(self.status)

    def progress(self, epoch: float, images_per_s: float) -> None:
        """Within an epoch: how far, how fast, how long still."""
        done = epoch / self.config.epochs
        elapsed_s = time.monotonic() - self.started
        left = elapsed_s / done * (1 - done) if done > 0 else None
        self.write(epoch=int(epoch), progress=done, seconds_left=left, images_per_s=images_per_s)

    def tick(self, tick: Tick) -> None:
        """After an epoch: a line of metrics, a frame, and the weights so far."""
        line = {**asdict(tick), "time": now()}
        self.append_metrics(line)
        every = math.ceil(self.config.epochs / MAX_FRAMES)
        if math.ceil(tick.epoch) % every == 0 or tick.epoch == self.config.epochs:
            self.frame(math.ceil(tick.epoch))
        digest = save_weights(self.run, self.prepared.model)
        done = tick.epoch / self.config.epochs
        self.write(
            epoch=int(tick.epoch),
            progress=done,
            seconds_left=tick.elapsed_s / done * (1 - done),
            images_per_s=tick.images_per_s,
            weights_sha256=digest,
            test_elbo_nats=tick.test.elbo_nats,
        )

    def append_metrics(self, line: dict[str, Any]) -> None:
        """One flushed line of ``metrics.jsonl``."""
        path = self.run.path / "metrics.jsonl"
        try:
            with path.open("a") as file:
                file.write(json.dumps(line, allow_nan=False) + "\n")
        except ValueError as error:
            raise ExplorerError("The test ELBO stopped being a number.", "Try a smaller learning rate.") from error
        except OSError as error:
            raise unwritable(self.run.path, error) from error

    def frame(self, epoch: int) -> None:
        """The first test images above their reconstructions, as one small PNG."""
        import torch

        pixels = self.prepared.test.pixels[:FRAME_IMAGES]
        x = torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device).float() / 255
        with torch.inference_mode():
            decoded = from_unit(self.prepared.model(x).cpu().numpy())
        folder = self.run.path / "frames"
        folder.mkdir(exist_ok=True)
        sheet = grid(np.concatenate([pixels, decoded]), columns=len(pixels), gap=1)
        write_atomic(folder / f"epoch-{epoch:04d}.png", to_png(sheet))

    def finish(self, state: str) -> None:
        """Keep the test split's latents and say that it is over."""
        self.write(stage="encoding the test images")
        self.prepared.model.eval()
        compute_latents(self.run, "test", self.prepared.test, self.prepared.model)
        (self.run.path / CONTROL).unlink(missing_ok=True)
        self.status = replace(self.status, state=state, stage="", seconds_left=None, pid=None, pid_started=None)
        self.run.write_status(self.status)
        self.report(self.status)
