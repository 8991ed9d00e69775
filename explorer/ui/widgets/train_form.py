"""What to train: the few choices in one row, the other knobs under "More"."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer import plans
from explorer.errors import ExplorerError
from explorer.training import SCHEDULES, TrainConfig
from explorer.ui.widgets.message import plain

DEFAULTS = TrainConfig(dataset="digits")
KEEP: dict[str, Any] = {"persist_state": "session"}  # choices outlive a visit to another page
SIDES = (4, 256)
WIDTHS = [3, 3, 1.4, 1.4, 1.4]


def train_form() -> TrainConfig | None:
    """Draw the form; the configuration when Start was pressed. Raises ExplorerError for values that cannot be read."""
    row = st.columns(WIDTHS, vertical_alignment="bottom")
    with row[0]:
        dataset = choose_dataset()
    with row[1]:
        model = choose_model()
    with row[2]:
        latent = st.number_input(
            "Latent size", 1, 1024, DEFAULTS.latent, key="train-latent", help=HELP["latent"], **KEEP
        )
    with row[3]:
        epochs = st.number_input("Epochs", 1, 10_000, DEFAULTS.epochs, key="train-epochs", help=HELP["epochs"], **KEEP)
    with row[4]:
        started = st.button("Start", type="primary", icon=":material/play_arrow:", width="stretch")
    notes(dataset, model)
    with st.expander("More"):
        more = knobs()
    if not started:
        return None
    hidden = plans.hidden_sizes(more.pop("hidden"))
    return TrainConfig(dataset=dataset, model=model, latent=latent, epochs=epochs, hidden=hidden, **more)


def choose_dataset() -> str:
    """One of the data sets on offer, never a path that a visitor wrote."""
    offers = plans.offers()
    chosen = st.selectbox(
        "Data set", offers, format_func=plans.title, key="train-dataset", help=HELP["dataset"], **KEEP
    )
    if chosen not in offers:
        raise ExplorerError("That data set is not on offer here.", "Choose one from the list.")
    return chosen


def choose_model() -> str:
    """A name in ``MODELS``."""
    from models import MODELS

    return st.selectbox(
        "Model",
        list(MODELS),
        format_func=lambda name: MODELS[name].title,
        key="train-model",
        help=HELP["model"],
        **KEEP,
    )


def notes(dataset: str, model: str) -> None:
    """What the two choices are, and what they need, below them."""
    from models import MODELS

    left, right = st.columns([WIDTHS[0], sum(WIDTHS[1:])])
    with left:
        st.caption(plain(plans.note(dataset)))
    with right:
        st.caption(MODELS[model].summary.capitalize() + ".")


def knobs() -> dict[str, Any]:
    """The fields of TrainConfig that most trainings leave alone; ``hidden`` is still text."""
    values: dict[str, Any] = {}
    groups = (network_knobs, objective_knobs, optimiser_knobs, other_knobs)
    for column, group in zip(st.columns(len(groups)), groups, strict=True):
        with column:
            values |= group()
    return values


def network_knobs() -> dict[str, Any]:
    """What the model is made of."""
    from models.networks import ACTIVATIONS

    return {
        "hidden": st.text_input(
            "Hidden sizes", placeholder="the model's own", key="train-hidden", help=HELP["hidden"], **KEEP
        ),
        "activation": st.selectbox("Activation", list(ACTIVATIONS), key="train-activation", **KEEP),
        "side": st.number_input(
            "Image side (pixels)",
            *SIDES,
            value=None,
            placeholder="the data's own",
            key="train-side",
            help=HELP["side"],
            **KEEP,
        ),
    }


def objective_knobs() -> dict[str, Any]:
    """What is maximised."""
    from models.likelihoods import LIKELIHOODS

    likelihood = st.selectbox("Likelihood", list(LIKELIHOODS), key="train-likelihood", help=HELP["likelihood"], **KEEP)
    return {
        "likelihood": likelihood,
        "sigma": st.number_input(
            "Sigma of the Gaussian",
            value=DEFAULTS.sigma,
            step=0.01,
            format="%.4g",
            disabled=likelihood != "gaussian",
            key="train-sigma",
            help=HELP["sigma"],
            **KEEP,
        ),
        "beta": st.number_input(
            "Beta", value=DEFAULTS.beta, step=0.5, format="%.4g", key="train-beta", help=HELP["beta"], **KEEP
        ),
    }


def optimiser_knobs() -> dict[str, Any]:
    """How it is searched for."""
    return {
        "batch_size": st.number_input(
            "Batch size",
            1,
            65_536,
            value=None,
            placeholder="128",
            key="train-batch",
            help=HELP["batch"],
            **KEEP,
        ),
        "lr": st.number_input(
            "Learning rate", value=DEFAULTS.lr, step=1e-4, format="%.4g", key="train-lr", help=HELP["lr"], **KEEP
        ),
        "schedule": st.selectbox("Schedule", SCHEDULES, key="train-schedule", help=HELP["schedule"], **KEEP),
    }


def other_knobs() -> dict[str, Any]:
    """What is drawn at random, and what holds the weights back."""
    return {
        "samples": st.number_input(
            "Samples L", 1, 100, DEFAULTS.samples, key="train-samples", help=HELP["samples"], **KEEP
        ),
        "seed": st.number_input("Seed", 0, 2**53 - 1, DEFAULTS.seed, key="train-seed", help=HELP["seed"], **KEEP),
        "weight_decay": st.number_input(
            "Weight decay",
            value=DEFAULTS.weight_decay,
            step=0.01,
            format="%.4g",
            key="train-weight_decay",
            help=HELP["weight_decay"],
            **KEEP,
        ),
    }


HELP = {
    "dataset": "The known data sets, and every folder of images inside the app's data folder. "
    "The folders in it become classes where there are any.",
    "model": "Both are variational autoencoders; they differ in their networks.",
    "latent": "How many numbers describe an image. 2 can be seen whole; more reconstruct better.",
    "epochs": "How many times the training goes through all images.",
    "hidden": "Neurons in each hidden layer of the encoder, as in 512, 256; the decoder mirrors them.",
    "side": "Images are resized to this many pixels a side. The convolutional VAE takes 28, 32 or 64.",
    "seed": "The same seed on the same device gives the same weights.",
    "likelihood": "How a pixel is judged. Bernoulli suits black and white; on grey images it is no likelihood of the "
    "data, so compare its numbers only with its own. Gaussian has a fixed width, sigma.",
    "sigma": "In pixel values from 0 to 1. Smaller: sharper reconstructions, a stronger pull on z.",
    "beta": "Weight of the KL against the reconstruction. 1 is the ELBO; more orders the latent space, less sharpens.",
    "samples": "Draws of z for each image in a step. 1 is usual; more steadies the gradient and costs time.",
    "batch": "Images a step. Where there are fewer than 128, all of them are taken.",
    "weight_decay": "Pulls the weights to 0 (AdamW). 0 is none; a little, such as 0.01, helps against memorising.",
    "lr": "Adam's step size. 0.001 is usual.",
    "schedule": "Constant, or half a cosine down to a hundredth of the learning rate.",
}
