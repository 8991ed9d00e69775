"""Mean and standard deviation of measures over runs that differ in the seed alone."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.datasets import Split
from explorer.measures.measured_value import Measured
from explorer.measures.registry import MEASURES
from explorer.measures.run_measures import SAMPLES, kept_measures, measured
from explorer.measures.seeds.replicate_runs import replicates, seed_of
from explorer.runs import LoadedRun


@dataclass(frozen=True)
class SeedSpread:
    """A measure over several seeds.

    Attributes
    ----------
    values : by seed, two or more, all from as many images and draws.
    """

    values: Mapping[int, float]

    @property
    def mean(self) -> float:
        """Their mean."""
        return statistics.fmean(self.values.values())

    @property
    def deviation(self) -> float:
        """Their standard deviation, with n - 1."""
        return statistics.stdev(self.values.values())

    @property
    def stderr(self) -> float:
        """Standard error of the mean over the seeds, as of a random sample of all seeds."""
        return self.deviation / math.sqrt(len(self.values))


def over_seeds(run: LoadedRun, split: Split = "test") -> dict[str, SeedSpread]:
    """Each measure with a single number that is kept for this run and another of its ``replicates``."""
    return spread_of({seed_of(other): kept_measures(other, split) for other in replicates(run)}, seed_of(run))


def spread_of(found: Mapping[int, Mapping[str, Measured]], own: int) -> dict[str, SeedSpread]:
    """The spread of measures by seed; of other seeds those from as many images and draws as of the seed ``own``."""
    spreads = {}
    for name, one in found.get(own, {}).items():
        each = {seed: kept[name] for seed, kept in found.items() if name in kept}
        alike = {seed: other for seed, other in each.items() if comparable(one, other)}
        if len(alike) > 1:
            spreads[name] = SeedSpread({seed: other.values[0] for seed, other in alike.items()})
    return spreads


def comparable(one: Measured, other: Measured) -> bool:
    """Whether both are single numbers from as many images and draws of z."""
    single = len(one.values) == len(other.values) == 1 and not isinstance(one.value, tuple)
    return single and (one.n, one.samples) == (other.n, other.samples)


def measured_over_seeds(
    run: LoadedRun,
    names: Sequence[str] | None = None,
    samples: int = SAMPLES,
    progress: Callable[[float, str], None] | None = None,
    split: Split = "test",
) -> dict[str, Measured]:
    """Take the measures of every replicate of the run, its own first, and return these; parameters as ``measured``."""
    runs = [run, *(other for other in replicates(run) if other.key != run.key)]
    parts = [None if progress is None else part_of(progress, i, len(runs)) for i in range(len(runs))]
    found = [measured(one, names, samples, part, split) for one, part in zip(runs, parts, strict=True)]
    return found[0]


def part_of(progress: Callable[[float, str], None], i: int, n: int) -> Callable[[float, str], None]:
    """The progress of part ``i`` of ``n``, as one of the whole."""
    return lambda done, title: progress((i + done) / n, title)


def seeds_report(run: LoadedRun, split: Split = "test") -> dict[str, Any]:
    """The seeds of the run's replicates, and mean and deviation of each measure by its field, for JSON."""
    found = {seed_of(other): kept_measures(other, split) for other in replicates(run)}
    return {
        "seeds": list(found),
        "over_seeds": {
            MEASURES[name].field: {"mean": one.mean, "deviation": one.deviation, "n": len(one.values)}
            for name, one in spread_of(found, seed_of(run)).items()
        },
    }
