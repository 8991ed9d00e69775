"""What can be done to the models that are chosen in the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from explorer.base import PROJECT
from explorer.base.languages import N_, _
from explorer.importing import run_archive
from explorer.measures import MAX_RUNS
from explorer.runs import Run, load_run
from explorer.training import queue
from explorer.training.own_runs import rename_run
from explorer.ui.common import explore_button, state
from explorer.ui.library.attempts import attempt
from explorer.ui.library.choice import choose
from explorer.ui.library.deleted import PROBLEM, delete, forget_deleted
from explorer.ui.library.rows import Row

MORE_EPOCHS = 10
RESUMED = ("paused", "stopped", "failed")


def run_actions(chosen: Sequence[Row], on_train: Callable[[str], None]) -> None:
    """Draw the buttons; those that do not fit to what is chosen are off, and say why."""
    with st.container(key="library-actions", horizontal=True, gap="small"):
        explore_action(chosen)
        compare_action(chosen)
        continue_action(chosen, on_train)
        rename_action(chosen)
        download_action(chosen)
        delete_action(chosen)


def single(chosen: Sequence[Row]) -> Row | None:
    """The one that is chosen, None where it is none or several."""
    return chosen[0] if len(chosen) == 1 else None


def explore_action(chosen: Sequence[Row]) -> None:
    """Turn to the Explore page with the model."""
    row = single(chosen)
    why = ONE if row is None else NO_MODEL if not row.usable else None
    explore_button(row.run if row and not why else None, _("Explore"), "content", "library-explore", why and _(why))


def compare_action(chosen: Sequence[Row]) -> None:
    """Turn to the Compare page with the models."""
    fit = 2 <= len(chosen) <= MAX_RUNS and all(row.usable for row in chosen)
    why = None if fit else _("Choose two to {most} models in the table.").format(most=MAX_RUNS)
    if st.button(_("Compare"), key="library-compare", icon=":material/compare:", disabled=not fit, help=why):
        forget_deleted()
        state.compare([row.name for row in chosen])
        st.switch_page(PROJECT / "pages" / "compare.py", query_params={})


def continue_action(chosen: Sequence[Row], on_train: Callable[[str], None]) -> None:
    """Train the model for more epochs, or to the end of a training that was left."""
    row = single(chosen)
    why = why_not_trained(row)
    if row is None or row.status is None or why or row.status.state in RESUMED:
        resume_button(row, why, on_train)
        return
    with st.popover(_("Continue"), icon=":material/forward:", help=_("Train it for more epochs.")):
        more = st.number_input(_("More epochs"), 1, 10_000, MORE_EPOCHS, key=f"library-more-{row.name}")
        until = row.status.epoch + more
        if st.button(_("Train until epoch {until:,}").format(until=until), key="library-continue", type="primary",
                     on_click=train,
                     args=(row.run, until, on_train)):  # fmt: skip
            st.rerun()


def why_not_trained(row: Row | None) -> str | None:
    """Why the training of the row's run cannot go on; None where it can."""
    if row is None:
        return ONE
    reasons = {SHIPPED: not row.own, ELSEWHERE: row.imported, IN_TRAINING: row.active}
    return next((reason for reason, holds in reasons.items() if holds), None) or (None if row.status else UNREADABLE)


def resume_button(row: Row | None, why: str | None, on_train: Callable[[str], None]) -> None:
    """Draw the button that goes on where the training was left; without a training it is off."""
    going = row is not None and why is None
    if st.button(_("Resume") if going else _("Continue"), key="library-resume", icon=":material/forward:",
                 disabled=not going,
                 help=_(why or SAVED), on_click=train,
                 args=(row.run if row else None, None, on_train)) and going:  # fmt: skip
        st.rerun()


def train(run: Run, epochs: int | None, on_train: Callable[[str], None]) -> None:
    """Queue the run again; it is watched from then on."""
    forget_deleted()

    def queued() -> None:
        queue.requeue(run, epochs)
        on_train(run.name)

    attempt(PROBLEM, run.name, queued)


def rename_action(chosen: Sequence[Row]) -> None:
    """Choose another name."""
    row = single(chosen)
    why = ONE if row is None else None if row.own else SHIPPED
    if row is None or why:
        st.button(_("Rename"), key="library-rename-off", icon=":material/edit:", disabled=True, help=why and _(why))
        return
    with st.popover(_("Rename"), icon=":material/edit:"):
        key = f"library-name-{row.name}"
        st.text_input(_("New name"), row.name, key=key)
        if st.button(_("Rename it"), key="library-rename", type="primary", on_click=attempt,
                     args=(PROBLEM, row.name, rename, row.run, key)):  # fmt: skip
            st.rerun()  # the picker stands outside of the fragment


def rename(run: Run, key: str) -> None:
    """Give the run the name in the field; the picker and the training that is watched follow it."""
    forget_deleted()
    renamed = rename_run(run, st.session_state[key].strip())
    choose([renamed.name])
    if st.session_state.get(state.MODEL) == run.name:
        state.select_run(renamed.name)
    if state.training_run() == run.name:
        state.watch_training(renamed.name)


def download_action(chosen: Sequence[Row]) -> None:
    """Take the run along as one file."""
    row = single(chosen)
    why = ONE if row is None else NO_MODEL if not row.usable else None
    name, content = (row.name, lambda: run_archive(load_run(row.run))) if row and not why else ("", b"")
    st.download_button(
        _("Download"), content, f"{name}.zip", "application/zip", key="library-download", on_click="ignore",
        icon=":material/download:", disabled=why is not None, help=why and _(why),
    )  # fmt: skip


def delete_action(chosen: Sequence[Row]) -> None:
    """Take the models out of the list; they can be brought back."""
    why = SHIPPED if any(not row.own for row in chosen) else None if chosen else NONE
    if st.button(_("Delete"), key="library-delete", icon=":material/delete:", disabled=why is not None,
                 help=why and _(why),
                 on_click=delete, args=([row.run for row in chosen],)) and why is None:  # fmt: skip
        st.rerun()


ONE = N_("Choose one model in the table.")
NONE = N_("Choose models in the table.")
ELSEWHERE = N_("It was made elsewhere.")
IN_TRAINING = N_("It is in training.")
UNREADABLE = N_("It cannot be read.")
SAVED = N_("Go on from its last saved state.")
NO_MODEL = N_("It has no model yet.")
SHIPPED = N_("It came with the product and stays as it is.")
