"""The goals of the product on one H100, and whether the figures that were found reach them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Parts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Goal:
    """A figure among those of the parts, and what it should be at most or at least."""

    figure: Callable[[Parts], float]
    at_most: float | None = None
    at_least: float | None = None

    def judged(self, parts: Parts) -> dict[str, Any]:
        """The figure beside its goal; None where it was not measured."""
        bound = {"at_most": self.at_most} if self.at_least is None else {"at_least": self.at_least}
        try:
            found = self.figure(parts)
        except (KeyError, ValueError, TypeError, ZeroDivisionError):
            return {"found": None, **bound, "reached": None}
        reached = found <= self.at_most if self.at_most is not None else found >= (self.at_least or 0)
        return {"found": round(found, 5), **bound, "reached": reached}


def failed_tests(parts: Parts) -> float:
    """The number of failed tests; ValueError where they did not run to their end."""
    tests = parts["tests"]
    if tests["cut_off"] or not tests["counts"].get("passed"):
        raise ValueError("no result")
    return len(tests["failures"])


def epoch_s(parts: Parts) -> float:
    """Seconds an epoch of 784-400-20 at batch 128 in float32, the faster of a graph and a compiled one."""
    return fastest(map(parts["epochs_vae"].get, ("128 graph float32", "128 compiled float32")))


def fastest(ways: Iterable[Any], figure: str = "seconds") -> float:
    """The least of a figure among those of ``ways`` that were measured; ValueError where none was."""
    return min(float(way[figure]) for way in ways if isinstance(way, dict) and figure in way)


def usual_s(parts: Parts) -> float:
    """Seconds an epoch of the usual loop, with the number of workers that serves it best."""
    return fastest(parts["usual"].values())


def conv_images_per_s(parts: Parts) -> float:
    """Those of the fastest way to train the convolutional VAE."""
    ways = parts["epochs_conv"].values()
    return max(float(way["images_per_s"]) for way in ways if isinstance(way, dict) and "images_per_s" in way)


GOALS: dict[str, Goal] = {
    "no test fails": Goal(failed_tests, at_most=0),
    "seconds an epoch of 784-400-20": Goal(epoch_s, at_most=0.1),
    "its share of the usual loop": Goal(lambda parts: epoch_s(parts) / usual_s(parts), at_most=1 / 30),
    "images a second of conv-vae": Goal(conv_images_per_s, at_least=300_000),
    "minutes of the IWAE's schedule": Goal(
        lambda parts: fastest(map(parts["iwae"].get, ("20 graph", "20 compiled")), "minutes_for_all"), at_most=10
    ),
    "decodes a second when 1,000 are asked for": Goal(
        lambda parts: parts["decode"]["1000 a second"]["decodes_per_s"], at_least=990
    ),
    "p95 of these, ms": Goal(lambda parts: parts["decode"]["1000 a second"]["p95_ms"], at_most=5),
    "seconds of a t-SNE of 60,000 points": Goal(lambda parts: parts["maps"]["seconds"], at_most=5),
    "relative difference to the CPU's curves": Goal(
        lambda parts: max(of["relative_difference"] for of in parts["curves"].values() if isinstance(of, dict)),
        at_most=0.005,
    ),
    "weights that differ after a pause": Goal(
        lambda parts: sum(of["differing_weights"] for of in parts["resume"].values() if isinstance(of, dict)), at_most=0
    ),
}


def judged(parts: Parts) -> dict[str, Any]:
    """Every goal."""
    return {name: goal.judged(parts) for name, goal in GOALS.items()}
