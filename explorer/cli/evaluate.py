"""``python -m explorer evaluate``: the measures of a run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
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


def evaluate_command(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Take the measures, or find them kept."""
    from explorer.inference import load_with_model
    from explorer.measures import MEASURES, likelihood_record, nats_note, verdict

    names = None if options.measures is None else [name.strip() for name in options.measures.split(",")]
    run, _ = load_with_model(find_run(options.run, paths=True))  # a damaged run is refused whatever is kept of it
    found = watched(run, names, options.samples, options.split)
    total = run.data.n_test if options.split == "test" else run.data.n_train
    judged = verdict(found)
    result: dict[str, Any] = {"n": total}
    for name, one in found.items():
        result[MEASURES[name].field] = one.value
    if "nll" in found:
        result["nll_stderr"] = found["nll"].stderr
    result["absent"] = {MEASURES[name].field: one.absent for name, one in found.items() if one.absent}
    result["details"] = {MEASURES[name].field: details(MEASURES[name], one) for name, one in found.items()}
    result["likelihood"] = likelihood_record(run, options.split)
    result["verdict"] = None if judged is None else f"{judged.sentence} {judged.advice}"
    lines = [f"{counted(total, 'image')}: {words(run, found, options.split)}"]
    if any(MEASURES[name].at_floor for name in found):
        lines.append(f"Nats: {nats_note(run, options.split)}")
    return result, "\n".join([*lines, *([] if judged is None else [result["verdict"]])])


def watched(run: LoadedRun, names: list[str] | None, samples: int, split: Split) -> dict[str, Measured]:
    """The measures, their progress on standard error and, for pages, in the run."""
    from explorer.measures import measured, recorded_measures

    shown = (-1, "")
    with ProgressLine() as line, recorded_measures(run) as note:

        def progress(done: float, title: str) -> None:
            nonlocal shown
            if (int(100 * done), title) != shown:  # a training step alone is no news to a terminal or a log
                shown = int(100 * done), title
                line.share(done, title)
            note(done, title)

        return measured(run, names, samples, progress, split)


def details(spec: MeasureSpec, one: Measured) -> dict[str, Any]:
    """What to know of a number besides its value."""
    return {
        "unit": spec.unit,
        "n": one.n,
        "stderr": one.stderr,
        "samples": one.samples or None,
        "effective_samples": one.effective_samples and dict(zip(("p05", "median"), one.effective_samples, strict=True)),
        "estimator": spec.estimator,
    }


def words(run: LoadedRun, found: Mapping[str, Measured], split: Split) -> str:
    """A line for each measure."""
    from explorer.measures import MEASURES, caution, value_at_floor

    lines = []
    for name, one in found.items():
        spec = MEASURES[name]
        floor = value_at_floor(spec, run, split) if one.values else None
        perfect = "" if floor is None else f", of a perfect decoder {significant(floor, 4)}"
        lines.append(f"{spec.title} {in_words(spec, one)}{perfect} {caution(one)}".rstrip())
    return "\n".join(lines)


def in_words(spec: MeasureSpec, one: Measured) -> str:
    """Value, standard error, unit and number of images; or why there is none."""
    if one.value is None:
        return f"- ({one.absent})"
    numbers = " ".join(significant(value, 4) for value in one.values[:PER_DIMENSION_SHOWN])
    more = " ..." if len(one.values) > PER_DIMENSION_SHOWN else ""
    error = "" if one.stderr is None else f" +- {significant(one.stderr, 2)}"
    return f"{numbers}{more}{error} {spec.unit}".rstrip() + f" (n = {one.n:,})"
