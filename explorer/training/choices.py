"""Names to choose from that the models define: each function imports torch."""

from __future__ import annotations

from collections.abc import Iterable


def model_names() -> Iterable[str]:
    """Of what is trained."""
    from models import MODELS

    return MODELS


def architecture_names() -> Iterable[str]:
    """Of the networks."""
    from models import ARCHITECTURES

    return ARCHITECTURES


def activation_names() -> Iterable[str]:
    """Of the non-linearity between layers."""
    from models import ACTIVATIONS

    return ACTIVATIONS


def likelihood_names() -> Iterable[str]:
    """Of p(x|z)."""
    from models import LIKELIHOODS

    return LIKELIHOODS
