"""Models that were deleted: the way back right after it, and what still waits in the trash."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.base import ExplorerError
from explorer.base.languages import N_, _, ngettext
from explorer.base.text import size_text
from explorer.runs import Run
from explorer.training.own_runs import (
    KEPT_DAYS,
    TrashedRun,
    empty_trash,
    restore_run,
    trash_bytes,
    trash_run,
    trashed_runs,
)
from explorer.ui.common import plain, show_error, state
from explorer.ui.library.rows import Row

DELETED = "library-deleted"  # what the last click deleted
PROBLEM = "library-problem"  # the error of the last click, and the name of its run
MOST_NAMED = 3


def delete(runs: Sequence[Run]) -> None:
    """Delete the runs up to the first that cannot be; their trainings are watched no more."""
    if not any(run.path.exists() for run in runs):
        return  # a click that came twice, or another visitor was before
    forget_deleted()
    gone: list[TrashedRun] = []
    try:
        for run in runs:
            gone.append(trash_run(run))
            if state.training_run() == run.name:
                state.watch_training(None)
    except ExplorerError as error:
        st.session_state[PROBLEM] = (run.name, error)
    st.session_state[DELETED] = gone


def forget_deleted() -> None:
    """Another action: the last deletion is not spoken of any more."""
    st.session_state.pop(DELETED, None)


def note_deleted(chosen: Sequence[Row]) -> None:
    """Draw a line on the last deletion, with the way back; else on what is chosen."""
    problem = st.session_state.pop(PROBLEM, (None, None))[1]
    gone: list[TrashedRun] = st.session_state.get(DELETED, [])
    with st.container(key="library-note", horizontal=True, vertical_alignment="center", gap="small"):
        if gone:
            st.caption(_("Deleted {names}.").format(names=plain(names_of([one.name for one in gone]))), width="content")
            if st.button(_("Undo"), key="library-undo", type="tertiary", icon=":material/undo:", on_click=restore,
                         args=(gone,)):  # fmt: skip
                st.rerun()
        else:
            st.caption(
                _("Chosen: {names}").format(names=plain(names_of([row.name for row in chosen])))
                if chosen
                else _(NONE_CHOSEN)
            )
    if problem is not None:
        show_error(problem)


def names_of(names: Sequence[str]) -> str:
    """'a, b, c and 2 more'."""
    named = _(", ").join(names[:MOST_NAMED])
    if len(names) <= MOST_NAMED:
        return named
    return _("{names} and {n} more").format(names=named, n=len(names) - MOST_NAMED)


def restore(gone: Sequence[TrashedRun]) -> None:
    """Bring deleted runs back, those that still wait, up to the first that cannot be."""
    forget_deleted()
    waiting = trashed_runs()
    try:
        for one in gone:
            if one in waiting:
                restore_run(one)
    except ExplorerError as error:
        st.session_state[PROBLEM] = (one.name, error)


def deleted_runs() -> None:
    """Draw what waits in the trash, with its size; nothing where it is empty."""
    waiting = trashed_runs()
    if not waiting:
        return
    label = ngettext("{n:,} deleted model, {size}", "{n:,} deleted models, {size}", len(waiting))
    label = label.format(n=len(waiting), size=size_text(trash_bytes()))
    with st.popover(label, icon=":material/restore_from_trash:", type="tertiary"):
        st.caption(_("Kept for {days} days, then gone for good.").format(days=KEPT_DAYS))
        for one in waiting:
            restore_line(one)
        if st.button(_("Delete all for good"), key="library-empty", icon=":material/delete_forever:",
                     on_click=empty):  # fmt: skip
            st.rerun()


def restore_line(one: TrashedRun) -> None:
    """Draw the name of a deleted run, and the button that brings it back."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(plain(one.name), width="content")
        if st.button(_("Restore"), key=f"library-restore-{one.folder.name}", type="tertiary", icon=":material/undo:",
                     on_click=restore, args=([one],)):  # fmt: skip
            st.rerun()


def empty() -> None:
    """Delete for good all that waits."""
    forget_deleted()
    empty_trash()


NONE_CHOSEN = N_("Choose a model in the table, or several to compare.")
