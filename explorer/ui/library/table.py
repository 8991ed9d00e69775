"""The table of all models: searched, sorted, and chosen from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from explorer.base.languages import _
from explorer.ui.common import errors_shown, places
from explorer.ui.library.choice import choose, chosen_names
from explorer.ui.library.deleted import deleted_runs, forget_deleted, note_deleted
from explorer.ui.library.rows import Row, active_names, all_rows, found, table_of
from explorer.ui.library.run_actions import run_actions

SEARCH = "library-search"
CURSOR = "library-cursor"  # the key of the table, and the cell that its cursor stands on
ROW_HIGH, HEAD_HIGH = 52, 37  # pixels
MOST_ROWS = 6.5  # are seen at once; half a row says that there are more
POLL_S = 2.0
OnTrain = Callable[[str], None]
Cell = tuple[int, str]  # its row's place and its column


def model_table(on_train: OnTrain) -> None:
    """Draw it, with what can be done to the chosen ones; ``on_train`` is called with a run that trains again.

    It is drawn anew by itself while something is in training.
    """
    active = active_names()
    st.fragment(draw, run_every=POLL_S if active else None)(active, on_train)


def draw(active: set[str], on_train: OnTrain) -> None:
    """Draw search, actions, table, and what was deleted."""
    if SEARCH not in st.session_state:
        forget_deleted()  # the page is opened anew
    search, actions, note, table, trash = places(5)
    rows = all_rows()
    if {row.name for row in rows if row.active} != active:
        st.rerun()  # the picker lists what was trained, and the polling begins or ends
    with search:
        text = st.text_input(_("Search"), placeholder=_("Search by name, data set, model"), key=SEARCH,
                             label_visibility="collapsed", icon=":material/search:")  # fmt: skip
    shown = found(rows, text or "")
    with table:
        choose_among(shown, bool(rows))
    chosen = [row for row in shown if row.name in chosen_names()]
    with actions:
        run_actions(chosen, on_train)
    with note, errors_shown():
        note_deleted(chosen)
    with trash:
        deleted_runs()


def choose_among(rows: list[Row], any_at_all: bool) -> None:
    """Draw the rows. What is chosen is kept by name: the places change with every search and every new run."""
    if not rows:
        st.caption(_("No model fits.") if any_at_all else _("No model yet: train one, or load one."))
        return
    names = [row.name for row in rows]
    key = f"library-table-{hashlib.sha256(repr(names).encode()).hexdigest()[:16]}"  # another table for other rows
    chosen = [place for place, name in enumerate(names) if name in chosen_names()]
    cursor = cursor_of(key)
    st.session_state[key] = {"selection": {"rows": chosen, "columns": [], "cells": cursor}}
    st.dataframe(
        table_of(rows), key=key, on_select=partial(note_chosen, key, names), hide_index=True,
        selection_mode=["multi-row", "single-cell"], row_height=ROW_HIGH, column_config=columns(),
        height=round(min(len(rows), MOST_ROWS) * ROW_HIGH) + HEAD_HIGH,
    )  # fmt: skip


def note_chosen(key: str, names: list[str]) -> None:
    """Keep the names of the rows that are chosen now, and where the cursor stands."""
    selection = st.session_state[key]["selection"]
    choose(chosen_in(selection, names, cursor_of(key)))
    st.session_state[CURSOR] = key, [tuple(cell) for cell in selection["cells"]]


def chosen_in(selection: Mapping[str, Any], names: Sequence[str], cursor: Sequence[Cell]) -> list[str]:
    """The names of the rows that a selection chooses: where the cursor was moved to a cell its row, and no other."""
    cells = [tuple(cell) for cell in selection["cells"]]
    moved = bool(cells) and cells != list(cursor)
    return [names[place] for place in ([cell[0] for cell in cells] if moved else selection["rows"])]


def cursor_of(key: str) -> list[Cell]:
    """The cell of this table that the cursor stands on, its row's place and its column, in a list; empty for none."""
    table, cells = st.session_state.get(CURSOR, ("", []))
    return list(cells) if table == key else []


def columns() -> dict[str, Any]:
    """What each column is called, how it is shown, and how wide it is."""
    config = st.column_config
    return {
        "picture": config.ImageColumn("", width=56, help=_("Decoded images of the latent plane, or of the prior.")),
        "name": config.TextColumn(_("Name"), width=150),
        "data": config.TextColumn(_("Data"), width=72),
        "model": config.TextColumn(_("Model"), width=86),
        "latent": config.NumberColumn("z", width=38, help=_("Latent dimensions.")),
        "nats": config.NumberColumn("-ELBO", width=66, format="%.1f", help=_("Nats a test image: less is better.")),
        "size": config.NumberColumn("MB", width=50, format="%.1f", help=_("On the disk.")),
        "date": config.TextColumn(_("Date"), width=86),
        "state": config.TextColumn(_("State"), width=150),
    }
