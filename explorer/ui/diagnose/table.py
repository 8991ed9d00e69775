"""The measures of a run as a table, with estimator and interpretation."""

from __future__ import annotations

import html
from collections.abc import Mapping

import streamlit as st

from explorer.base import figure_text, significant
from explorer.base.languages import _, translate_stored
from explorer.measures import MEASURES, Measured, MeasureSpec, caution, nats_note, values_at_floor
from explorer.measures.seeds import SeedSpread, over_seeds, seed_of
from explorer.runs import LoadedRun


def diagnose_table(run: LoadedRun, found: Mapping[str, Measured]) -> None:
    """One row a measure that is a single number; those of each dimension are drawn."""
    floors = values_at_floor(run)
    single = {name: one for name, one in found.items() if not isinstance(one.value, tuple)}
    spreads = over_seeds(run)
    rows = [
        table_row(run, MEASURES[name], one, floors.get(name), spreads.get(name))
        for name, one in single.items()
        if not one.absent
    ]
    rows += absent_rows(run, {name: one for name, one in single.items() if one.absent})
    head = f"<tr><th>{_('Measure')}</th><th>{_('Value')}</th><th>±</th><th>{_('Images')}</th></tr>"
    st.html(f'<table class="measures"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>')
    if spreads:
        st.caption(f":material/casino: {seeds_note(run, spreads)}")
    if any(MEASURES[name].at_floor for name in found):
        st.caption(f":material/info: {nats_note(run)}")
    with st.expander(_("How each is taken and read")):
        st.markdown("\n".join(measure_help(MEASURES[name], one) for name, one in found.items()))


def seeds_note(run: LoadedRun, spreads: Mapping[str, SeedSpread]) -> str:
    """What a value and its error are where several seeds were measured."""
    n = max(len(one.values) for one in spreads.values())
    text = _(
        "Mean and standard deviation over {n} trainings that differ in the seed alone. Verdict and figures are of this "
        "one, seed {seed}."
    )
    return text.format(n=n, seed=seed_of(run))


def table_row(run: LoadedRun, spec: MeasureSpec, one: Measured, floor: float | None, spread: SeedSpread | None) -> str:
    """A measure, with that of a perfect decoder where it is known; over several seeds its mean and deviation."""
    perfect = ""
    if floor is not None and one.value is not None:
        perfect = _("A perfect decoder: {value}.").format(value=significant(floor))
    own = ""
    if spread is not None:
        own = _("This seed: {value}.").format(value=figure_text(one.values[0]))
    notes = f"{small(own)}{small(perfect)}{small(caution(one))}"
    name = f"<td>{name_of(run, spec)}{notes}</td>"
    errors = one.errors if spread is None else (spread.deviation,)
    value = one.values[0] if spread is None else spread.mean
    error = "".join(significant(error, 2) for error in errors)
    return f"<tr>{name}<td>{value_text(spec, value)}</td><td>{error}</td><td>{one.n:,}</td></tr>"


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


def value_text(spec: MeasureSpec, value: float) -> str:
    """The value with its unit."""
    return html.escape(f"{figure_text(value)} {_(spec.unit)}".rstrip())


def measure_help(spec: MeasureSpec, one: Measured) -> str:
    """Estimator and reading of one measure."""
    drawn = f" K = {one.samples:,}." if one.samples else ""
    text = _("- **{title}**: {reading} *Taken as {estimator}.{drawn}*")
    return text.format(title=_(spec.title), reading=_(spec.reading), estimator=_(spec.estimator), drawn=drawn)
