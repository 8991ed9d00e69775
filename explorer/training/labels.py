"""Which training images of a semi-supervised model keep their label, and the checks of their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets import stratified

if TYPE_CHECKING:
    import torch

    from explorer.inference.likelihood import Labels
    from explorer.training.config import TrainConfig
    from models import ModelSpec


def kept_labels(labels: Labels, config: TrainConfig, trained: NDArray[np.int64] | None = None) -> Labels:
    """The labels, int64 [N], that a training may use: ``config.labels`` of them, the others ``UNKNOWN``.

    They are drawn by the config's seed, stratified by class, among the images at the places ``trained``, None for all.
    Without ``config.labels`` all are kept.
    """
    from models import UNKNOWN

    if labels is None or config.labels is None:
        return labels
    among = np.arange(len(labels)) if trained is None else trained
    kept = among[stratified(labels[among], len(among), config.labels, config.seed)]
    seen = np.full_like(labels, UNKNOWN)
    seen[kept] = labels[kept]
    return seen


def exclude_unlabelled(labels: torch.Tensor) -> torch.Tensor:
    """Labels of a batch during a label warm-up, int64 [B]: unlabelled images give the classifier no gradient."""
    from models import EXCLUDED, UNKNOWN

    return labels.masked_fill(labels == UNKNOWN, EXCLUDED)


def check_labels(config: TrainConfig, spec: ModelSpec, n: int, classes: int) -> None:
    """Raise ExplorerError where ``n`` training images of so many classes cannot have ``config.labels`` labels.

    ``n`` is 0 where the images have not been counted.
    """
    asked = {"A number of labels": config.labels is not None, "A label warm-up": config.label_warmup > 0}
    for what, given in asked.items():
        if given and not spec.model.takes_few_labels:
            raise ExplorerError(
                _("{what} means nothing to the model '{model}'.").format(what=what, model=config.model),
                _("Leave it out, or choose the model m2."),
            )
    if config.labels is None:
        return
    if n and config.labels > n:
        raise ExplorerError(
            _("{labels:,} labels are asked for, but there are only {n:,} training images.").format(
                labels=config.labels, n=n
            ),
            _("Choose {n} or less.").format(n=n),
        )
    if config.labels < classes:
        raise ExplorerError(
            _("{labels} labels are too few for {classes} classes.").format(labels=config.labels, classes=classes),
            _("Each class needs one at least: choose {classes} or more.").format(classes=classes),
        )
