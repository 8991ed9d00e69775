"""The buttons of a training, by its state: pause, stop, resume, continue, clone, explore."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base import ExplorerError
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
            action("Take out", "playlist_remove", run, queue.stop, help="Take it out of the queue.")
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
    action("Pausing..." if pausing else "Pause", "pause", run, queue.pause, disabled=bool(asked), help=PAUSE_HELP)
    action("Stopping..." if stopping else "Stop", "stop", run, queue.stop, disabled=stopping, help=STOP_HELP)


def afterwards(run: Run, status: Status) -> None:
    """Resume or continue the training, and explore its model."""
    if status.state == "finished" and not run.shipped:
        continue_popover(run, status)
    elif status.state != "finished":
        action("Resume", "resume", run, queue.requeue, help=RESUME_HELP)
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
    with st.popover("Continue", icon=":material/forward:", help="Train it for more epochs."):
        more = st.number_input("More epochs", 1, 10_000, MORE_EPOCHS, key=f"train-more-{run.name}")
        st.button(
            f"Train until epoch {status.epoch + more:,}",
            key="train-continue",
            type="primary",
            on_click=attempt,
            args=(queue.requeue, run, status.epoch + more),
        )


def clone_button(run: Run) -> None:
    """Copy the run's settings into the form."""
    clicked = st.button("Clone", key="train-clone", icon=":material/content_copy:", help=CLONE_HELP, on_click=attempt,
                        args=(clone, run))  # fmt: skip
    if clicked:
        st.rerun()  # the form stands outside of the fragment


def clone(run: Run) -> None:
    """Fill the form with the run's settings."""
    fill_from(run.name, training_config(run))


PAUSE_HELP = "Saves its state and frees the machine; Resume goes on from there."
STOP_HELP = "Ends it. What was learned is kept and can be explored; Resume goes on from there."
RESUME_HELP = "Goes on from its last saved state, or starts where there is none."
CLONE_HELP = "Puts its settings into the form, to change some of them and start a new run."
