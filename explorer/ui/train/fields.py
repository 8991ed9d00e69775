"""The options under "More", as fields in columns. Each lives in the session under ``session_key`` its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import streamlit as st

from explorer.base.languages import _
from explorer.training import OBJECTIVE, OPTIONS, Option, TrainConfig

KEEP: dict[str, Any] = {"persist_state": "session"}  # choices outlive a visit to another page
FIELD_COLUMNS = (
    ("architecture", "width", "hidden", "activation", "side", "size", "fit", "binarise", "denoise", "augment"),
    ("likelihood", "sigma", "beta", "kl_warmup", "free_bits", "labels", "label_warmup"),
    (
        "batch_size",
        "lr",
        "schedule",
        "weight_decay",
        "adam_eps",
        "grad_clip",
        "ema",
        "discriminator_lr",
        "discriminator_beta1",
        "discriminator_beta2",
    ),
    (
        "patience",
        "validation",
        "duplicates",
        "samples",
        "doubly_reparameterised",
        "pseudo_inputs",
        "top",
        "output_bias",
        "seed",
        "compile",
        "tensorboard",
        "amp",
    ),
)
Changed = Callable[[], None]
Common = dict[str, Any]


def session_key(name: str) -> str:
    """Where the session keeps this option."""
    return f"train-{name}"


def put(name: str, value: Any) -> None:
    """Set an option's field, before it is drawn."""
    if OPTIONS[name].kind is tuple:
        value = ", ".join(map(str, value or ()))
    elif OPTIONS[name].kind is float:
        value = float(value)
    elif value is None and OPTIONS[name].kind is str:
        value = ""
    st.session_state[session_key(name)] = value


def ensure() -> None:
    """Give each option that the session does not know its default."""
    for name, value in vars(TrainConfig(dataset="digits")).items():
        if session_key(name) not in st.session_state:
            put(name, value)


def option_fields(changed: Changed) -> dict[str, Any]:
    """Draw them; ``hidden`` is still text. ``changed`` is called when an option is changed that presets set too."""
    values: dict[str, Any] = {}
    for column, names in zip(st.columns(len(FIELD_COLUMNS)), FIELD_COLUMNS, strict=True):
        with column:
            for name in names:
                if applies(name, values):
                    told = changed if OPTIONS[name].preset else None
                    values[name] = option_field(name, told, disabled=is_idle(name, values))
    return values


def applies(name: str, values: dict[str, Any]) -> bool:
    """Whether the option means something to the chosen model on this machine, given the ``values`` above it."""
    if name in ("architecture", "width"):
        return name in option_names() and (name == "architecture" or values.get("architecture") != "dense")
    if name.startswith("discriminator_") or name in OBJECTIVE:
        return name in option_names()
    if name in ("labels", "label_warmup"):
        return chosen_model().takes_few_labels
    return name != "amp" or has_cuda()


def is_idle(name: str, values: dict[str, Any]) -> bool:
    """Whether the option is shown but has no effect with the ``values`` above it."""
    return name == "sigma" and "gaussian" not in values["likelihood"]


def chosen_model() -> Any:
    """The class of the model that the form shows."""
    from models import MODELS

    return MODELS[st.session_state[session_key("model")]].model


def option_names() -> set[str]:
    """The names of its constructor's options."""
    return {option.name for option in fields(chosen_model().config_class)}


def option_field(name: str, changed: Changed | None = None, disabled: bool = False) -> Any:
    """Draw the field of one option; its value. ``changed`` is called when it is changed."""
    option = OPTIONS[name]
    common: Common = {"key": session_key(name), "help": _(option.help) or None, "disabled": disabled, **KEEP}
    if changed is not None:
        common["on_change"] = changed
    return WIDGETS["choice" if option.choices else option.kind.__name__](option, common)


def whole_number(option: Option, common: Common) -> Any:
    """One that may be left empty has no value at first."""
    upper = option.upper if option.page_upper is None else option.page_upper
    common |= {"min_value": option.lower, "max_value": upper}
    if option.default is None:
        common |= {"value": None, "placeholder": _(option.unset)}
    return st.number_input(_(option.label), **common)


WIDGETS: dict[str, Callable[[Option, Common], Any]] = {
    "choice": lambda option, common: st.selectbox(_(option.label), option.names(), **common),
    "int": whole_number,
    "float": lambda option, common: st.number_input(_(option.label), step=option.step, format="%.4g", **common),
    "tuple": lambda option, common: st.text_input(_(option.label), placeholder=_(option.unset), **common),
    "str": lambda option, common: st.text_input(_(option.label), placeholder=_(option.unset), **common) or None,
    "bool": lambda option, common: st.checkbox(_(option.label), **common),
}


@st.cache_data(show_spinner=False)
def has_cuda() -> bool:
    """Whether there is a GPU that knows bf16 autocast."""
    import torch

    return torch.cuda.is_available()
