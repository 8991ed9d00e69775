"""What can be done with a training, given its state: pause, stop, resume, go on, clone, explore."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base import ExplorerError
from explorer.runs import Run, Status, control_word
from explorer.training import queue, training_config
from explorer.ui.common import explore_button, show_error
from explorer.ui.train.form import fill_from

MORE_EPOCHS = 10
PROBLEM = "train-problem"  # what a click could not do


def train_actions(run: Run, status: Status) -> None:
    """Draw the buttons in one row; a change shows at the next look."""
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if queue.is_waiting(run):
            action("Take out", "playlist_remove", run, queue.stop, help="Take it out of the queue.")
        elif status.state in queue.ACTIVE:
            while_active(run)
        else:
            afterwards(run, status)
        clone_button(run)
    if problem := st.session_state.pop(PROBLEM, None):
        show_error(problem)


def while_active(run: Run) -> None:
    """Pause and Stop; what was asked for says so until it is done."""
    asked = control_word(run)
    pausing, stopping = asked == "pause", asked == "stop"
    action("Pausing..." if pausing else "Pause", "pause", run, queue.pause, disabled=bool(asked), help=PAUSE_HELP)
    action("Stopping..." if stopping else "Stop", "stop", run, queue.stop, disabled=stopping, help=STOP_HELP)


def afterwards(run: Run, status: Status) -> None:
    """Go on, or explore what there is."""
    if status.state == "finished" and not run.shipped:
        continue_popover(run, status)
    elif status.state != "finished":
        action("Resume", "resume", run, queue.resume, help=RESUME_HELP)
    explore_button(run, disabled=not run.has_weights, width="content")


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
    """Do it; what goes wrong is shown below the buttons."""
    try:
        does(*arguments)
    except ExplorerError as error:
        st.session_state[PROBLEM] = error


def continue_popover(run: Run, status: Status) -> None:
    """How many epochs more."""
    with st.popover("Continue", icon=":material/forward:", help="Train it for more epochs."):
        more = st.number_input("More epochs", 1, 10_000, MORE_EPOCHS, key=f"train-more-{run.name}")
        st.button(
            f"Train until epoch {status.epoch + more:,}",
            key="train-continue",
            type="primary",
            on_click=attempt,
            args=(queue.resume, run, status.epoch + more),
        )


def clone_button(run: Run) -> None:
    """Its settings into the form."""
    clicked = st.button("Clone", key="train-clone", icon=":material/content_copy:", help=CLONE_HELP, on_click=attempt,
                        args=(clone, run))  # fmt: skip
    if clicked:
        st.rerun()  # the form stands outside of the fragment


def clone(run: Run) -> None:
    """Fill the form with what this run was asked to do."""
    fill_from(run.name, training_config(run))


PAUSE_HELP = "Saves its state and frees the machine; Resume goes on from there."
STOP_HELP = "Ends it. What was learned is kept and can be explored; Resume goes on from there."
RESUME_HELP = "Goes on from its last saved state, or starts where there is none."
CLONE_HELP = "Puts its settings into the form, to change some of them and start a new run."
