"""The settings of a training that most people leave alone. Each lives in the session under ``key_of`` its field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import streamlit as st

from explorer.training import BINARISATIONS, SCHEDULES, TrainConfig

DEFAULTS = TrainConfig(dataset="digits")
KEEP: dict[str, Any] = {"persist_state": "session"}  # choices outlive a visit to another page
SIDES = (4, 256)
Changed = Callable[[], None]


def key_of(field: str) -> str:
    """Where the session keeps this field of TrainConfig."""
    return f"train-{field}"


def put(field: str, value: Any) -> None:
    """Set a field's widget, before it is drawn."""
    if field == "hidden":
        value = ", ".join(map(str, value or ()))
    elif isinstance(getattr(DEFAULTS, field), float):
        value = float(value)
    st.session_state[key_of(field)] = value


def ensure() -> None:
    """Give each field that the session does not know its default."""
    for field, value in vars(DEFAULTS).items():
        if key_of(field) not in st.session_state:
            put(field, value)


def knobs(changed: Changed) -> dict[str, Any]:
    """Draw them; ``hidden`` is still text. ``changed`` is called when one is turned that presets decide too."""
    values: dict[str, Any] = {}
    groups = (network_knobs, objective_knobs, optimiser_knobs, other_knobs)
    for column, group in zip(st.columns(len(groups)), groups, strict=True):
        with column:
            values |= group(changed)
    return values


def number(label: str, field: str, step: float, **options: Any) -> float:
    """A field for a real number."""
    return st.number_input(
        label, step=step, format="%.4g", key=key_of(field), help=HELP.get(field), **{**KEEP, **options}
    )


def network_knobs(changed: Changed) -> dict[str, Any]:
    """What the model is made of, and what it sees."""
    from models import ACTIVATIONS

    return conv_knobs() | {
        "hidden": st.text_input(
            "Hidden sizes",
            placeholder="the model's own",
            key=key_of("hidden"),
            help=HELP["hidden"],
            on_change=changed,
            **KEEP,
        ),
        "activation": st.selectbox(
            "Activation", list(ACTIVATIONS), key=key_of("activation"), on_change=changed, **KEEP
        ),
        "side": st.number_input(
            "Image side (pixels)",
            *SIDES,
            value=None,
            placeholder="the data's own",
            key=key_of("side"),
            help=HELP["side"],
            **KEEP,
        ),
        "binarise": st.selectbox("Binarise", BINARISATIONS, key=key_of("binarise"), help=HELP["binarise"], **KEEP),
        "denoise": number("Noise to take out", "denoise", 0.1),
        "augment": st.checkbox("Shift images a little", key=key_of("augment"), help=HELP["augment"], **KEEP),
    }


def conv_knobs() -> dict[str, Any]:
    """Which networks, and how wide convolutions are, where the model leaves a choice."""
    from models import ARCHITECTURES, MODELS

    spec = MODELS[st.session_state[key_of("model")]]
    options = {option.name for option in fields(spec.model.config_class)}
    chosen: dict[str, Any] = {}
    if "architecture" in options:
        chosen["architecture"] = st.selectbox(
            "Networks", list(ARCHITECTURES), key=key_of("architecture"), help=HELP["architecture"], **KEEP
        )
    if "width" in options and chosen.get("architecture") != "dense":
        chosen["width"] = st.number_input(
            "Width", 1, 512, value=None, placeholder="32", key=key_of("width"), help=HELP["width"], **KEEP
        )
    return chosen


def objective_knobs(changed: Changed) -> dict[str, Any]:
    """What is maximised."""
    from models import LIKELIHOODS

    likelihood = st.selectbox(
        "Likelihood", list(LIKELIHOODS), key=key_of("likelihood"), help=HELP["likelihood"], **KEEP
    )
    return {
        "likelihood": likelihood,
        "sigma": number("Sigma of the Gaussian", "sigma", 0.01, disabled="gaussian" not in likelihood),
        "beta": number("Beta", "beta", 0.5, on_change=changed),
        "kl_warmup": number("KL warm-up (epochs)", "kl_warmup", 1.0),
        "free_bits": number("Free bits (nats a dimension)", "free_bits", 0.05),
    } | label_knobs(changed)


def label_knobs(changed: Changed) -> dict[str, Any]:
    """What a semi-supervised model is told of the classes; nothing to turn for the others."""
    from models import MODELS

    if not MODELS[st.session_state[key_of("model")]].model.takes_few_labels:
        return {}
    return {
        "labels": st.number_input(
            "Labels kept",
            1,
            10_000_000,
            value=None,
            placeholder="all",
            key=key_of("labels"),
            help=HELP["labels"],
            on_change=changed,
            **KEEP,
        ),
        "label_warmup": number("Label warm-up (epochs)", "label_warmup", 1.0, on_change=changed),
    }


def optimiser_knobs(changed: Changed) -> dict[str, Any]:
    """How it is searched for."""
    return {
        "batch_size": st.number_input(
            "Batch size",
            1,
            65_536,
            value=None,
            placeholder="128",
            key=key_of("batch_size"),
            help=HELP["batch_size"],
            **KEEP,
        ),
        "lr": number("Learning rate", "lr", 1e-4),
        "schedule": st.selectbox(
            "Schedule", SCHEDULES, key=key_of("schedule"), help=HELP["schedule"], on_change=changed, **KEEP
        ),
        "weight_decay": number("Weight decay", "weight_decay", 0.01, on_change=changed),
        "grad_clip": number("Clip gradients at", "grad_clip", 1.0),
    }


def other_knobs(changed: Changed) -> dict[str, Any]:
    """What is drawn at random, when to end, and how to run it."""
    values: dict[str, Any] = {
        "patience": st.number_input(
            "Patience (epochs)", 0, 10_000, key=key_of("patience"), help=HELP["patience"], **KEEP
        ),
        "samples": st.number_input(
            "Samples L", 1, 100, key=key_of("samples"), help=HELP["samples"], on_change=changed, **KEEP
        ),
        "seed": st.number_input("Seed", 0, 2**53 - 1, key=key_of("seed"), help=HELP["seed"], **KEEP),
        "compile": st.checkbox("Compile the networks", key=key_of("compile"), help=HELP["compile"], **KEEP),
        "tensorboard": st.checkbox("TensorBoard files", key=key_of("tensorboard"), help=HELP["tensorboard"], **KEEP),
    }
    if has_cuda():
        values["amp"] = st.checkbox("Half precision (bf16)", key=key_of("amp"), help=HELP["amp"], **KEEP)
    return values


@st.cache_data(show_spinner=False)
def has_cuda() -> bool:
    """Whether there is a GPU that knows bf16 autocast."""
    import torch

    return torch.cuda.is_available()


HELP = {
    "hidden": "Neurons in each hidden layer of the encoder, as in 512, 256; the decoder mirrors them.",
    "architecture": "Dense: fully connected. Conv: convolutions, for images of 28, 32 or 64 pixels; slower, sharper, "
    "fewer weights.",
    "width": "Channels of the first convolution; the next ones have two and four times as many.",
    "side": "Images are resized to this many pixels a side. The convolutional VAE takes 28, 32 or 64.",
    "binarise": "Make pixels black or white by chance, a pixel's grey being the chance: never, once (static), or anew "
    "each time (dynamic). With it the Bernoulli likelihood is a likelihood of the data.",
    "denoise": "Standard deviation of noise laid over what the encoder sees in training, in pixel values from 0 to 1; "
    "what it has to give back is clean. 0 is off.",
    "augment": "Each training image is moved by up to 2 pixels at random, each time anew.",
    "likelihood": "How a pixel is judged. Bernoulli suits black and white; on grey images it is no likelihood of the "
    "data; the continuous Bernoulli is one. Gaussian: sigma fixed, learned, or each batch's best (optimal). "
    "Compare numbers only within one likelihood.",
    "sigma": "The dial between reconstruction and KL, in pixel values from 0 to 1: halving it counts each error four "
    "times, as a quarter of beta would. Smaller: sharper reconstructions, dearer codes. Where sigma is learned or "
    "optimal, training turns the dial itself, from here.",
    "beta": "Weight of the KL against the reconstruction. 1 is the ELBO; more orders the latent space, less sharpens. "
    "beta-TCVAE and FactorVAE weigh only the total correlation with it, and are plain VAEs at 1.",
    "kl_warmup": "Epochs over which the weight of the KL rises from 0 to beta. Keeps dimensions from dying early.",
    "free_bits": "So much KL of each dimension costs nothing: keeps dimensions alive. 0 is the plain objective.",
    "labels": "So many training images keep their class, each class its share, drawn by the seed; the others train "
    "without one. Empty: all keep it.",
    "label_warmup": "Epochs in which the classifier learns from the labels alone, while the decoder learns what each "
    "class looks like. After them the images without a label teach it too. Too short, and they teach it nonsense.",
    "batch_size": "Images a step. Where there are fewer than 128, all of them are taken.",
    "lr": "Adam's step size. 0.001 is usual.",
    "schedule": "Constant, or half a cosine down to a hundredth of the learning rate.",
    "weight_decay": "Pulls the weights to 0 (AdamW). 0 is none; 0.1 helps the fully connected VAE against memorising.",
    "grad_clip": "Longest gradient of a step; 0 leaves it as it is. Helps where the loss jumps.",
    "patience": "End after so many epochs without a better test -ELBO, and keep the best weights. 0 never ends early.",
    "samples": "Draws of z for each image in a step. 1 is usual; more steadies the gradient and costs time. "
    "They are the IWAE's K: more makes its bound tighter.",
    "seed": "The same seed on the same device gives the same weights.",
    "compile": "torch.compile: slower to begin, faster in a long training of a large model. Needs a C++ compiler.",
    "tensorboard": "Also write event files into the run, for tensorboard --logdir.",
    "amp": "The networks compute in bfloat16, likelihood and KL in float32. Faster on recent GPUs.",
}
