"""The buttons of a training, by its state: pause, stop, resume, continue, clone, explore."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.runs import Run, Status, control_word
from explorer.training import ACTIVE, queue, training_config
from explorer.ui.common import explore_button, show_error
from explorer.ui.train.form import fill_from

MORE_EPOCHS = 10
PROBLEM = "train-problem"  # the error of the last click


def train_actions(run: Run, status: Status) -> None:
    """Draw the buttons in one row; their effect shows at the next poll."""
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if queue.is_waiting(run):
            action(_("Take out"), "playlist_remove", run, queue.stop, help=_("Take it out of the queue."))
        elif status.state in ACTIVE:
            while_active(run)
        else:
            afterwards(run, status)
        clone_button(run)
    if problem := st.session_state.pop(PROBLEM, None):
        show_error(problem)


def while_active(run: Run) -> None:
    """Pause and Stop; a request is shown until it has been carried out."""
    asked = control_word(run)
    pausing, stopping = asked == "pause", asked == "stop"
    pause, stop = _("Pausing...") if pausing else _("Pause"), _("Stopping...") if stopping else _("Stop")
    action(pause, "pause", run, queue.pause, disabled=bool(asked), help=_(PAUSE_HELP))
    action(stop, "stop", run, queue.stop, disabled=stopping, help=_(STOP_HELP))


def afterwards(run: Run, status: Status) -> None:
    """Resume or continue the training, and explore its model."""
    if status.state == "finished" and not run.shipped:
        continue_popover(run, status)
    elif status.state != "finished":
        action(_("Resume"), "resume", run, queue.requeue, help=_(RESUME_HELP))
    explore_button(run if run.has_weights else None, width="content", key=f"explore-{run.name}")


def action(
    label: str, icon: str, run: Run, does: Callable[[Run], None], disabled: bool = False, help: str = ""
) -> None:
    """A button that does something to a run."""
    st.button(
        label,
        key=f"train-{does.__name__}",
        icon=f":material/{icon}:",
        disabled=disabled,
        help=help,
        on_click=attempt,
        args=(does, run),
    )


def attempt(does: Callable[..., None], *arguments: object) -> None:
    """Call ``does``; its error is shown below the buttons."""
    try:
        does(*arguments)
    except ExplorerError as error:
        st.session_state[PROBLEM] = error


def continue_popover(run: Run, status: Status) -> None:
    """Choose how many epochs more, and continue a finished training."""
    with st.popover(_("Continue"), icon=":material/forward:", help=_("Train it for more epochs.")):
        more = st.number_input(_("More epochs"), 1, 10_000, MORE_EPOCHS, key=f"train-more-{run.name}")
        st.button(
            _("Train until epoch {until:,}").format(until=status.epoch + more),
            key="train-continue",
            type="primary",
            on_click=attempt,
            args=(queue.requeue, run, status.epoch + more),
        )


def clone_button(run: Run) -> None:
    """Copy the run's settings into the form."""
    clicked = st.button(_("Clone"), key="train-clone", icon=":material/content_copy:", help=_(CLONE_HELP),
                        on_click=attempt,
                        args=(clone, run))  # fmt: skip
    if clicked:
        st.rerun()  # the form stands outside of the fragment


def clone(run: Run) -> None:
    """Fill the form with the run's settings."""
    fill_from(run.name, training_config(run))


PAUSE_HELP = N_("Saves its state and frees the machine; Resume goes on from there.")
STOP_HELP = N_("Ends it. What was learned is kept and can be explored; Resume goes on from there.")
RESUME_HELP = N_("Goes on from its last saved state, or starts where there is none.")
CLONE_HELP = N_("Puts its settings into the form, to change some of them and start a new run.")
