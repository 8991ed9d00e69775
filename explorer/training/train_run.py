"""Train a new run or resume one, and record in its status why a training failed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from explorer.base import ExplorerError, remove_file
from explorer.base.languages import N_
from explorer.datasets import READING
from explorer.runs import CONTROL, Run, RunConfig, Status, create_run
from explorer.training.checkpoint import STATE
from explorer.training.config import TrainConfig
from explorer.training.distributed import SINGLE_PROCESS, ProcessGroup
from explorer.training.queue_place import state_without_process
from explorer.training.run_lock import training_lock
from explorer.training.run_writer import Progress, now
from explorer.training.runner import OnData, Runner, ignore, send_config
from explorer.training.setup import set_up
from explorer.training.stored_config import training_config

if TYPE_CHECKING:
    from explorer.training.polling import PollIntervals


def new_run(config: TrainConfig, name: str | None = None) -> Run:
    """A queued run directory for a checked ``config``."""
    return create_run(RunConfig(asdict(config), created=now()), Status("queued", stage=N_("waiting to start")), name)


def train_new(
    config: TrainConfig,
    name: str | None,
    progress: Progress,
    should_stop: Callable[[], bool],
    intervals: PollIntervals | None = None,
    group: ProcessGroup = SINGLE_PROCESS,
    on_data: OnData = ignore,
) -> Run:
    """Train a new run of a checked ``config``. Its directory is made only once data and model fit."""
    send_config(config, READING, group)
    setup = set_up(config, READING, group.size)
    run = new_run(setup.config, name)
    with training_lock(run), failure_recorded(run):
        Runner(run, setup.config, progress, should_stop, intervals, group, on_data=on_data).train(setup)
    return run


def resume_run(
    run: Run,
    progress: Progress,
    should_stop: Callable[[], bool],
    epochs: int | None = None,
    intervals: PollIntervals | None = None,
    group: ProcessGroup = SINGLE_PROCESS,
    dataset: str | None = None,
    on_data: OnData = ignore,
) -> None:
    """Start a queued run, or resume one that was paused, stopped, failed or killed, or that is to get more epochs.

    Parameters
    ----------
    epochs : in all; None for those in the run's config.
    dataset : where the run's images lie now; None: where its config says.
    on_data : called with data and model, once the images are read.

    Raises
    ------
    ExplorerError
        When another process trains it, it is finished, its checkpoint is damaged, or its data has changed; the run
        is then as it was, with the error in its status. An error during the training fails the run.
    """
    if run.shipped:
        raise ExplorerError(f"The run {run.name} ships with the product.", "Train a new one instead.")
    with training_lock(run):
        check_resumable(run, epochs)
        if run.status().state != "queued":  # a page may ask a queued run to stop before it begins
            remove_file(run.path / CONTROL)
        with failure_recorded(run, state_without_process(run, run.status())):
            config = resumed_config(run, epochs, dataset)
            runner = Runner(run, config, progress, should_stop, intervals, group, epochs is not None, on_data)
            setup, checkpoint = runner.prepare()
        with failure_recorded(run):
            runner.train(setup, checkpoint)


def check_resumable(run: Run, epochs: int | None) -> None:
    """Raise ExplorerError where nothing is left to train, or no checkpoint to resume a finished run from."""
    status, had = run.status(), run.config().training.get("epochs", 0)
    if epochs is not None and epochs <= status.epoch:
        raise ExplorerError(
            f"The run {run.name} has {status.epoch} epochs already.",
            f"Ask for more, as in --epochs {status.epoch * 2}.",
        )
    if status.state != "finished":
        return
    if epochs is None or epochs <= had:
        raise ExplorerError(
            f"The run {run.name} is finished after {status.epoch} of {had} epochs.",
            f"To go on with it ask for more, as in --epochs {2 * had}; or start a new one.",
        )
    if not (run.path / STATE).is_file():
        raise ExplorerError(f"The finished run {run.name} keeps no state to go on from.", "Start a new one.")


def resumed_config(run: Run, epochs: int | None, dataset: str | None) -> TrainConfig:
    """The run's config, with another number of epochs and another place of its images where they are given."""
    changes = {"epochs": epochs, "dataset": dataset}
    return training_config(run, **{name: value for name, value in changes.items() if value is not None})


@contextlib.contextmanager
def failure_recorded(run: Run, state: str = "failed") -> Iterator[None]:
    """Write the error that ends the training into the run's status too, and the ``state`` that the run is in then."""
    try:
        yield
    except ExplorerError as error:
        with contextlib.suppress(ExplorerError):  # a full disk may not take the sentence either
            run.write_status(replace(run.status(), state=state, error=error.message, hint=error.hint, pid=None))
        raise
    except BaseException as error:
        with contextlib.suppress(ExplorerError):
            sentence = f"Training ended unexpectedly: {type(error).__name__}."
            run.write_status(replace(run.status(), state=state, error=sentence, hint="See log.txt.", pid=None))
        raise
