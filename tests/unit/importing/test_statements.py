"""The note of an export is read at its import; what the user says goes first."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.base.errors import ExplorerError
from explorer.exporting.conventions import conventions_of
from explorer.importing.conventions import Conventions
from explorer.importing.statements import completed
from models import MODELS

ENTRIES = {"run": "mine", "model": "vae", "files": ["decoder.onnx"], "latent": 3, "left_out": []}


def note(likelihood: str = "gaussian") -> dict[str, Any]:
    """What export writes of a small model."""
    model = MODELS["vae"].build(
        {"shape": (1, 4, 5), "latent": 3, "hidden": (4,), "likelihood": likelihood, "sigma": 0.25}
    )
    return {**ENTRIES, **conventions_of(model, True)}


def test_the_note_of_an_export_is_taken() -> None:
    found = completed(Conventions(), {"model.json": note()})
    assert found == Conventions((1, 4, 5), "NCHW", "0,1", "mu,logvar", "probabilities", "gaussian", 0.25)
    found = completed(Conventions(), {"model.json": note("bernoulli")})
    assert (found.likelihood, found.sigma) == ("bernoulli", None)


def test_what_is_said_goes_first() -> None:
    found = completed(Conventions(pixels="-1,1", likelihood="unknown"), {"model.json": note()})
    assert (found.pixels, found.likelihood, found.shape) == ("-1,1", "unknown", (1, 4, 5))


@pytest.mark.parametrize(
    "notes", [{}, {"model.json": {"shape": [1, 4, 5]}}, {"config.json": {**ENTRIES, "pixels": "0,1"}}]
)
def test_other_notes_say_nothing(notes: dict[str, Any]) -> None:
    assert completed(Conventions(), notes) == Conventions()


@pytest.mark.parametrize(("name", "value"), [("shape", "1,4,5"), ("shape", [1, 4]), ("sigma", -1), ("pixels", [0, 1])])
def test_a_note_that_was_altered(name: str, value: Any) -> None:
    with pytest.raises(ExplorerError, match=f"^model.json says {name} = "):
        completed(Conventions(), {"model.json": {**note(), name: value}})
