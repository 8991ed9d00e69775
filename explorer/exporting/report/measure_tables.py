"""The measures of a report, each with its estimator, error and number of images; and what is not measured."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

import numpy as np

from explorer.base import command_name, significant
from explorer.exporting.report.parts import Command, Facts, Part, Row, Table, Words
from explorer.exporting.report.subject import Subject
from explorer.measures import (
    MEASURES,
    Measured,
    MeasureSpec,
    caution,
    known_measures,
    measures_report,
    nats_note,
    values_at_floor,
    verdict,
)

DIMENSIONS = 24  # in the table of dimensions
FACTOR_DIMENSIONS = 8  # in that of known factors
NAMING = "dci-disentanglement"  # the measure whose importances it holds
ERROR_NOTE = "± is the standard error over the images; n is the number of images."


def measure_tables(subject: Subject) -> list[Part]:
    """The verdict, the tables, what is absent and why, and how to measure the rest."""
    found = known_measures(subject.run, subject.latents)
    present = {name: one for name, one in found.items() if one.value is not None}
    judged = verdict(found)
    parts: list[Part] = [] if judged is None else [Words(f"{judged.sentence} {judged.advice}")]
    if single := {name: one for name, one in present.items() if not isinstance(one.value, tuple)}:
        parts.append(single_table(subject, single))
    if each := {name: one for name, one in present.items() if isinstance(one.value, tuple)}:
        parts.append(dimension_table(each))
    if NAMING in present and present[NAMING].by_factor:
        parts.append(factor_table(present[NAMING]))
    if any(MEASURES[name].at_floor for name in present):
        parts.append(Words(nats_note(subject.run), quiet=True))
    if present:
        parts.append(provenance(subject, found))
    return [*parts, *absent_parts(found), *missing_parts(subject, found)]


def single_table(subject: Subject, found: Mapping[str, Measured]) -> Table:
    """A row for each measure that is one number."""
    floors = values_at_floor(subject.run)
    rows = tuple(measure_row(MEASURES[name], one, floors.get(name)) for name, one in in_order(found).items())
    return Table(("Measure", "Value", "±", "n"), rows, f"Of the test images. {ERROR_NOTE}")


def in_order(found: Mapping[str, Measured]) -> dict[str, Measured]:
    """The measures in the order of their table."""
    return {name: found[name] for name in MEASURES if name in found}


def measure_row(spec: MeasureSpec, one: Measured, floor: float | None) -> Row:
    """A measure with its estimator, what a perfect decoder would have, and what to keep in mind."""
    (value,) = one.values
    figure = f"{value:,}" if isinstance(value, int) else signed(value)
    drawn = f" K = {one.samples:,}." if one.samples else ""
    perfect = "" if floor is None else f" A perfect decoder: {signed(floor)}."
    note = f"{spec.estimator}.{drawn}{perfect} {caution(one)}".rstrip()
    error = "".join(significant(error, 2) for error in one.errors)
    return Row(spec.title, (f"{figure} {spec.unit}".rstrip(), error, f"{one.n:,}"), note)


def signed(value: float) -> str:
    """A number to four digits, with a proper minus."""
    return significant(value, 4).replace("-", "−")


def dimension_table(found: Mapping[str, Measured]) -> Table:
    """A row for each latent dimension, by decreasing values of the first measure; at most ``DIMENSIONS``."""
    found = in_order(found)
    first = next(iter(found.values()))
    order = np.argsort(-np.asarray(first.values), kind="stable")
    rows = tuple(Row(f"z{dim}", tuple(cell(one, dim) for one in found.values())) for dim in order[:DIMENSIONS].tolist())
    specs = [MEASURES[name] for name in found]
    heads = ("Dimension", *(f"{spec.title.removesuffix(' per dimension')} ({spec.unit})" for spec in specs))
    how = "; ".join(
        f"{spec.title}: {spec.estimator}, n = {one.n:,}" for spec, one in zip(specs, found.values(), strict=True)
    )
    of = f" The first {DIMENSIONS} of {len(order)} dimensions." if len(order) > DIMENSIONS else ""
    return Table(heads, rows, f"{how}.{of}")


def factor_table(one: Measured) -> Table:
    """A row a known factor: its importances in the dimensions that have most of them, and in all others."""
    table = np.array(list(one.by_factor.values()))  # [F, K]
    dims = sorted(np.argsort(-table.sum(0), kind="stable")[:FACTOR_DIMENSIONS].tolist())
    rest = table.sum(1) - table[:, dims].sum(1)
    others = table.shape[1] > len(dims)
    rows = [
        Row(name, (*(f"{share:.2f}" for share in row[dims]), *([f"{left:.2f}"] if others else [])))
        for name, row, left in zip(one.by_factor, table, rest, strict=True)
    ]
    heads = ("Known factor", *(f"z{dim}" for dim in dims), *(["others"] if others else []))
    return Table(heads, tuple(rows), f"Importance of dimensions in predicting each factor (DCI), n = {one.n:,}.")


def cell(one: Measured, dim: int) -> str:
    """The value of one dimension, with its error where that is known."""
    if dim >= len(one.values):
        return ""
    error = f" ± {significant(one.errors[dim], 2)}" if one.errors else ""
    return f"{significant(one.values[dim])}{error}"


def provenance(subject: Subject, found: Mapping[str, Measured]) -> Facts:
    """What is needed to cite the figures."""
    about = measures_report(subject.run, "test", found)["provenance"]
    protocol = about["protocol"].replace(subject.run.data.name or "\0", subject.data_name)
    versions = ", ".join(f"{name} {version}" for name, version in (about["versions"] or {}).items())
    rows = {"Protocol": protocol, "Measured": about["date"], "On": about["device"], "With": versions,
            "Fingerprint of the test images": about["fingerprint"]}  # fmt: skip
    return Facts(tuple((name, text) for name, text in rows.items() if text), "How they were taken")


def absent_parts(found: Mapping[str, Measured]) -> list[Part]:
    """The measures that there cannot be, by the reason."""
    reasons: dict[str, list[str]] = {}
    for name, one in in_order(found).items():
        if one.absent:
            reasons.setdefault(one.absent, []).append(MEASURES[name].title)
    rows = tuple((", ".join(titles), reason) for reason, titles in reasons.items())
    return [Facts(rows, "Measures that there are not")] if rows else []


def missing_parts(subject: Subject, found: Mapping[str, Measured]) -> list[Part]:
    """The measures that were not taken, and the command that takes them."""
    missing = [name for name in MEASURES if name not in found]
    if not missing:
        return []
    return [Words(f"Not measured: {titles(missing)}. This takes them:"), Command(command(subject, missing))]


def titles(names: Sequence[str]) -> str:
    """The titles of measures as a list."""
    return ", ".join(MEASURES[name].title for name in names)


def command(subject: Subject, names: Sequence[str]) -> str:
    """The command that takes these measures."""
    return f"{command_name()} evaluate {shlex.quote(subject.run.name)} --measures {','.join(names)}"
