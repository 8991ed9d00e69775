"""The top of every page: its title, one sentence, the model picker and the model's card."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base import ExplorerError, counted
from explorer.base.languages import _, translate_stored
from explorer.inference.latent_space import latent_size
from explorer.measures import likelihood_record, nats_note
from explorer.runs import DataFacts, LoadedRun
from explorer.ui.common import plain, show_error, state
from explorer.ui.components import picture_url
from explorer.ui.components.picker import Offer, model_picker


def header(title: str, sentence: str, beside: Callable[[], None] | None = None) -> None:
    """Draw it, with ``beside`` next to the sentence; the picker's choice is ``state.current_run()`` from then on."""
    with st.container(key="page-header"):
        left, middle, right = st.columns([8, 6, 5], vertical_alignment="bottom")
    with left:
        st.title(title, anchor=False)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="page-sentence"):
            st.caption(sentence, width="content")
            if beside:
                beside()
    runs = state.explorable_runs()
    names = [run.name for run in runs]
    if not names:
        return
    state.take_wanted(names)
    linked = st.query_params.get(state.MODEL) if state.first_time("header", True) else None
    with middle:
        picker(runs)
    if linked is not None and linked not in names:
        message = _("There is no model '{name}' here.").format(name=linked)
        show_error(ExplorerError(message, _("It was renamed or deleted; this is another.")))
    with right, st.popover(_("About this model"), icon=":material/info:", width="stretch"):
        try:
            card(state.current_run())
        except ExplorerError as error:
            show_error(error)


def picker(runs: list[LoadedRun]) -> None:
    """Draw the choice among the runs.

    A select box that is not seen holds it: Streamlit keeps that in the session and in the link, and goes back and
    forward with it. What is seen shows its value, and changes it by ``state.select_run``.
    """
    names = [run.name for run in runs]
    chosen = st.selectbox(_("Model"), names, key=state.MODEL, bind="query-params")
    model_picker("model-picker", [offer_of(run) for run in runs], chosen, state.select_run)


def offer_of(run: LoadedRun) -> Offer:
    """What the picker shows of a run: 'mnist, conv-vae, 16 dimensions'."""
    data = run.config.data_title or _("no images")
    return Offer(run.name, f"{data}, {run.model.name}, {counted(latent_size(run), 'dimension')}", picture_url(run))


def card(run: LoadedRun) -> None:
    """Data set, latent size, epochs, -ELBO and device of a run."""
    model, data = run.model, run.data
    rows = {
        _("data"): ", ".join(filter(None, (data.name, split_sizes(data)))),
        _("images"): image_size(data),
        _("model"): f"{model.name}, {decoder_words(run)}",
        _("latent size"): str(model.options["latent"]),
        _("epochs"): _("made elsewhere") if run.config.imported else str(run.status.epoch),
        "-ELBO" if model.variational else _("-reconstruction"): loss(run),
        _("runs on"): device(),
    }
    st.markdown(f"**{plain(run.name)}**")
    st.markdown("\n".join(f"- {key}: {value}" for key, value in rows.items()), help=nats_note(run))
    for sentence in run.config.imported.assumed if run.config.imported else ():
        st.caption(plain(translate_stored(sentence)))
    if caveat := run.config.test_caveat:
        st.caption(_(caveat))


def image_size(data: DataFacts) -> str:
    """'28 x 28, grey', and how those of another ratio were fitted."""
    channels, height, width = data.shape
    if not channels:
        return _("none")
    fitted = {"pad": _("padded to this ratio"), "crop": _("cropped to this ratio") if height != width else ""}
    parts = [f"{height} x {width}", _("grey") if channels == 1 else _("colour"), fitted.get(data.fit, "")]
    return ", ".join(filter(None, parts))


def decoder_words(run: LoadedRun) -> str:
    """'bernoulli decoder', and what it lacks."""
    if not run.model.decodes:
        return _("no encoder and no decoder")
    decoder = _("decoder")
    if run.model.likelihood != "unknown":
        decoder = _("{likelihood} decoder").format(likelihood=run.model.likelihood)
    return decoder if run.model.encodes else _("{decoder}, no encoder").format(decoder=decoder)


def loss(run: LoadedRun) -> str:
    """-ELBO of the test images, what its nats are, and the least that they could be; or why there is none."""
    elbo_nats, nats = run.status.test_elbo_nats, likelihood_record(run)
    if run.model.likelihood == "unknown":
        return _("the likelihood is not known")
    if elbo_nats is None:
        return _("not measured")
    text = _("{nats:.1f} nats (test), a {kind}").format(nats=-elbo_nats, kind=_(nats["kind"]))
    if nats["floor_nats"] is None:
        return text
    return _("{nats}, floor {floor:.1f}").format(nats=text, floor=nats["floor_nats"])


def split_sizes(data: DataFacts) -> str:
    """'55,000 images to train, 5,000 to validate, 10,000 to test'; of a run that came without images 'none'."""
    if not data.n_test:
        return _("none")
    parts = [_("{n:,} images to train").format(n=data.n_trained)]
    if data.n_validation:
        parts.append(_("{n:,} to validate").format(n=data.n_validation))
    if data.n_dropped:
        parts.append(_("{n:,} duplicates dropped").format(n=data.n_dropped))
    return ", ".join([*parts, _("{n:,} to test").format(n=data.n_test)])


@st.cache_data(show_spinner=False)
def device() -> str:
    """The device that decodes here."""
    from explorer.base import device_title, resolve_device

    return device_title(resolve_device())
