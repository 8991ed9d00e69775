"""Which runs differ in the seed alone."""

from __future__ import annotations

from explorer.base import ExplorerError
from explorer.runs import LoadedRun, Run, list_runs, load_run

MOST_SEEDS = 100  # of one request
WITHOUT_EFFECT = ("seed", "device", "tensorboard")  # options that runs of one kind may differ in


def seed_of(run: LoadedRun) -> int:
    """The seed that the run was trained with."""
    return int(run.config.training.get("seed", 0))


def replicates(run: LoadedRun) -> list[LoadedRun]:
    """The finished runs with this one's options, epochs and data but a seed of their own, by seed; this one among them.

    Of several with one seed this run, else the newest, stands for it. Alone where it was imported or is not finished.
    """
    kind = kind_of(run)
    if kind is None:
        return [run]
    found = {seed_of(run): run}
    for other in map(loaded, list_runs()):
        if other is not None and kind_of(other) == kind:
            found.setdefault(seed_of(other), other)
    return [found[seed] for seed in sorted(found)]


def loaded(run: Run) -> LoadedRun | None:
    """The run, or None where it is damaged or has no model yet."""
    try:
        return load_run(run)
    except ExplorerError:
        return None


def kind_of(run: LoadedRun) -> tuple[object, ...] | None:
    """Equal for runs that differ in the seed alone; None for one that has no others of its kind."""
    if run.config.imported or run.status.state != "finished":
        return None
    options = {name: value for name, value in run.config.training.items() if name not in WITHOUT_EFFECT}
    data = run.data.fingerprint_train, run.data.fingerprint_test
    return data, run.status.epoch, run.model.name, run.model.options, options
