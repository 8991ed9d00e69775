"""The measures of a run: read where they are stored with the checksum of its weights, else taken and stored."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from explorer.base import ExplorerError, ensure_folder, locked, read_json, write_json
from explorer.datasets import Split
from explorer.inference import latents_lack
from explorer.inference.likelihood import check_samples
from explorer.measures.bench import Bench
from explorer.measures.measured_value import Measured
from explorer.measures.provenance import provenance_from, provenance_now
from explorer.measures.registry import MEASURES, MeasureSpec, check_names, lacking, taken
from explorer.runs import LoadedRun, weights_replaced

SAMPLES = 5000
MEASURES_SCHEMA = 1  # of the kept file
MEASURES_LOCK = ".measures.lock"  # beside it
MeasureProgressCallback = Callable[[float, str], None]


def measured(
    run: LoadedRun,
    names: Sequence[str] | None = None,
    samples: int = SAMPLES,
    progress: MeasureProgressCallback | None = None,
    split: Split = "test",
) -> dict[str, Measured]:
    """The measures ``names`` (None: all): read if they are stored for these weights, else measured and stored.

    Parameters
    ----------
    samples : K of the importance-sampled likelihood.
    progress : called with the share done and the title of the present measure.

    Raises
    ------
    ExplorerError
        For an unknown name, ``samples`` below 1, missing images or weights, and a run that can have no latents.
    """
    names = check_names(list(MEASURES) if names is None else names)
    check_samples(samples)
    if lack := latents_lack(run):
        raise lack
    bench = Bench(run, split, samples)
    if bench.found is None and not bench.codes_alone and not all(MEASURES[name].of_latents for name in names):
        raise images_missing(run, split)
    kept = {name: one for name, one in kept_measures(run, split).items() if usable(one, samples)}
    costs = {name: cost_of(MEASURES[name], bench) for name in names if name not in kept}
    whole, done = sum(costs.values()) or 1.0, 0.0
    for name, cost in costs.items():
        spec = MEASURES[name]
        bench.note = note_of(progress, done / whole, cost / whole, spec.title)
        bench.note(0.0)
        kept[name] = replace(taken(spec, bench), provenance=provenance_now(bench.device))
        add_measure(run, split, name, kept[name])  # each at once, so that none is lost
        done += cost
    return {name: kept[name] for name in names}


def images_missing(run: LoadedRun, split: Split) -> ExplorerError:
    """The sentence for measures that need images which are missing."""
    others = ", ".join(name for name, spec in MEASURES.items() if spec.of_latents)
    return ExplorerError(
        f"The {split} split of {run.data.name} is not here, or not the one {run.name} was trained with.",
        "Put the data back (EXPLORER_DATA names its root). "
        f"Without it evaluate --measures takes {others} from kept latents.",
    )


def cost_of(spec: MeasureSpec, bench: Bench) -> float:
    """The measure's relative duration; 0 where it cannot be taken."""
    return 0.0 if lacking(spec, bench) else spec.cost


def usable(kept: Measured, samples: int) -> bool:
    """Whether a stored measure is valid for this number of samples; absent ones are tried again."""
    return not kept.absent and kept.samples in (0, samples)


def note_of(
    progress: MeasureProgressCallback | None, start: float, share: float, title: str
) -> Callable[[float], None]:
    """A callback that converts progress of one measure to progress of all."""
    return lambda done: progress(start + share * done, title) if progress else None


def measures_file(split: Split) -> str:
    """File name of a split's measures in the run."""
    return "measures.json" if split == "test" else f"measures-{split}.json"


def add_measure(run: LoadedRun, split: Split, name: str, one: Measured) -> None:
    """Store a measure beside those that this and other processes have stored by now, if the run can be written.

    One of weights that were replaced meanwhile is not stored: it would take the place of those of the new weights.
    """
    with contextlib.suppress(ExplorerError), locked(run.made / MEASURES_LOCK):
        if not weights_replaced(run):
            write_measures(run, split, {**kept_measures(run, split), name: one})


def write_measures(run: LoadedRun, split: Split, found: dict[str, Measured]) -> None:
    """Replace the stored measures; ExplorerError where the run cannot be written."""
    content = {
        "schema": MEASURES_SCHEMA,
        "weights": run.weights_sha256,
        "measures": {name: {"version": MEASURES[name].version, **asdict(one)} for name, one in found.items()},
    }
    write_json(ensure_folder(run.made) / measures_file(split), content)


def kept_measures(run: LoadedRun, split: Split = "test") -> dict[str, Measured]:
    """The stored measures of the present weights in the table's order; empty if there are none, or if damaged."""
    try:
        content = read_json(run.derived(measures_file(split)))
        if (content.get("schema"), content.get("weights")) != (MEASURES_SCHEMA, run.weights_sha256):
            return {}
        stored = {name: from_json(values) for name, values in content["measures"].items() if present(name, values)}
        return {name: stored[name] for name in MEASURES if name in stored}
    except (ExplorerError, AttributeError, KeyError, TypeError, ValueError):
        return {}


def present(name: str, values: dict[str, Any]) -> bool:
    """Whether a stored value is of a measure of today, as it is estimated today, and of images enough."""
    spec = MEASURES.get(name)
    if spec is None or values.get("version", 1) != spec.version:
        return False
    return bool(values["absent"]) or values["n"] >= spec.least


def from_json(values: dict[str, Any]) -> Measured:
    """A stored measure from JSON; raises AttributeError, KeyError, TypeError or ValueError for damaged values."""
    effective = values.get("effective_samples")
    return Measured(
        numbers_from(values["value"]),
        int(values["n"]),
        numbers_from(values["stderr"]),
        int(values["samples"]),
        str(values["absent"]),
        None if effective is None else (float(effective[0]), float(effective[1])),
        {str(name): float(value) for name, value in values.get("beside", {}).items()},
        provenance_from(values.get("provenance")),
        {str(name): tuple(map(float, row)) for name, row in values.get("by_factor", {}).items()},
    )


def numbers_from(value: Any) -> float | tuple[float, ...] | None:
    """A number, several, or None from JSON; a whole number stays one."""
    if isinstance(value, list):
        return tuple(float(one) for one in value)
    return value if value is None or isinstance(value, int) else float(value)
