"""The options of the projection that is chosen; a map of other ones is another map."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import streamlit as st

from explorer.base.languages import N_, _, joined
from explorer.inference import Latents
from explorer.maps.fits import DISTANCE_METRICS, MIN_POINTS, OPTION_HELP, MapOptions, chosen_dims, projection_spec
from explorer.runs import LoadedRun
from explorer.ui.common import state

OPEN = "map-options-open"
NAMES = {
    "perplexity": N_("perplexity"),
    "exaggeration": N_("exaggeration"),
    "metric": N_("metric"),
    "seed": N_("seed"),
    "dims": N_("dims"),
}
METRIC_NAMES = {"euclidean": N_("euclidean"), "cosine": N_("cosine"), "manhattan": N_("manhattan")}


def map_options(run: LoadedRun, method: str, latents: Latents) -> MapOptions:
    """Draw them; returns those that were last applied. ``latents`` are those of the whole split."""
    current = state.map_options(run, method)
    uses = projection_spec(method).uses
    box = st.popover(
        _("Options"),
        icon=":material/tune:",
        width="stretch",
        help=uses_text(uses, current),
        key=OPEN,
        on_change="rerun",
    )
    with box:
        if uses == ("dims",):
            dims = {"dims": two_dimensions(latents, current)}
            chosen: dict[str, Any] = {**dims, "sample": sample_input(current, method)}
        else:
            with st.form(f"map-options-{method}", border=False):
                chosen = {name: FIELDS[name](current) for name in uses}
                chosen["sample"] = sample_input(current, method)
                applied = st.form_submit_button(
                    _("Apply"), help=_("Another choice is another map, fitted anew and kept."), on_click=close_options
                )
            if not applied:
                return current
    options = MapOptions(**chosen)
    state.choose_map_options(run, method, options)
    return options


def close_options() -> None:
    """Close the options, so that the map is visible."""
    st.session_state[OPEN] = False


def uses_text(uses: tuple[str, ...], options: MapOptions) -> str:
    """The applied options in words."""
    values = asdict(options)
    named = [f"{_(NAMES[name])} {_(str(values[name]))}" for name in uses if values[name] is not None]
    shown = _("all images") if options.sample is None else _("a sample of {n:,}").format(n=options.sample)
    return ", ".join([*named, shown])


def key_of(name: str) -> str:
    """Where the session keeps an option's field."""
    return f"map-option-{name}"


def two_dimensions(latents: Latents, current: MapOptions) -> tuple[int, int] | None:
    """Two selectors, of all dimensions, the one that carries most first."""
    order = [int(dim) for dim in latents.order()]
    if len(order) < 2:
        st.caption(_("This model has one dimension."))
        return None
    first, second = current.dims or chosen_dims(latents.mu, current)
    x = st.selectbox(_("Across"), order, order.index(first), format_func="z{}".format, key=key_of("x"))
    rest = [dim for dim in order if dim != x]
    start = rest.index(second) if second in rest else 0
    y = st.selectbox(_("Up"), rest, start, format_func="z{}".format, key=key_of(f"y-beside-{x}"))
    return x, y


def perplexity(current: MapOptions) -> float:
    """The input of the perplexity."""
    return st.number_input(
        _("Perplexity"), 2.0, 500.0, current.perplexity, 5.0, "%g", key_of("perplexity"), _(OPTION_HELP["perplexity"])
    )


def exaggeration(current: MapOptions) -> float:
    """The input of the exaggeration."""
    help_text = _(OPTION_HELP["exaggeration"])
    return st.number_input(
        _("Exaggeration"), 1.0, 30.0, current.exaggeration, 0.5, "%g", key_of("exaggeration"), help_text
    )


def metric(current: MapOptions) -> str:
    """The selector of the metric."""
    return st.selectbox(
        _("Metric"),
        DISTANCE_METRICS,
        DISTANCE_METRICS.index(current.metric),
        format_func=lambda name: _(METRIC_NAMES[name]),
        key=key_of("metric"),
        help=_(OPTION_HELP["metric"]),
    )


def seed_input(current: MapOptions) -> int:
    """The input of the seed."""
    return st.number_input(_("Seed"), 0, 2**32 - 1, current.seed, key=key_of("seed"), help=_(OPTION_HELP["seed"]))


def sample_input(current: MapOptions, method: str) -> int | None:
    """The input of the sample size; empty for all images."""
    return st.number_input(
        _("Show a sample of"), MIN_POINTS, None, current.sample, 1000, key=key_of(f"sample-{method}"),
        placeholder=_("all"), help=joined(_(OPTION_HELP["sample"]), _("Leave it empty for all.")),
    )  # fmt: skip


FIELDS: dict[str, Any] = {"perplexity": perplexity, "exaggeration": exaggeration, "metric": metric, "seed": seed_input}
