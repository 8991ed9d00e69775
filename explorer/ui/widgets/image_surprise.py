"""The ELBO's parts of one image against those of the test split."""

from __future__ import annotations

import streamlit as st

from explorer.evaluation import percentile
from explorer.reconstruction import ELBO_SAMPLES
from explorer.runs import Run
from explorer.ui import cached
from explorer.ui.figures_posterior import share_figure
from explorer.ui.widgets.image_subject import Subject
from explorer.ui.words import NO_ELBO, bernoulli_note, rank

UNUSUAL_PERCENT = 95


def image_surprise(subject: Subject) -> None:
    """One sentence and three distributions: -ELBO, -reconstruction, KL; of an autoencoder only the reconstruction's."""
    run, result, latents = subject.run, subject.result, cached.latents(subject.run)
    values = latents.values
    parts = [
        ("-ELBO", -values.elbo_nats, -result.elbo_nats),
        ("-reconstruction", -values.reconstruction_nats, -result.reconstruction_nats),
        ("KL", values.kl_nats.sum(1), result.kl_nats),
    ]
    if not latents.has_kl:
        parts = parts[1:2]
    share = percentile(parts[0][1], parts[0][2])
    verdict = "Unusual for this model" if share > UNUSUAL_PERCENT else "Like the images of the test split"
    explained = note(run, len(latents)) if latents.has_kl else f"{NO_ELBO} {bernoulli_note(run)}"
    st.markdown(f"**{verdict}**: {parts[0][0]} {rank(share)} of {len(latents):,}", help=explained)
    for column, (name, split, value) in zip(st.columns(len(parts)), parts, strict=True):
        with column:
            chart = share_figure(split, value, name, rank(percentile(split, value)), st.context.theme.type == "dark")
            config = {"displayModeBar": False}
            st.plotly_chart(chart, key=f"share{name}", theme=None, config=config, alt=f"{name} against the test split")


def note(run: Run, n: int) -> str:
    """What the numbers are and how they were drawn."""
    return (
        "-ELBO = -reconstruction + KL in nats per image, lower is better; the line is this image, the bars are the "
        f"{n:,} images of the test split. This image's ELBO averages {ELBO_SAMPLES} draws of z, each test image's "
        f"takes one. {bernoulli_note(run)}"
    )
