"""The measures of each run as a table, the better ones marked."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from explorer.base import counted, figure_text, significant
from explorer.base.languages import N_, _, joined, translate_stored
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
from explorer.measures.seeds import SeedSpread, over_seeds
from explorer.runs import LoadedRun
from explorer.ui.common import cached
from explorer.ui.compare.runs import Side

MEASURES_HELP = N_(
    "**Bold** is better by more than two standard errors of the difference, among the runs that can be compared. Rest "
    "the pointer on a measure's name for how it is estimated and how to read it."
)
DEVIATION = "deviation over seeds"  # among what stands beside a measure
ARROWS = {"lower": "↓", "higher": "↑", "": ""}
UNKNOWN = Measured(absent=N_("Not measured yet: open the Diagnose page with this model."))

Found = Mapping[str, Measured]


def compare_measures(sides: Sequence[Side]) -> None:
    """Draw the table of what is known, and say what has not been measured."""
    st.header(_("Measures"), anchor=False, help=_(MEASURES_HELP))
    own = [known_measures(side.run, cached.latents_if_any(side.run)) for side in sides]
    spreads = [over_seeds(side.run) for side in sides]
    found = [with_spread(one, spread) for one, spread in zip(own, spreads, strict=True)]
    known = [name for name in MEASURES if any(name in own for own in found)]
    head = "".join(f"<th>{side.heading(measure_facts(side.run))}</th>" for side in sides)
    body = "".join(measure_row(name, MEASURES[name], sides, found) for name in known if not of_dimensions(name, found))
    st.html(f'<div class="compare-table"><table><tr><th>{_("Measure")}</th>{head}</tr>{body}</table></div>')
    seed_notes(sides, spreads)
    nats_notes(sides)
    if missing := ", ".join(_(MEASURES[name].title) for name in MEASURES if name not in known):
        st.caption(_("Not measured yet: {measures}. The Diagnose page measures a model.").format(measures=missing))


def with_spread(found: Found, spreads: Mapping[str, SeedSpread]) -> dict[str, Measured]:
    """The measures of a run; those of several seeds have the mean over them and its standard error."""
    over = {
        name: replace(found[name], value=one.mean, stderr=one.stderr, beside={DEVIATION: one.deviation})
        for name, one in spreads.items()
        if name in found
    }
    return {**found, **over}


def seed_notes(sides: Sequence[Side], spreads: Sequence[Mapping[str, SeedSpread]]) -> None:
    """Which columns are means over several seeds."""
    for side, spread in zip(sides, spreads, strict=True):
        if spread:
            n = max(len(one.values) for one in spread.values())
            text = _("{letter}: mean ± standard deviation over {n} trainings that differ in the seed alone.")
            st.caption(f":material/casino: {text.format(letter=side.letter, n=n)}")


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
    likelihood = _("likelihood unknown") if model.likelihood == "unknown" else model.likelihood
    data = run.data.name or _("no data set")
    return f"{model.name}, {likelihood}, {data}, z {model.options['latent']}, {epochs(run)}"


def epochs(run: LoadedRun) -> str:
    """How long it was trained."""
    if run.config.imported:
        return _("made elsewhere")
    return counted(run.status.epoch, "epoch")


def measure_row(name: str, spec: MeasureSpec, sides: Sequence[Side], found: Sequence[Found]) -> str:
    """One measure of all runs."""
    own = [one.get(name, UNKNOWN) for one in found]
    basis = basis_of(spec)
    bases = [(basis(side.run), measured.samples, measured.n) for side, measured in zip(sides, own, strict=True)]
    marked = best(own, bases, spec.better)
    cells = "".join(measure_cell(measured, better) for measured, better in zip(own, marked, strict=True))
    readings = dict.fromkeys(spec.reading_of(side.run) for side in sides)  # of runs of one kind the same
    text = _("{readings} Estimator: {estimator}.").format(readings=joined(*readings), estimator=_(spec.estimator))
    note = html.escape(text, quote=True)
    title = f"{html.escape(_(spec.title))} {ARROWS[spec.better]} <small>{html.escape(_(spec.unit))}</small>"
    return f'<tr><th title="{note}">{title}</th>{cells}</tr>'


def number_text(measured: Measured) -> float | None:
    """The value of a measure with a single number; None without one."""
    return None if isinstance(measured.value, tuple) else measured.value


def measure_cell(measured: Measured, better: bool) -> str:
    """A value with its details as a tooltip; without a value, the reason."""
    value = number_text(measured)
    if value is None:
        said = _("not measured") if measured is UNKNOWN else _("none")
        reason = html.escape(translate_stored(measured.absent), quote=True)
        return f'<td class="none" title="{reason}">{said}</td>'
    text = figure_text(value)
    if (deviation := measured.beside.get(DEVIATION)) is not None:
        text += f" <small>± {significant(deviation, 2)}</small>"
    kind = "better" if better else ""
    return f'<td class="{kind}" title="{averaged_over(measured)}">{text}</td>'


def averaged_over(measured: Measured) -> str:
    """The number of images, the standard error, and the draws of z per image."""
    parts = [_("{n:,} images").format(n=measured.n)]
    parts += [_("standard error {error}").format(error=significant(error)) for error in measured.errors]
    if measured.samples:
        parts.append(_("{n:,} draws of z each").format(n=measured.samples))
    return ", ".join(parts)
