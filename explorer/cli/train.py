"""``python -m explorer train``: options and command."""

from __future__ import annotations

import argparse
import contextlib
import signal
import statistics
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.cli.array_options import add_array_options, named_dataset
from explorer.cli.progress_bar import ProgressLine
from explorer.runs import LoadedRun, Run, find_run, load_run

if TYPE_CHECKING:
    from explorer.training import Option, ProcessGroup, TrainingSetup

FEW_STEPS = 500  # below which a model has hardly learned anything


def add_train(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the ``train`` command: an argument for each of ``OPTIONS``, and those that name the run."""
    from explorer.training import OPTIONS

    train = add("train", train_command, "train a model into a new run")
    for name, option in OPTIONS.items():
        add_option(train, name, option)
    add_array_options(train)
    train.add_argument("--out", metavar="NAME", help="the run's name; with --seeds the beginning of the runs' names")
    train.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="train N runs with seeds from --seed on; their figures are told as mean and deviation",
    )
    train.add_argument(
        "--resume",
        metavar="RUN",
        help="start a queued run, or go on with one that ended early; --epochs N for more, --dataset where its images "
        "lie now",
    )


def add_option(train: argparse.ArgumentParser, name: str, option: Option) -> None:
    """Add one option; its value is None where it is not given."""
    summary = option.summary.replace("%", "%%")
    if option.kind is bool:
        train.add_argument(option.flag, dest=name, action="store_true", default=None, help=summary)
        return
    kind = sizes if option.kind is tuple else option.kind
    train.add_argument(option.flag, dest=name, type=kind, metavar=option.placeholder, help=summary)


def sizes(text: str) -> tuple[int, ...]:
    """'512,256' as a tuple of integers; ArgumentTypeError for any other text."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no list of sizes; write for example 512,256") from error


def train_command(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Train and show the progress; Ctrl-C ends the training and saves it. ``torchrun`` starts several processes."""
    from explorer.training import process_group

    interrupted = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.set())
    with process_group(options.device or "auto") as group:
        if not group.is_leader:
            from explorer.training import train_share

            train_share(group)
            return {}, ""
        try:
            if options.seeds is not None:
                return seeds_command(options, interrupted, group)
            with ProgressLine() as line:
                run = trained_run(options, line, interrupted, group)
        finally:
            start_next()
    return trained_result(run, interrupted.is_set())


def seeds_command(
    options: argparse.Namespace, interrupted: threading.Event, group: ProcessGroup
) -> tuple[dict[str, Any], str]:
    """Train a run with each of ``--seeds`` seeds, one after the other; Ctrl-C ends and saves the present one."""
    from explorer.measures.seeds import MOST_SEEDS

    if not 2 <= options.seeds <= MOST_SEEDS:
        raise ExplorerError(f"The number of seeds is {options.seeds}.", f"It must lie between 2 and {MOST_SEEDS}.")
    if options.resume is not None:
        raise ExplorerError("--seeds trains new runs, and --resume goes on with one.", "Leave one of them out.")
    if group.size > 1:
        raise ExplorerError("Several seeds are trained in one process.", "Leave torchrun out, or --seeds.")
    first, results, texts = options.seed or 0, [], []
    for seed in range(first, first + options.seeds):
        name = None if options.out is None else f"{options.out}-seed-{seed}"
        with ProgressLine() as line:
            line.say(f"Seed {seed}, {seed - first + 1} of {options.seeds}.")
            own = argparse.Namespace(**vars(options) | {"seed": seed, "out": name})
            run = trained_run(own, line, interrupted, group)
        result, text = trained_result(run, interrupted.is_set())
        results.append(result)
        texts.append(text)
        if interrupted.is_set():
            break
    return over_seeds_result(results, interrupted.is_set()), "\n".join(texts)


def over_seeds_result(results: list[dict[str, Any]], interrupted: bool) -> dict[str, Any]:
    """The runs, and mean and standard deviation of the finished ones' test ELBO."""
    elbos = [one["test_elbo_nats"] for one in results if one["state"] == "finished"]
    known = [elbo for elbo in elbos if elbo is not None]
    return {
        "runs": results,
        "test_elbo_nats": statistics.fmean(known) if known else None,
        "test_elbo_deviation_nats": statistics.stdev(known) if len(known) > 1 else None,
        "interrupted": interrupted,
    }


def trained_result(run: Run, interrupted: bool) -> tuple[dict[str, Any], str]:
    """What a training is told by: its JSON and its line; its notes go to standard error."""
    from explorer.measures import likelihood_record
    from explorer.training import summary

    status, loaded = run.status(), load_run(run)
    notes = notes_on(loaded)
    for note in notes:
        print(f"Note: {note}", file=sys.stderr)
    result = {
        **summary(run),
        "test_elbo_nats": status.test_elbo_nats,
        "likelihood": likelihood_record(loaded),
        "interrupted": interrupted,
        "notes": notes,
    }
    return result, f"{run.path}: {status.state} after {status.epoch} epochs{elbos_of(loaded)}"


def elbos_of(run: LoadedRun) -> str:
    """The ELBO of the validation images, where there are any, and of the test split, for the line in the end."""
    from explorer.measures import likelihood_record

    what = "ELBO" if run.model.variational else "reconstruction"
    found = {"validation": run.status.validation_elbo_nats, "test": run.status.test_elbo_nats}
    known = [f", {split} {what} {nats:.2f} nats" for split, nats in found.items() if nats is not None]
    return "".join(known) + (f", a {likelihood_record(run)['kind']}" if known else "")


def notes_on(run: LoadedRun) -> list[str]:
    """What a trained model is to be warned of, a sentence each.

    Too few steps, figures that were used to choose, a collapse, codes off the prior.
    """
    from explorer.measures import shortcoming
    from explorer.training import steps_of

    steps, found = steps_of(run), shortcoming(run)
    few = [f"It has had {steps:,} steps only; most models take thousands: give it more epochs."]
    wrong = [] if found is None else [f"{found.sentence} {found.advice}"]
    return few * (steps < FEW_STEPS) + [*filter(None, [run.config.test_caveat])] + wrong


def start_next() -> None:
    """Start the next training in the queue in the slot that is now free; no page need be open."""
    from explorer.training import advance

    with contextlib.suppress(ExplorerError):  # pages will try again
        advance()


def trained_run(
    options: argparse.Namespace, line: ProgressLine, interrupted: threading.Event, group: ProcessGroup
) -> Run:
    """Train the run that the options ask for, new or resumed, and return it."""
    from explorer.training import OPTIONS, TrainConfig, checked_config, resume_run, train_new

    given = {name: value for name in OPTIONS if (value := getattr(options, name)) is not None}
    say_setup = partial(tell_setup, line)
    if options.resume is None:
        if "dataset" not in given:
            raise ExplorerError("No data set was named.", "Add --dataset digits, mnist, folder:PATH or arrays:FILE.")
        given["dataset"] = named_dataset(given["dataset"], options)
        config = checked_config(TrainConfig(**given))
        return train_new(config, options.out, line.status, interrupted.is_set, group=group, on_data=say_setup)
    run = find_run(options.resume, paths=True)
    dataset = None if options.dataset is None else named_dataset(options.dataset, options)
    resume_run(run, line.status, interrupted.is_set, options.epochs, group=group, dataset=dataset, on_data=say_setup)
    return run


def tell_setup(line: ProgressLine, setup: TrainingSetup) -> None:
    """Say on standard error what was found in the data, what became of it, and what a step will take."""
    from explorer.datasets import report_from_json, report_sentences
    from explorer.training import step_cost

    facts = setup.facts
    duplicates = duplicates_sentence(setup)
    report = None if facts.report is None else report_from_json(facts.report, Path(facts.name))
    for sentence in [duplicates] if report is None else report_sentences(report, duplicates):
        line.say(sentence)
    line.say(step_cost(setup))


def duplicates_sentence(setup: TrainingSetup) -> str:
    """What was found of duplicates, and what became of them.

    Nearly equal ones are looked for where that is quick, or where they are to be dropped.
    """
    from explorer.datasets.duplicates import quick_duplicates

    train, test, dropped, found = setup.train, setup.read_test, setup.facts.n_dropped, setup.duplicates
    if found is None or found.compared is None:
        found = quick_duplicates(train.pixels, test.pixels, (train.labels, test.labels))
    sentences = [found.summary()]
    if dropped:
        sentences.append(f"Not trained on: {dropped:,} of them.")
    elif not found.none and setup.config.duplicates == "keep":
        option = "drop" if found.compared is None else "drop-near"
        sentences.append(f"Trained on all the same; --duplicates {option} leaves them out.")
    if found.compared is None:
        sentences.append("--duplicates drop-near looks for near-duplicates too, and leaves them out.")
    return " ".join(sentences)
