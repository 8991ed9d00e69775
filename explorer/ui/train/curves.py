"""The metrics of a training: -ELBO and its terms, KL per dimension, active units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.base.languages import N_, _, translate_stored
from explorer.base.text import percentage
from explorer.measures import nats_note
from explorer.runs import Run, load_run, metric_lines
from explorer.ui.common import NO_ELBO, errors_shown
from explorer.ui.common.figures import HEIGHT, OF_POINTS, PANELS, learning_curves, log_possible
from explorer.ui.train.figures_units import HEIGHT as USAGE_HEIGHT
from explorer.ui.train.figures_units import usage

LOG = "train-log-y"
QUIET = {"displayModeBar": False}


def train_curves(run: Run) -> None:
    """Draw the curves of the epochs so far."""
    with errors_shown():
        metrics = metric_lines(run)
        config = run.config()
        epochs = config.training.get("epochs", 1)
        dark = st.context.theme.type == "dark"
        variational = is_variational(run)
        panels = PANELS if variational else OF_POINTS
        possible = log_possible(metrics, panels)
        curves = learning_curves(metrics, epochs, dark, st.session_state.get(LOG, False) and possible, panels)
        st.plotly_chart(curves, key=f"train-curves-{run.name}", theme=None, height=HEIGHT, config=QUIET)
        for sentence in filter(None, (named_rightly(metrics), translate_stored(config.test_caveat))):
            st.caption(sentence)
        if variational:
            kl = usage(metrics, epochs, dark)
            st.plotly_chart(kl, key=f"train-usage-{run.name}", theme=None, height=USAGE_HEIGHT, config=QUIET)
        else:
            st.caption(_(NO_ELBO))
        switches(run, possible)


def named_rightly(metrics: Sequence[Mapping[str, Any]]) -> str:
    """The class accuracy of a semi-supervised model so far, in words; empty for other models."""
    accuracy = metrics[-1]["test"].get("class_accuracy") if metrics else None
    if accuracy is None:
        return ""
    text = _("Classes named rightly: {share} of the test images.")
    return text.format(share=percentage(accuracy, 1))


def is_variational(run: Run) -> bool:
    """Whether the model has an ELBO; assumed of a run that has not started."""
    model = run.config().model
    return model is None or model.variational


def switches(run: Run, possible: bool) -> None:
    """Draw the switch of the curves' scale."""
    words = f"{_(CURVES_HELP)} {what_nats_are(run)}".rstrip()
    st.toggle(_("Logarithmic nats"), key=LOG, disabled=not possible, help=words, persist_state="session")


def what_nats_are(run: Run) -> str:
    """A sentence on the nats of a run; "" of one that has not started."""
    return nats_note(load_run(run)) if run.config().model is not None else ""


def settings_of(training: dict[str, Any]) -> str:
    """The run's settings in one line, without those that are off or unset."""
    given = {key: value for key, value in training.items() if value is not None and value is not False}
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in given.items())


CURVES_HELP = N_(
    "-ELBO = -reconstruction + KL, in nats per image. KL is what z carries about the image, so it may well rise. "
    "Train: averaged while an epoch ran. Test: all test images after it, z sampled. "
    "Validation, where patience asks for it: the images held out from training, likewise; they choose the best epoch. "
    "Values below zero, which a Gaussian may have, cannot be drawn logarithmically. "
    "A dimension is active when the posterior means of the test images vary along it by more than 0.01."
)
