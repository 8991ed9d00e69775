"""What a run's nats are, and the least that they can be, as pages and JSON tell it."""

from __future__ import annotations

import math
from typing import Any

from explorer.base.languages import N_, _, joined
from explorer.datasets import Split
from explorer.inference import likelihood_kind, pixel_entropy_nats
from explorer.measures.registry import MEASURES
from explorer.measures.run_measures import kept_measures
from explorer.runs import LoadedRun

FLOORS = {
    "test": N_("Floor of the test images: {floor:.1f} nats an image."),
    "train": N_("Floor of the training images: {floor:.1f} nats an image."),
}


def floor_nats(run: LoadedRun, split: Split = "test") -> float | None:
    """What a perfect decoder pays for an image of the split, nats (the measure ``floor``); None without a floor.

    As it was measured, else as the run stores it of its test images, else of the images where they are here; None
    also where it is not known.
    """
    if not likelihood_kind(run).has_floor:
        return None
    values = kept.values if (kept := kept_measures(run, split).get("floor")) else ()
    return float(values[0]) if values else pixel_entropy_nats(run, split)


def values_at_floor(run: LoadedRun, split: Split = "test") -> dict[str, float]:
    """The measures made of log p(x|z) of a perfect decoder, each in its unit; empty without a floor."""
    floor, values = floor_nats(run, split), math.prod(run.data.shape)
    if floor is None:
        return {}
    return {name: spec.at_floor(floor, values) for name, spec in MEASURES.items() if spec.at_floor is not None}


def likelihood_record(run: LoadedRun, split: Split = "test") -> dict[str, Any]:
    """What the run's nats and bits are, as a JSON object."""
    kind = likelihood_kind(run)
    return {
        "kind": kind.kind,
        "is_likelihood": kind.is_likelihood,
        "note": kind.note,
        "floor_nats": floor_nats(run, split),
    }


def nats_note(run: LoadedRun, split: Split = "test") -> str:
    """The same as a sentence or two for people, with the floor where it is known."""
    note, floor = _(likelihood_kind(run).note), floor_nats(run, split)
    return note if floor is None else joined(note, _(FLOORS[split]).format(floor=floor))
