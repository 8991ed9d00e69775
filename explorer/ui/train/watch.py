"""A training in progress or over, read from its run directory: progress, images, curves, log and actions."""

from __future__ import annotations

import streamlit as st

from explorer.base import ExplorerError, duration, significant
from explorer.base.languages import N_, _, translate_stored
from explorer.datasets import report_from_json, report_sentences
from explorer.runs import CONFIG, Run, Status, metric_lines
from explorer.runs.tasks import log_tail
from explorer.training import ACTIVE, queue
from explorer.ui.common import errors_shown, places, plain, show_error
from explorer.ui.train.actions import train_actions
from explorer.ui.train.curves import settings_of, train_curves
from explorer.ui.train.frames import train_frames

POLL_S = 1.0
WARM_UP_S = 3.0  # the first steps are slow: no time left is shown before


def train_watch(run: Run) -> None:
    """Draw it, and redraw it each second while the training is active."""
    with errors_shown():
        status = queue.watch(run)
        active = status.state in ACTIVE
        every = POLL_S if active else None
        top, panel, log = places(3)
        with top:
            st.fragment(progress, run_every=every)(run, active)
        if active or metric_lines(run):  # one that failed at once has nothing to show
            with panel:
                learning(run, every)
        with log:
            st.fragment(show_images, run_every=every)(run)
            st.fragment(show_log, run_every=every)(run)


def learning(run: Run, every: float | None) -> None:
    """Draw the images beside the curves."""
    with st.container(key="train-panel"):
        pictures, curves = st.columns([1, 1.15], gap="large")
    with pictures:
        train_frames(run, run.config().training.get("epochs", 1), every)
    with curves:
        st.fragment(train_curves, run_every=every)(run)


def progress(run: Run, active: bool) -> None:
    """Draw the name, the progress and the buttons."""
    with errors_shown():
        status = queue.watch(run)
        if (status.state in ACTIVE) != active:
            st.rerun()  # once, so that the picker lists the new model, and the polling ends or begins
        training = run.config().training
        name, actions = st.columns([1, 1], vertical_alignment="center")
        with name:
            st.markdown(f"**{plain(run.name)}**", help=plain(settings_of(training)))
        with actions:
            train_actions(run, status)
        bars(run, status, training.get("epochs", 1))
        if status.error and status.state not in ACTIVE:
            show_error(ExplorerError(translate_stored(status.error), translate_stored(status.hint)))


def bars(run: Run, status: Status, epochs: int) -> None:
    """Draw the progress of the training, and beside it that of the epoch."""
    overall = plain(progress_text(run, status, epochs))
    if status.state != "running" or status.stage != "training":
        st.progress(min(status.progress, 1.0), text=overall)
        return
    left, right = st.columns([3, 1])
    left.progress(min(status.progress, 1.0), text=overall)
    share = epoch_share(status, epochs)
    right.progress(share, text=_("This epoch: {share:.0%}").format(share=share))


def epoch_share(status: Status, epochs: int) -> float:
    """The share of the current epoch that is done, 0 to 1."""
    done = status.progress * epochs - status.epoch
    return min(max(done, 0.0), 1.0)


def progress_text(run: Run, status: Status, epochs: int) -> str:
    """'Epoch 12 of 20, 41 s left, 31,200 images/s, CPU, 412 MB'."""
    if status.state == "queued":
        return queued_text(run)
    if status.state != "running":
        return outcome(run, status, epochs)
    epoch = _("Epoch {epoch} of {epochs}").format(epoch=min(status.epoch + 1, epochs), epochs=epochs)
    if silent := queue.silent_s(status):
        text = _("{epoch}, not heard of for {duration}: still there")
        return text.format(epoch=epoch, duration=duration(silent))
    if status.stage != "training":
        return translate_stored(status.stage or status.state).capitalize()
    parts = [epoch]
    if status.seconds_left is not None and elapsed_s(status) >= WARM_UP_S:
        parts.append(_("{duration} left").format(duration=duration(status.seconds_left)))
    if status.images_per_s is not None:
        parts.append(_("{n} images/s").format(n=significant(status.images_per_s)))
    memory = [f"{significant(status.memory_mb)} MB"] if status.memory_mb else []
    return _(", ").join([*parts, status.device, *memory])


def queued_text(run: Run) -> str:
    """The run's place in the queue, or that it is starting."""
    names = [each.name for each in queue.waiting()]
    if run.name not in names:
        return _("Starting")
    place = names.index(run.name) + 1
    if place == 1:
        return _("Waiting for the training before it")
    return _("Waiting, number {place} in the queue").format(place=place)


def elapsed_s(status: Status) -> float:
    """Seconds since the start of the training, derived from its progress and its estimate of the time left."""
    left, done = status.seconds_left or 0.0, status.progress
    return left * done / (1 - done) if done < 1 else 0.0


def outcome(run: Run, status: Status, epochs: int) -> str:
    """How a training ended, in words."""
    if status.state == "stopped" and not status.epoch and not run.has_weights:
        return _("Not started")
    text = _(ENDED[status.state]).format(epoch=status.epoch, epochs=epochs)
    metrics = metric_lines(run)
    took = [_("in {duration}").format(duration=duration(metrics[-1]["elapsed_s"]))] if metrics else []
    return " ".join([text, *took, *([_("on {device}").format(device=status.device)] if status.device else [])])


ENDED = {
    "finished": N_("Finished: {epoch} epochs"),
    "paused": N_("Paused after {epoch} of {epochs} epochs"),
    "stopped": N_("Stopped after {epoch} of {epochs} epochs"),
    "failed": N_("Failed after {epoch} of {epochs} epochs"),
}


def show_images(run: Run) -> None:
    """Draw what was found in a folder of images, and what became of it."""
    data = run.config().data
    if data is not None and data.report is not None:
        with st.expander(_("Images"), key=f"train-images-{run.name}"), errors_shown():
            sentences = report_sentences(report_from_json(data.report, run.path / CONFIG))
            st.markdown("\n".join(f"- {plain(sentence)}" for sentence in sentences))


def show_log(run: Run) -> None:
    """Draw the end of the log, which is read only while its expander is open."""
    with st.expander(_("Log"), key=f"train-log-{run.name}", on_change="rerun") as box:
        if box.open:
            st.code(log_tail(run) or _("Nothing was logged."), language=None, height=220)
