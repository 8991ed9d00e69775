"""``python -m explorer evaluate``: the measures of a run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from explorer.base import counted, significant
from explorer.cli.progress_bar import ProgressLine
from explorer.runs import LoadedRun, find_run

if TYPE_CHECKING:
    from explorer.datasets import Split
    from explorer.measures import Measured, MeasureSpec

SAMPLES = 5000
PER_DIMENSION_SHOWN = 8


def add_evaluate(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The ``evaluate`` command's options."""
    evaluate = add("evaluate", evaluate_command, "what the model is worth: ELBO, likelihood, codes, pictures", run=True)
    evaluate.add_argument("--split", choices=("train", "test"), default="test")
    evaluate.add_argument("--measures", metavar="NAME,...", help="only these, as in elbo,nll,active-units")
    evaluate.add_argument(
        "--samples", type=int, default=SAMPLES, metavar="K", help="draws of z an image for the NLL; 5000 is usual"
    )
    evaluate.add_argument(
        "--seeds", action="store_true", help="of the runs that differ from it in the seed alone too: mean and deviation"
    )


def evaluate_command(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Take the measures, or find them kept."""
    from explorer.inference import load_with_model
    from explorer.measures import MEASURES, measures_report, nats_note

    names = None if options.measures is None else [name.strip() for name in options.measures.split(",")]
    run, _ = load_with_model(find_run(options.run, paths=True))  # a damaged run is refused whatever is kept of it
    found = watched(run, names, options.samples, options.split, options.seeds)
    result = measures_report(run, options.split, found)
    lines = [f"{counted(result['n'], 'image')}: {words(run, found, options.split)}"]
    if options.seeds:
        from explorer.measures.seeds import seeds_report

        seeds = seeds_report(run, options.split)
        result |= seeds
        lines += seed_words(seeds)
    if any(MEASURES[name].at_floor for name in found):
        lines.append(f"Nats: {nats_note(run, options.split)}")
    return result, "\n".join([*lines, *([result["verdict"]] if result["verdict"] else [])])


def seed_words(report: Mapping[str, Any]) -> list[str]:
    """What ``seeds_report`` found: mean and deviation of each measure over the seeds, a line each."""
    from explorer.measures import MEASURES

    if not (found := report["over_seeds"]):
        return ["No other run differs from it in the seed alone: train --seeds N trains several."]
    specs = {spec.field: spec for spec in MEASURES.values()}
    lines = [
        f"{specs[field].title} {significant(one['mean'], 4)} +- {significant(one['deviation'], 2)} {specs[field].unit}"
        for field, one in found.items()
    ]
    return [f"Seeds {', '.join(map(str, report['seeds']))}, mean +- standard deviation:", *map(str.rstrip, lines)]


def watched(
    run: LoadedRun, names: list[str] | None, samples: int, split: Split, all_seeds: bool = False
) -> dict[str, Measured]:
    """The measures, their progress on standard error and, for pages, in the run."""
    from explorer.measures import measured, recorded_measures
    from explorer.measures.seeds import measured_over_seeds

    shown = (-1, "")
    with ProgressLine() as line, recorded_measures(run) as note:

        def progress(done: float, title: str) -> None:
            nonlocal shown
            if (int(100 * done), title) != shown:  # a training step alone is no news to a terminal or a log
                shown = int(100 * done), title
                line.share(done, title)
            note(done, title)

        take = measured_over_seeds if all_seeds else measured
        return take(run, names, samples, progress, split)


def words(run: LoadedRun, found: Mapping[str, Measured], split: Split) -> str:
    """A line for each measure."""
    from explorer.measures import MEASURES, caution, values_at_floor

    lines, floors = [], values_at_floor(run, split)
    for name, one in found.items():
        spec = MEASURES[name]
        perfect = f", of a perfect decoder {significant(floors[name], 4)}" if one.values and name in floors else ""
        lines.append(f"{spec.title} {in_words(spec, one)}{perfect} {caution(one)}".rstrip())
    return "\n".join(lines)


def in_words(spec: MeasureSpec, one: Measured) -> str:
    """Value, standard error, unit and number of images; or why there is none."""
    if one.value is None:
        return f"- ({one.absent})"
    numbers = listed(one.values, 4)
    error = f" +- {listed(one.errors, 2)}" if one.errors else ""
    return f"{numbers}{error} {spec.unit}".rstrip() + f" (n = {one.n:,})"


def listed(values: Sequence[float], digits: int) -> str:
    """The first of some numbers."""
    more = " ..." if len(values) > PER_DIMENSION_SHOWN else ""
    return " ".join(significant(value, digits) for value in values[:PER_DIMENSION_SHOWN]) + more
