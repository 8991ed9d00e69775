"""Trainings by request: a new one, a queued one, or one to go on with; and what ends up in the run when one fails."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from explorer.base import ExplorerError
from explorer.runs import CONTROL, Run, RunConfig, Status, create_run
from explorer.training.checkpoint import STATE
from explorer.training.config import TrainConfig, training_config
from explorer.training.distributed import ALONE, Team
from explorer.training.run_lock import training_lock
from explorer.training.run_writer import Progress, now
from explorer.training.runner import Session, send_config
from explorer.training.setup import prepare

if TYPE_CHECKING:
    from explorer.training.polling import Beat


def new_run(config: TrainConfig, name: str | None = None) -> Run:
    """A queued run directory for ``config``."""
    config.check()
    return create_run(RunConfig(asdict(config), created=now()), Status("queued", stage="waiting to start"), name)


def train_new(
    config: TrainConfig,
    name: str | None,
    progress: Progress,
    should_stop: Callable[[], bool],
    beat: Beat | None = None,
    team: Team = ALONE,
) -> Run:
    """Prepare first and make the run directory only then, so that a bad request leaves nothing behind."""
    config.check()
    send_config(config, team)
    prepared = prepare(config)
    run = new_run(config, name)
    with training_lock(run), failure_recorded(run):
        Session(run, config, progress, should_stop, beat, team).train(prepared, None)
    return run


def resume(
    run: Run,
    progress: Progress,
    should_stop: Callable[[], bool],
    epochs: int | None = None,
    beat: Beat | None = None,
    team: Team = ALONE,
) -> None:
    """Start a queued run, or go on with one that was paused, stopped, has failed or died, or is to have more epochs.

    Parameters
    ----------
    epochs : how many in all; None for as many as the run was made for.

    Raises
    ------
    ExplorerError
        When another process trains it, it is finished, its state is damaged, or its data has changed; what goes
        wrong after that is written in its status too.
    """
    if run.shipped:
        raise ExplorerError(f"The run {run.name} ships with the product.", "Train a new one instead.")
    with training_lock(run):
        check_resumable(run, epochs)
        if run.status().state != "queued":  # a page may ask a queued run to stop before it begins
            (run.path / CONTROL).unlink(missing_ok=True)
        with failure_recorded(run):
            config = with_epochs(run, epochs)
            session = Session(run, config, progress, should_stop, beat, team, epochs is not None)
            session.go_on()


def check_resumable(run: Run, epochs: int | None) -> None:
    """Raise ExplorerError where there is nothing to go on with."""
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


def with_epochs(run: Run, epochs: int | None) -> TrainConfig:
    """The run's config, with so many epochs from now on where that is asked for."""
    config = training_config(run)
    if epochs is not None and epochs != config.epochs:
        config = replace(config, epochs=epochs)
        run.write_config(replace(run.config(), training=asdict(config)))
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
