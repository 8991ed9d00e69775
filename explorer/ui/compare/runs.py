"""The choice of the runs to compare, each with its letter and colour."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.base import ExplorerError
from explorer.base.languages import _, joined
from explorer.base.palette import RUN_COLOURS
from explorer.inference import lack_of
from explorer.measures import MAX_RUNS, differences, groups, same_images
from explorer.runs import LoadedRun
from explorer.ui.common import plain, state

RUN_LETTERS = "ABCD"


@dataclass(frozen=True)
class Side:
    """One of the runs that are compared."""

    run: LoadedRun
    letter: str
    colour: str

    @property
    def label(self) -> str:
        """How it is called where there is only text."""
        return f"{self.letter} {self.run.name}"

    def heading(self, below: str = "") -> str:
        """Its badge and name, as HTML, with a small line below."""
        name = html.escape(self.run.name, quote=True)
        badge = f'<span class="run-badge" style="background: {self.colour}">{self.letter}</span>'
        return f'<div><div class="run-name" title="{name}">{badge}<span>{name}</span></div>{small(below)}</div>'


def small(text: str) -> str:
    """A small line, as HTML."""
    return f"<small>{html.escape(text)}</small>" if text else ""


def compare_runs() -> list[Side]:
    """Draw the choice of those beside the model of the picker."""
    own, others = state.current_run(), {run.name: run for run in state.explorable_runs()}
    others.pop(own.name, None)
    state.begin_comparison(list(others), suggested_runs(own, list(others.values())))
    chosen = st.multiselect(
        _("Compare with"),
        list(others),
        key=state.COMPARED,
        max_selections=MAX_RUNS - 1,
        placeholder=_("One to three other models"),
        help=_("The model above is A. The link of this page keeps the choice."),
        persist_state="session",
        bind="query-params",
    )
    return sides([own, *(others[name] for name in chosen)])


def compared_how(sides: Sequence[Side]) -> None:
    """Say what the runs do not have in common."""
    if found := differences([side.run for side in sides]):
        st.caption(":material/info: " + plain(joined(*found)))


def suggested_runs(own: LoadedRun, others: Sequence[LoadedRun]) -> list[str]:
    """One to begin with, of the same test images where there is one."""
    alike = [run for run in others if same_images(run) == same_images(own)]
    return [run.name for run in (alike or others)[:1]]


def sides(runs: Sequence[LoadedRun]) -> list[Side]:
    """The runs with their letters and colours."""
    return [Side(run, letter, colour) for run, letter, colour in zip(runs, RUN_LETTERS, RUN_COLOURS, strict=False)]


def able(sides: Sequence[Side], lack_in: Callable[[LoadedRun], ExplorerError | None]) -> list[Side]:
    """Those of the sides whose runs lack nothing; of the others it is said what."""
    found = []
    for side in sides:
        if lack := lack_in(side.run):
            text = _("{run} is not shown here. {reason}")
            st.caption(text.format(run=plain(side.label), reason=plain(str(lack))))
        else:
            found.append(side)
    return found


def images_lack(run: LoadedRun) -> ExplorerError | None:
    """What the run lacks to reconstruct its test images."""
    return lack_of(run, "images", "encoder", "decoder")


def side_by_side(sides: Sequence[Side]) -> list[list[Side]]:
    """Those with the same test images together."""
    return groups(sides, lambda side: same_images(side.run))
