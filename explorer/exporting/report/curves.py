"""The learning curves of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from explorer.base import ExplorerError, counted, significant
from explorer.exporting.report.parts import Charts, Part
from explorer.exporting.report.subject import Subject
from explorer.exporting.report.svg import Course, line_chart, line_key
from explorer.inference import likelihood_kind
from explorer.runs import metric_lines

Metrics = Sequence[Mapping[str, Any]]  # the lines of metrics.jsonl
# The title of each chart, the metric, and the sign that makes lower better; of an autoencoder the second alone.
QUANTITIES = (("−ELBO", "elbo_nats", -1), ("−reconstruction", "reconstruction_nats", -1), ("KL", "kl_nats", 1))
SPLITS = ("train", "validation", "test")
NOUNS = {"train": "training images, during the epoch", "validation": "validation images", "test": "test images"}


def learning_curves(subject: Subject) -> list[Part]:
    """A chart of each quantity over the epochs. Raises ExplorerError where none was recorded."""
    lines = metric_lines(subject.run.run)
    charts = []
    splits: set[str] = set()
    for title, key, sign in quantities_of(subject):
        if courses := courses_of(lines, key, sign):
            charts.append(line_chart(title, ("epoch", "nats per image"), courses))
            splits |= courses.keys()
    if not charts:
        raise ExplorerError(why_none(subject))
    legend = tuple((line_key(split), NOUNS[split]) for split in SPLITS if split in splits)
    return [Charts(tuple(charts), caption(subject, lines), legend)]


def quantities_of(subject: Subject) -> tuple[tuple[str, str, int], ...]:
    """Those of ``QUANTITIES`` that the model has."""
    return QUANTITIES if subject.has_prior else QUANTITIES[1:2]


def courses_of(lines: Metrics, key: str, sign: int) -> dict[str, Course]:
    """A quantity after each epoch by split, without what is missing or not finite; only splits that have some."""
    found = {split: [(line["epoch"], value(line, split, key)) for line in lines] for split in SPLITS}
    finite = {split: [(x, sign * y) for x, y in course if math.isfinite(y)] for split, course in found.items()}
    return {split: course for split, course in finite.items() if course}


def value(line: Mapping[str, Any], split: str, key: str) -> float:
    """A quantity of one line of metrics; NaN where there is none."""
    found = line.get(f"train_{key}") if split == "train" else (line.get(split) or {}).get(key)
    return math.nan if found is None else float(found)


def why_none(subject: Subject) -> str:
    """Why there are no curves."""
    name = subject.run.name
    return (
        f"{name} was trained elsewhere." if subject.run.config.imported else f"{name} keeps no figures of its epochs."
    )


def caption(subject: Subject, lines: Metrics) -> str:
    """Where the last epoch stands, and what the nats are."""
    title, key, sign = quantities_of(subject)[0]
    nats, epoch = value(lines[-1], "test", key), lines[-1]["epoch"]
    last = f"After {counted(round(epoch), 'epoch')} {title} of the test images is {significant(sign * nats)} nats. "
    better = f"{' and '.join(title for title, _, sign in quantities_of(subject) if sign < 0)}: lower is better."
    return f"{better} {last if math.isfinite(nats) else ''}{likelihood_kind(subject.run).note}"
