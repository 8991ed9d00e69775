"""The runs in training and in the queue, to watch one or to take it out of the queue."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base.languages import _
from explorer.runs import Run
from explorer.training import queue
from explorer.ui.common import errors_shown, plain

POLL_S = 2.0
Follow = Callable[[str], None]


def train_queue(watched: Run | None, follow: Follow) -> None:
    """Draw the queue, and poll it while it is not empty; each poll starts the runs that a free slot allows."""
    busy = bool(queue.in_progress())
    st.fragment(queued_and_training, run_every=POLL_S if busy else None)(watched, follow)


def queued_and_training(watched: Run | None, follow: Follow) -> None:
    """Draw a button for each run except the ``watched`` one."""
    with errors_shown():
        queue.advance()
        waiting = queue.waiting()
        training = [run for run in queue.in_progress() if run.name not in {each.name for each in waiting}]
        others = [run for run in training if watched is None or run.name != watched.name]
        if not others and not waiting:
            return
        with st.container(key="train-queue", horizontal=True, vertical_alignment="center"):
            if others:
                in_training(others, follow, also=watched is not None)
            for place, run in enumerate(waiting, 1):
                in_line(place, run, follow, watched is not None and run.name == watched.name)


def in_training(runs: list[Run], follow: Follow, also: bool) -> None:
    """Draw the runs in training."""
    st.caption(_("Also in training") if also else _("In training"), width="content")
    for run in runs:
        name_button(run, follow, _("Watch it, {share:.0%} done").format(share=run.status().progress))


def in_line(place: int, run: Run, follow: Follow, watched: bool) -> None:
    """Draw a waiting run: its place, its name, and the button that removes it."""
    st.caption(_("Waiting, number {place}").format(place=place), width="content")
    name_button(run, follow, _("Look at it"), disabled=watched)
    st.button(
        "",
        key=f"take-out-{run.name}",
        type="tertiary",
        icon=":material/playlist_remove:",
        help=_("Take {name} out of the queue.").format(name=plain(run.name)),
        on_click=queue.stop,
        args=(run,),
    )


def name_button(run: Run, follow: Follow, help: str, disabled: bool = False) -> None:
    """A button with the run's name; a click watches the run."""
    clicked = st.button(
        plain(run.name),
        key=f"follow-{run.name}",
        type="tertiary",
        icon=":material/visibility:",
        help=help,
        disabled=disabled,
        on_click=follow,
        args=(run.name,),
    )
    if clicked:
        st.rerun()
