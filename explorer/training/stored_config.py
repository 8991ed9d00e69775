"""The options of a training, as a run's ``config.json`` keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.runs import Run
from explorer.training.config import TrainConfig, checked_config


def config_from_json(raw: Mapping[str, Any]) -> TrainConfig:
    """A config from JSON, not checked; fields that an older version did not know are what they were then.

    Its decoder's last bias started at random, and its patience looked at the test split, without validation images.
    Raises TypeError for unknown fields.
    """
    hidden = raw.get("hidden")
    earlier = {"output_bias": "random"} | ({"validation": 0} if raw.get("patience") else {})
    return TrainConfig(**{**earlier, **raw, "hidden": None if hidden is None else tuple(hidden)})


def training_config(run: Run, **changes: Any) -> TrainConfig:
    """The run's training options with ``changes``, checked; ExplorerError where they are damaged or out of bounds."""
    config = run.config()
    known = {} if config.data is None else {"dataset": config.data.name}  # earlier versions kept relative paths
    try:
        return checked_config(config_from_json({**config.training, **known, **changes}))
    except TypeError as error:
        text = _("The config of {name} is damaged: {error}.").format(name=run.name, error=error)
        raise ExplorerError(text, _("Start a new run.")) from error
