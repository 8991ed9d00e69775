"""The measures of a run as a table, with estimator and interpretation."""

from __future__ import annotations

import html
from collections.abc import Mapping

import streamlit as st

from explorer.base import significant
from explorer.base.languages import _, translate_stored
from explorer.measures import MEASURES, Measured, MeasureSpec, caution, nats_note, values_at_floor
from explorer.runs import LoadedRun


def diagnose_table(run: LoadedRun, found: Mapping[str, Measured]) -> None:
    """One row a measure that is a single number; those of each dimension are drawn."""
    floors = values_at_floor(run)
    single = {name: one for name, one in found.items() if not isinstance(one.value, tuple)}
    rows = [table_row(run, MEASURES[name], one, floors.get(name)) for name, one in single.items() if not one.absent]
    rows += absent_rows(run, {name: one for name, one in single.items() if one.absent})
    head = f"<tr><th>{_('Measure')}</th><th>{_('Value')}</th><th>±</th><th>{_('Images')}</th></tr>"
    st.html(f'<table class="measures"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>')
    if any(MEASURES[name].at_floor for name in found):
        st.caption(f":material/info: {nats_note(run)}")
    with st.expander(_("How each is taken and read")):
        st.markdown("\n".join(measure_help(MEASURES[name], one) for name, one in found.items()))


def table_row(run: LoadedRun, spec: MeasureSpec, one: Measured, floor: float | None) -> str:
    """A measure, with that of a perfect decoder where it is known."""
    perfect = ""
    if floor is not None and one.value is not None:
        perfect = _("A perfect decoder: {value}.").format(value=significant(floor))
    notes = f"{small(perfect)}{small(caution(one))}"
    name = f"<td>{name_of(run, spec)}{notes}</td>"
    error = "".join(significant(error, 2) for error in one.errors)
    return f"<tr>{name}<td>{value_text(spec, one)}</td><td>{error}</td><td>{one.n:,}</td></tr>"


def absent_rows(run: LoadedRun, found: Mapping[str, Measured]) -> list[str]:
    """The measures that are absent, those of one reason in a row."""
    reasons: dict[str, list[str]] = {}
    for name, one in found.items():
        reasons.setdefault(translate_stored(one.absent), []).append(name_of(run, MEASURES[name]))
    return [
        f'<tr><td>{", ".join(names)}</td><td colspan="3" class="absent">{html.escape(reason)}</td></tr>'
        for reason, names in reasons.items()
    ]


def name_of(run: LoadedRun, spec: MeasureSpec) -> str:
    """The measure's name, with its interpretation under the pointer."""
    return f'<abbr title="{html.escape(spec.reading_of(run))}">{html.escape(_(spec.title))}</abbr>'


def small(words: str) -> str:
    """What to keep in mind of a value, below its name."""
    return f"<small>{html.escape(words)}</small>" if words else ""


def value_text(spec: MeasureSpec, one: Measured) -> str:
    """The value with its unit; a whole number stays one, a share is given in percent."""
    (value,) = one.values
    figure = f"{value:,}" if isinstance(value, int) else significant(value)
    return html.escape(f"{figure} {_(spec.unit)}".rstrip())


def measure_help(spec: MeasureSpec, one: Measured) -> str:
    """Estimator and reading of one measure."""
    drawn = f" K = {one.samples:,}." if one.samples else ""
    text = _("- **{title}**: {reading} *Taken as {estimator}.{drawn}*")
    return text.format(title=_(spec.title), reading=_(spec.reading), estimator=_(spec.estimator), drawn=drawn)
