"""The measures of each run as a table, the better ones marked."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

import streamlit as st

from explorer.comparison import MEASURES, Measure, best, data_of, measure_of
from explorer.evaluation import Evaluation
from explorer.runs import Run
from explorer.ui import cached
from explorer.ui.widgets.compare_runs import Side
from explorer.units import significant

HELP = (
    "Over all test images of each run, z drawn once an image. **Bold** is better, to three digits, among the runs that "
    "can be compared; where nothing is bold there is nothing to choose."
)


def compare_measures(sides: Sequence[Side]) -> None:
    """Draw the table."""
    st.subheader("Measures", anchor=False, help=HELP)
    evaluations = [evaluated(side.run) for side in sides]
    head = "".join(f"<th>{side.heading(facts(side.run))}</th>" for side in sides)
    body = "".join(row(measure, sides, evaluations) for measure in MEASURES.values())
    st.html(f'<div class="compare-table"><table><tr><th></th>{head}</tr>{body}</table></div>')


def evaluated(run: Run) -> Evaluation:
    """Averages over the run's test images."""
    return cached.latents(run).values.averages(math.prod(data_of(run).shape))


def facts(run: Run) -> str:
    """What the run is, in a line."""
    model, data = run.facts()
    return f"{model.name}, {model.options['likelihood']}, {data.name}, z {model.options['latent']}, {epochs(run)}"


def epochs(run: Run) -> str:
    """How long it was trained."""
    done = run.status().epoch
    return "1 epoch" if done == 1 else f"{done} epochs"


def row(measure: Measure, sides: Sequence[Side], evaluations: Sequence[Evaluation]) -> str:
    """One measure of all runs."""
    values = [measure_of(measure, side.run, own) for side, own in zip(sides, evaluations, strict=True)]
    marked = best(values, [measure.basis(side.run) for side in sides], measure.better)
    cells = [cell(value, measure.unit, better) for value, better in zip(values, marked, strict=True)]
    arrow = {"lower": "↓", "higher": "↑", "": ""}[measure.better]
    return line(f"{measure.title} {arrow}", measure.help, cells)


def cell(value: float | None, unit: str, better: bool) -> tuple[str, str]:
    """A value's text and class."""
    if value is None:
        return "has none", "none"
    return f"{significant(value)} <small>{unit}</small>", "better" if better else ""


def line(title: str, note: str, cells: Sequence[tuple[str, str]]) -> str:
    """One row of the table; the note is said where the pointer rests."""
    shown = "".join(f'<td class="{kind}">{text}</td>' for text, kind in cells)
    return f'<tr><th title="{html.escape(note, quote=True)}">{html.escape(title)}</th>{shown}</tr>'
