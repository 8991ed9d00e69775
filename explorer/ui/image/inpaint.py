"""Inpainting: a mask is painted on the image, and completions of the model are shown beside it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.base import duration
from explorer.base.languages import N_, _
from explorer.image_lab.inpainting import (
    CHAINS,
    MASK_PRESETS,
    MOST_CHAINS,
    MOST_STEPS,
    STEPS,
    Completion,
    Mask,
    Spread,
    checked_mask,
    complete,
    draw_completions,
)
from explorer.inference import require
from explorer.inference.latent_space import condition_of
from explorer.inference.likelihood import Progress
from explorer.runs import LoadedRun
from explorer.ui.common import cached, errors_shown, state
from explorer.ui.components.canvas import canvas
from explorer.ui.image.inpaint_results import completions
from explorer.ui.image.inpaint_state import Completed, choose_mask, completed, hole_of, keep_completed
from explorer.ui.image.subject import Subject

if TYPE_CHECKING:
    from models import InpaintCVAE

REPORT_EVERY_S = 0.1  # between two looks at how far it is
SETTINGS_HELP = N_("How many latents are optimised at once, and for how many steps.")


def repair_complete(subject: Subject) -> None:
    """The masked image at the left, its completions at the right."""
    require(subject.run, "likelihood")
    left, right = st.columns([4, 7], gap="large")  # also on a narrow window: below the canvas nobody would see them
    with left:
        mask = painted_mask(subject)
        pressed, chains, steps = actions(subject, mask)
    with right, errors_shown():
        if mask is None:
            st.caption(_("Paint over what is to be completed, or take one of the presets."))
            return
        checked_mask(mask, subject.pixels.shape)
        of = (subject.key, subject.run.weights_sha256, subject.pixels.tobytes(), mask.tobytes())
        before = completed(of)
        if pressed:
            seed = 0 if before is None else before.seed + 1
            before = Completed(of, found(subject, mask, chains, steps, seed), seed)
            keep_completed(before)
        if before is None:
            st.caption(_("Press **Complete** to see what the model puts into the masked part."))
        else:
            completions(subject, mask, before.found)


def painted_mask(subject: Subject) -> Mask | None:
    """Draw the presets and the canvas; what is hidden, None where nothing is."""
    with st.container(horizontal=True, gap="small", key="hole-presets"):
        for name in MASK_PRESETS:
            st.button(_(name), key=f"hole-{name}", type="tertiary", on_click=choose_mask, args=(subject.key, name))
    preset, times = hole_of(subject.key)
    height, width = subject.pixels.shape[1:]
    start = MASK_PRESETS[preset or next(iter(MASK_PRESETS))](height, width, np.random.default_rng(times))
    mask = canvas(
        f"hole-{subject.key}",
        mode="mask",
        shape=(height, width),
        background=subject.pixels,
        start=start,
        stamp=times,
        label=_("{name}: paint over what is to be completed").format(name=subject.title),
    )
    return None if mask is None else mask.astype(bool)


def actions(subject: Subject, mask: Mask | None) -> tuple[bool, int, int]:
    """The button, and behind another one how much work it is: whether it was pressed, chains and steps."""
    chains, steps = CHAINS, STEPS
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            _("Complete"), key="complete", type="primary", icon=":material/auto_fix_high:", disabled=mask is None
        )
        if condition_of(subject.run) == "mask":
            return pressed, chains, steps
        with st.popover(_("Settings"), icon=":material/tune:", help=_(SETTINGS_HELP)):
            chains = st.number_input(_("Chains"), 1, MOST_CHAINS, CHAINS, key="repair-chains", persist_state="session")
            steps = st.number_input(_("Steps"), 1, MOST_STEPS, STEPS, 50, key="repair-steps", persist_state="session")
        inpainting_hint(subject.run)
    return pressed, chains, steps


def inpainting_hint(run: LoadedRun) -> None:
    """A way to the model that was trained to complete images of the same data, where there is one."""
    other = next((other for other in state.explorable_runs() if completes_the_same(other, run)), None)
    if other is None:
        return
    help = _("{model} was trained to complete such images: it draws its completions.").format(model=other.name)
    if st.button(_("Use {model}").format(model=other.name), key="use-inpainting", type="tertiary", help=help):
        state.select_run(other.name)
        st.rerun()


def completes_the_same(other: LoadedRun, run: LoadedRun) -> bool:
    """Whether another run completes images of this run's data by drawing."""
    one, two = other.data, run.data
    return (one.name, one.shape) == (two.name, two.shape) and condition_of(other) == "mask"


def found(subject: Subject, mask: Mask, chains: int, steps: int, seed: int) -> list[Completion]:
    """The completions, in the way that suits the model; how far they are is shown meanwhile."""
    from explorer.inference import model_of

    model = model_of(subject.run)
    if condition_of(subject.run) == "mask":
        return draw_completions(cast("InpaintCVAE", model), subject.pixels, mask, seed=seed)
    place = st.empty()
    spread = spread_of(subject.run)
    result = complete(model, subject.pixels, mask, chains, steps, seed, spread, report_to(place, chains))
    place.empty()
    return result


def spread_of(run: LoadedRun) -> Spread | None:
    """Where the codes of an autoencoder lie; None for models with a prior."""
    if run.model.variational:
        return None
    mu = cached.latents(run).mu
    return Spread(mu.mean(0), mu.std(0))


def report_to(place: DeltaGenerator, chains: int) -> Progress:
    """Tells a progress bar how far it is, now and then, with the time left."""
    started = reported = time.monotonic()

    def note(done: float) -> None:
        nonlocal reported
        now = time.monotonic()
        if now - reported < REPORT_EVERY_S:
            return
        reported = now
        left = (now - started) / done * (1 - done)
        text = _("Optimising {n} latents, {duration} left").format(n=chains, duration=duration(left))
        place.progress(done, text=text)

    return note
