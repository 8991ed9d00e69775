"""A training as it goes, read from its run directory: progress, reconstructions, curves, log, and what to do next."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer import jobs
from explorer.errors import ExplorerError
from explorer.lab import stop_requested
from explorer.runs import Run, Status
from explorer.ui.figures_training import HEIGHT, learning_curves, log_possible
from explorer.ui.widgets.explore_button import explore_button
from explorer.ui.widgets.message import errors_shown, plain, show_error
from explorer.ui.widgets.train_frames import train_frames
from explorer.units import duration, significant

POLL_S = 1.0
WARM_UP_S = 3.0  # the first steps are slow; what they promise is not told
ACTIVE = ("queued", "running")


def train_watch(run: Run) -> None:
    """Draw it, and again each second while the training goes on."""
    with errors_shown():
        active = jobs.watch(run).state in ACTIVE
        st.fragment(panel, run_every=POLL_S if active else None)(run, active)


def panel(run: Run, active: bool) -> None:
    """One look at the run's files."""
    with errors_shown():
        status = jobs.watch(run)
        if active and status.state not in ACTIVE:
            st.rerun()  # once, so that the picker lists the new model and the polling ends
        training = run.config().training
        progress_row(run, status, training)
        if status.state == "failed":
            show_error(ExplorerError(status.error, status.hint))
        if status.state in ACTIVE or jobs.metrics(run):  # one that failed at once has nothing to show
            show_learning(run, training)
        show_log(run)


def show_learning(run: Run, training: dict[str, Any]) -> None:
    """Reconstructions beside the curves; before the first epoch their empty frames."""
    with st.container(key="train-panel"):
        pictures, curves = st.columns(2, gap="large")
        with pictures:
            train_frames(run, training.get("epochs", 1))
        with curves:
            show_curves(run, training)


def progress_row(run: Run, status: Status, training: dict[str, Any]) -> None:
    """What is trained, how far it is, and one button: stop it, or explore it."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        st.markdown(f"**{plain(run.name)}**", help=plain(settings_of(training)))
        st.progress(min(status.progress, 1.0), text=plain(progress_text(run, status, training.get("epochs", 1))))
    with right:
        if status.state in ACTIVE:
            stop_button(run)
        else:
            explore_button(run, disabled=not run.has_weights)


def stop_button(run: Run) -> None:
    """Ask the training to stop; it says so until it has."""
    asked = stop_requested(run)
    st.button(
        "Stopping..." if asked else "Stop",
        key="train-stop",
        icon=":material/stop:",
        width="stretch",
        disabled=asked,
        help="What was learned until then is kept.",
        on_click=jobs.stop,
        args=(run,),
    )


def settings_of(training: dict[str, Any]) -> str:
    """The run's settings in one line."""
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in training.items() if value is not None)


def progress_text(run: Run, status: Status, epochs: int) -> str:
    """'Epoch 12 of 20, 41 s left, 31,200 images/s, CPU'."""
    if status.state not in ACTIVE:
        return outcome(run, status, epochs)
    if status.stage != "training":
        return (status.stage or status.state).capitalize()
    parts = [f"Epoch {min(status.epoch + 1, epochs)} of {epochs}"]
    if status.seconds_left is not None and elapsed_s(status) >= WARM_UP_S:
        parts.append(f"{duration(status.seconds_left)} left")
    if status.images_per_s is not None:
        parts.append(f"{significant(status.images_per_s)} images/s")
    return ", ".join([*parts, status.device])


def elapsed_s(status: Status) -> float:
    """How long the training has gone on, from its own estimate of what is left."""
    left, done = status.seconds_left or 0.0, status.progress
    return left * done / (1 - done) if done < 1 else 0.0


def outcome(run: Run, status: Status, epochs: int) -> str:
    """What became of a training that is over."""
    done = {"finished": f"Finished: {epochs} epochs", "stopped": f"Stopped after {status.epoch} of {epochs} epochs"}
    text = done.get(status.state, f"{status.state.capitalize()} after {status.epoch} of {epochs} epochs")
    metrics = jobs.metrics(run)
    took = [f"in {duration(metrics[-1]['elapsed_s'])}"] if metrics else []
    return " ".join([text, *took, *([f"on {status.device}"] if status.device else [])])


def show_curves(run: Run, training: dict[str, Any]) -> None:
    """-ELBO and its two parts so far."""
    metrics = jobs.metrics(run)
    possible = log_possible(metrics)
    log_y = st.session_state.get("train-log-y", False) and possible
    dark = st.context.theme.type == "dark"
    figure = learning_curves(metrics, training.get("epochs", 1), dark, log_y)
    st.plotly_chart(figure, key=f"train-curves-{run.name}", theme=None, height=HEIGHT, config={"displayModeBar": False})
    st.toggle("Logarithmic nats", key="train-log-y", disabled=not possible, help=CURVES_HELP, persist_state="session")


def show_log(run: Run) -> None:
    """The end of the log; read only while it is open."""
    with st.expander("Log", key=f"train-log-{run.name}", on_change="rerun") as box:
        if box.open:
            st.code(jobs.log_tail(run) or "Nothing was logged.", language=None, height=220)


CURVES_HELP = (
    "-ELBO = -reconstruction + KL, in nats per image. KL is what z carries about the image, so it may well rise. "
    "Train: averaged while an epoch ran. Test: all test images after it, z sampled. "
    "With the Bernoulli likelihood on grey images these are no log-likelihoods of the data: "
    "compare them only with one another. "
    "Values below zero, which a Gaussian may have, cannot be drawn logarithmically."
)
