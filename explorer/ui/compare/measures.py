"""The measures of each run as a table, the better ones marked."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import streamlit as st

from explorer.base import significant
from explorer.measures import (
    MEASURES,
    Measured,
    MeasureSpec,
    basis_of,
    best,
    groups,
    known_measures,
    nats_note,
)
from explorer.runs import LoadedRun
from explorer.ui.common import cached
from explorer.ui.compare.runs import Side

MEASURES_HELP = (
    "**Bold** is better by more than two standard errors of the difference, among the runs that can be compared. How a "
    "measure is taken and how to read it is said where the pointer rests on its name."
)
ARROWS = {"lower": "↓", "higher": "↑", "": ""}
UNKNOWN = Measured(absent="Not measured yet: open the Diagnose page with this model.")

Found = Mapping[str, Measured]


def compare_measures(sides: Sequence[Side]) -> None:
    """Draw the table of what is known, and say what has not been measured."""
    st.header("Measures", anchor=False, help=MEASURES_HELP)
    found = [known_measures(side.run, cached.latents_if_any(side.run)) for side in sides]
    known = [name for name in MEASURES if any(name in own for own in found)]
    head = "".join(f"<th>{side.heading(measure_facts(side.run))}</th>" for side in sides)
    body = "".join(measure_row(name, MEASURES[name], sides, found) for name in known if not of_dimensions(name, found))
    st.html(f'<div class="compare-table"><table><tr><th>Measure</th>{head}</tr>{body}</table></div>')
    nats_notes(sides)
    if missing := ", ".join(MEASURES[name].title for name in MEASURES if name not in known):
        st.caption(f"Not measured yet: {missing}. The Diagnose page measures a model.")


def nats_notes(sides: Sequence[Side]) -> None:
    """What the nats of the runs are; of some of them with their letters."""
    alike = groups(sides, lambda side: nats_note(side.run))
    for these in alike:
        whose = f"{', '.join(side.letter for side in these)}: " if len(alike) > 1 else ""
        st.caption(f":material/info: {whose}{nats_note(these[0].run)}")


def of_dimensions(name: str, found: Sequence[Found]) -> bool:
    """Whether a measure has one value per dimension and therefore no row."""
    return any(isinstance(own[name].value, tuple) for own in found if name in own)


def measure_facts(run: LoadedRun) -> str:
    """What the run is, in a line."""
    model = run.model
    likelihood = f"likelihood {model.likelihood}" if model.likelihood == "unknown" else model.likelihood
    return f"{model.name}, {likelihood}, {run.data.name or 'no data set'}, z {model.options['latent']}, {epochs(run)}"


def epochs(run: LoadedRun) -> str:
    """How long it was trained."""
    if run.config.imported:
        return "made elsewhere"
    done = run.status.epoch
    return "1 epoch" if done == 1 else f"{done} epochs"


def measure_row(name: str, spec: MeasureSpec, sides: Sequence[Side], found: Sequence[Found]) -> str:
    """One measure of all runs."""
    own = [one.get(name, UNKNOWN) for one in found]
    basis = basis_of(spec)
    bases = [(basis(side.run), measured.samples, measured.n) for side, measured in zip(sides, own, strict=True)]
    marked = best(own, bases, spec.better)
    cells = "".join(measure_cell(measured, better) for measured, better in zip(own, marked, strict=True))
    readings = dict.fromkeys(spec.reading_of(side.run) for side in sides)  # of runs of one kind the same
    note = html.escape(f"{' '.join(readings)} Estimator: {spec.estimator}.", quote=True)
    title = f"{html.escape(spec.title)} {ARROWS[spec.better]} <small>{html.escape(spec.unit)}</small>"
    return f'<tr><th title="{note}">{title}</th>{cells}</tr>'


def number_text(measured: Measured) -> float | None:
    """The value of a measure with a single number; None without one."""
    return None if isinstance(measured.value, tuple) else measured.value


def measure_cell(measured: Measured, better: bool) -> str:
    """A value with its details as a tooltip; without a value, the reason."""
    value = number_text(measured)
    if value is None:
        said = "not measured" if measured is UNKNOWN else "none"
        return f'<td class="none" title="{html.escape(measured.absent, quote=True)}">{said}</td>'
    text = f"{value:,}" if isinstance(value, int) else significant(value)
    kind = "better" if better else ""
    return f'<td class="{kind}" title="{averaged_over(measured)}">{text}</td>'


def averaged_over(measured: Measured) -> str:
    """The number of images, the standard error, and the draws of z per image."""
    error = "".join(f", standard error {significant(error)}" for error in measured.errors)
    draws = f", {measured.samples:,} draws of z each" if measured.samples else ""
    return f"{measured.n:,} images{error}{draws}"
