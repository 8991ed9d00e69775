"""``python -m explorer train``: its options and what it does."""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.cli.progress_bar import ProgressLine
from explorer.runs import Run, find_run

if TYPE_CHECKING:
    from explorer.training import Option, Team


def add_train(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The ``train`` command's options: those of ``OPTIONS``, whose defaults they keep, and which run."""
    from explorer.training import OPTIONS

    train = add("train", train_command, "train a model into a new run")
    for name, option in OPTIONS.items():
        add_option(train, name, option)
    train.add_argument("--out", metavar="NAME", help="the run's name")
    train.add_argument(
        "--resume", metavar="RUN", help="start a queued run, or go on with one that ended early; --epochs N for more"
    )


def add_option(train: argparse.ArgumentParser, name: str, option: Option) -> None:
    """One option; it is None where it is not given, so that a resumed run can tell."""
    summary = option.summary.replace("%", "%%")
    if option.kind is bool:
        train.add_argument(option.flag, dest=name, action="store_true", default=None, help=summary)
        return
    kind = sizes if option.kind is tuple else option.kind
    train.add_argument(option.flag, dest=name, type=kind, metavar=option.placeholder, help=summary)


def sizes(text: str) -> tuple[int, ...]:
    """'512,256' as numbers."""
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of sizes; write for example 512,256") from error


def train_command(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Train, showing progress; Ctrl-C keeps what was learned. ``torchrun`` starts several of these."""
    from explorer.training import joined, summary

    interrupted = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    with joined(options.device or "auto") as team:
        if not team.leads:
            from explorer.training import follow

            follow(team)
            return {}, ""
        line = ProgressLine()
        try:
            run = trained_run(options, line, interrupted, team)
        finally:
            start_next()
        line.close()
    status = run.status()
    result = {**summary(run), "test_elbo_nats": status.test_elbo_nats, "interrupted": interrupted.is_set()}
    what = "ELBO" if run.facts()[0].variational else "reconstruction"
    elbo = "" if status.test_elbo_nats is None else f", test {what} {status.test_elbo_nats:.2f} nats"
    return result, f"{run.path}: {status.state} after {status.epoch} epochs{elbo}"


def start_next() -> None:
    """A slot is free: let the next training in the queue have it, whether or not a page is open."""
    from explorer.training import advance

    with contextlib.suppress(ExplorerError):  # pages will try again
        advance()


def trained_run(options: argparse.Namespace, line: ProgressLine, interrupted: threading.Event, team: Team) -> Run:
    """The run that the options ask for, new or resumed, once it has been trained."""
    from explorer.training import OPTIONS, TrainConfig, checked, resume, train_new

    given = {name: value for name in OPTIONS if (value := getattr(options, name)) is not None}
    if options.resume is None:
        if "dataset" not in given:
            raise ExplorerError("No data set was named.", "Add --dataset digits, mnist or folder:PATH.")
        return train_new(checked(TrainConfig(**given)), options.out, line.status, interrupted.is_set, team=team)
    run = find_run(options.resume, paths=True)
    resume(run, line.status, interrupted.is_set, options.epochs, team=team)
    return run
