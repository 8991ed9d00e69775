"""``python -m explorer ...``: every job a page does, for scripts.

With ``--json`` standard output is exactly one JSON object. Progress goes to standard error. What is wrong with
the input is one sentence and exit status 2.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from explorer.base import ExplorerError, command_name
from explorer.base.text import did_you_mean
from explorer.cli.evaluate import add_evaluate
from explorer.cli.export import add_export
from explorer.cli.import_model import add_import
from explorer.cli.map import add_map
from explorer.cli.reconstruct import add_reconstruct
from explorer.cli.report import add_report
from explorer.cli.sample import add_sample
from explorer.cli.train import add_train
from explorer.runs import list_runs

Result = dict[str, Any]
INTERRUPTED = 130
INVALID_CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)")  # in argparse's message
ARGUMENTS = ("run", "images", "source")  # without a flag


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 2 bad input, 130 interrupted (after saving)."""
    escape_unencodable()
    options = parser().parse_args(arguments)
    try:
        check_given(options)
        result, text = options.command(options)
    except ExplorerError as error:
        if options.json:
            say(json.dumps({"error": {"message": error.message, "hint": error.hint}}))
        print(f"Error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    if result and (options.json or text):  # a helper of a training on several processes has nothing to say
        say(json.dumps(result, allow_nan=False) if options.json else text)
    if "error" in result:  # what was done says so too, but nothing came of it
        print("Error: {message} {hint}".format(**result["error"]), file=sys.stderr)
        return 2
    return INTERRUPTED if result.get("interrupted") else 0


def escape_unencodable() -> None:
    """Have letters that the output's encoding lacks printed as escapes; an error would come after all the work."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def check_given(options: argparse.Namespace) -> None:
    """Raise ExplorerError for a text that is blank, which would mean a default, the current folder or nothing."""
    for name, value in vars(options).items():
        if any(isinstance(text, str) and not text.strip() for text in (value if isinstance(value, list) else [value])):
            what = name if name in ARGUMENTS else f"--{name.replace('_', '-')}"
            raise ExplorerError(f"The value of {what} is empty.", "Give one; perhaps a variable in it is not set.")


def say(text: str) -> None:
    """Print at once; a reader that has gone away (``| head``) is no error."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python flushes again at its exit


class Parser(argparse.ArgumentParser):
    """As argparse's, with the command or choice that was probably meant."""

    def error(self, message: str) -> NoReturn:
        """Print usage, message and suggestion; exit with status 2."""
        wrong = INVALID_CHOICE.search(message)
        known = [name.strip("' ") for name in wrong[2].split(",")] if wrong else []
        super().error(f"{message} {did_you_mean(wrong[1], known)}".rstrip() if wrong else message)


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = Parser(prog=command_name(), description="Train, look into and use image VAEs.")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = command_adder(commands)
    add_train(add)
    add("runs", runs_command, "list the runs there are")
    add_evaluate(add)
    add_reconstruct(add)
    add_sample(add)
    add_map(add)
    add_export(add)
    add_report(add)
    add_import(add)
    return top


def command_adder(commands: Any) -> Callable[..., argparse.ArgumentParser]:
    """A function that adds one command with ``--json`` and, where wanted, RUN."""

    def add(name: str, function: Callable[..., Any], help_text: str, run: bool = False) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
        command.set_defaults(command=function)
        command.add_argument("--json", action="store_true", help="print one JSON object")
        if run:
            command.add_argument("run", metavar="RUN", help="a run's name or directory")
        return command

    return add


def runs_command(options: argparse.Namespace) -> tuple[Result, str]:
    """Every run, the damaged ones with what is wrong."""
    from explorer.training import summary

    rows = []
    for run in list_runs():
        try:
            rows.append(summary(run))
        except ExplorerError as error:
            rows.append({"name": run.name, "path": str(run.path), "model": None, "dataset": None, "latent": None,
                         "state": "damaged", "error": str(error)})  # fmt: skip
    return {"runs": rows}, "\n".join(
        map(line_of, rows)
    ) or f"No runs yet. Train one: {command_name()} train --dataset digits"


def line_of(row: Result) -> str:
    """A run as one line for people."""
    about = row.get("error") or f"{row['model']:9} {row['dataset']:14} z{row['latent']}"
    return f"{row['name']:40} {row['state']:9} {about}"
