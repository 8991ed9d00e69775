"""The form of a new training: the main options and a preset, the others under "More"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from explorer.base import ExplorerError
from explorer.base.languages import _, current_language
from explorer.training import OPTIONS, TrainConfig, presets
from explorer.ui.common import plain
from explorer.ui.train.estimate import train_estimate
from explorer.ui.train.fields import KEEP, ensure, option_field, option_fields, put, session_key

DEFAULT_PRESET = "good"
PRESET = "train-preset"
MOST_AT_ONCE = 20  # trainings that one click queues


def train_form(watched: str | None) -> list[TrainConfig]:
    """Draw the form, collapsed while the run ``watched`` is shown; a configuration of each seed when Start was pressed.

    Raises ExplorerError for values that cannot be read.
    """
    begin()
    if watched is None:
        return choices()
    with st.expander(_("New training"), icon=":material/add:", key=fold_key(watched), on_change="rerun"):
        return choices()


def fold_key(watched: str) -> str:
    """The session key of whether the form is open above this run."""
    return f"train-form-{watched}"


def choices() -> list[TrainConfig]:
    """The form itself."""
    what = st.columns(2)
    with what[0]:
        dataset = choose_dataset()
    with what[1]:
        model = choose_model()
    notes(what, dataset, model)
    how = st.columns(3)
    with how[0]:
        latent = option_field("latent", apply_preset)
    with how[1]:
        choose_preset()
    with how[2]:
        epochs = option_field("epochs", make_custom)
    start, estimate = st.columns([1, 2], vertical_alignment="center")
    with start:
        started = st.button(_("Start"), type="primary", icon=":material/play_arrow:", width="stretch")
    with st.expander(_("More"), key="train-more"):
        more = option_fields(make_custom)
        seeds = choose_seeds()
    hidden = presets.hidden_sizes(more.pop("hidden"))
    config = TrainConfig(dataset=dataset, model=model, latent=latent, epochs=epochs, hidden=hidden, **more)
    with estimate:
        train_estimate(config, pause=started)
    return [replace(config, seed=config.seed + i) for i in range(seeds)] if started else []


def choose_seeds() -> int:
    """How many trainings, each with the next seed."""
    return int(
        st.number_input(
            _("Trainings with different seeds"),
            min_value=1,
            max_value=MOST_AT_ONCE,
            key="train-seeds",
            help=_(
                "More than one: each has the next seed, and Diagnose and Compare show the mean and the standard "
                "deviation of their figures."
            ),
            **KEEP,
        )
    )


def begin() -> None:
    """On the first visit: what TrainConfig has by default, with the default preset."""
    st.session_state.setdefault(PRESET, DEFAULT_PRESET)
    if session_key("epochs") not in st.session_state:
        fill(TrainConfig(dataset=presets.offers()[0]))
        apply_preset()
    ensure()


def fill(config: TrainConfig) -> None:
    """Put a configuration into the form; call it before the form is drawn."""
    for name, value in vars(config).items():
        put(name, value)


def choose_data(dataset: str, watched: str | None) -> None:
    """Put a data set into the form, which is open then above the run ``watched``."""
    begin()
    put("dataset", dataset)
    apply_preset()
    if watched is not None:
        st.session_state[fold_key(watched)] = True


def fill_from(run: str, config: TrainConfig) -> None:
    """Open the form with the settings of another run, as Clone does."""
    st.session_state[fold_key(run)] = True
    if config.dataset not in presets.offers():
        st.toast(_("Its images are not in the data folder: choose a data set."), icon=":material/info:")
        config = TrainConfig(**{**vars(config), "dataset": presets.offers()[0]})
    fill(config)
    make_custom()
    st.toast(_("Its settings are in the form above: change what you like, and start."), icon=":material/content_copy:")


def apply_preset() -> None:
    """Set the options that the preset decides for the chosen data set, model and latent size."""
    preset = st.session_state[PRESET]
    if preset not in presets.PRESETS:
        return
    dataset, model, latent = (st.session_state[session_key(name)] for name in ("dataset", "model", "latent"))
    for name, value in presets.preset_settings(preset, dataset, model, images_to_train(dataset), latent).items():
        put(name, value)


def make_custom() -> None:
    """An option that the preset had set was changed by hand."""
    st.session_state[PRESET] = presets.CUSTOM


@st.cache_data(ttl=60, show_spinner=False)
def images_to_train(dataset: str) -> int:
    """As ``presets.images_to_train``, cached, since counting a large folder takes long."""
    return presets.images_to_train(dataset)


@st.cache_data(ttl=60, show_spinner=False)
def dataset_note(dataset: str, language: str) -> str:
    """As ``presets.dataset_note`` in the ``language``, which is the current one, cached likewise."""
    return presets.dataset_note(dataset)


def choose_dataset() -> str:
    """One of the data sets on offer; ExplorerError for any other name, such as a path from a visitor."""
    offers = presets.offers()
    chosen = st.selectbox(
        _(OPTIONS["dataset"].label),
        offers,
        format_func=presets.dataset_title,
        key=session_key("dataset"),
        help=_(OPTIONS["dataset"].help),
        on_change=apply_preset,
        **KEEP,
    )
    if chosen not in offers:
        raise ExplorerError(_("That data set is not on offer here."), _("Choose one from the list."))
    return chosen


def choose_model() -> str:
    """A name in ``MODELS``."""
    from models import MODELS

    return st.selectbox(
        _(OPTIONS["model"].label),
        list(MODELS),
        format_func=lambda name: _(MODELS[name].title),
        key=session_key("model"),
        help=_(OPTIONS["model"].help),
        on_change=apply_preset,
        **KEEP,
    )


def choose_preset() -> None:
    """Which preset; "custom" once one of its options was changed by hand."""
    st.selectbox(
        _("Preset"),
        [*presets.PRESETS, presets.CUSTOM],
        format_func=lambda name: _(presets.PRESETS[name].title) if name in presets.PRESETS else _("Custom"),
        key=PRESET,
        help=preset_help(),
        on_change=apply_preset,
        **KEEP,
    )


def notes(columns: Sequence[Any], dataset: str, model: str) -> None:
    """Draw what the chosen data set and model are, and what they need, below their fields."""
    from models import MODELS

    with columns[0]:
        st.caption(plain(dataset_note(dataset, current_language())))
    with columns[1]:
        summary = _(MODELS[model].summary)
        st.caption(_("{summary}.").format(summary=summary.capitalize()))


def preset_help() -> str:
    """What a preset sets, and what each is."""
    what = _(
        "Sets epochs, hidden sizes, activation, learning rate, schedule, weight decay, beta, samples and labels for "
        "data, model and latent size."
    )
    line = _("{preset}: {summary}.")
    each = [line.format(preset=_(one.title), summary=_(one.summary)) for one in presets.PRESETS.values()]
    return " ".join([what, *each, _("Custom: as you set them.")])
