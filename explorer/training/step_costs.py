"""The time and the memory of a step, measured on made-up images before a training starts."""

from __future__ import annotations

import copy
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.base import counted, significant
from explorer.base.text import size_text
from explorer.training.config import effective_batch
from explorer.training.memory import exhaustion_reported
from explorer.training.step import Step, step_draws

if TYPE_CHECKING:
    import torch

    from explorer.training.setup import TrainingSetup

FIRST, GROWTH = 2, 4  # images of the first trial, and how many times as many the next one has
ENOUGH_S = 0.3  # after a trial of so long a whole step is reckoned from it


def step_text(seconds: float, memory_bytes: float) -> str:
    """'350 ms and 1.2 GB of memory'."""
    text = f"{significant(1000 * seconds, 2)} ms" if seconds < 1 else f"{significant(seconds, 2)} s"
    return f"{text} and {size_text(memory_bytes)} of memory"


def step_cost(setup: TrainingSetup) -> str:
    """A sentence on the time and memory of a step of this training, here and now; the model is left as it is.

    Raises ExplorerError where the memory does not suffice.
    """
    n = len(setup.train if setup.trained is None else setup.trained)
    batch = effective_batch(setup.config, n)
    with exhaustion_reported():
        seconds = measured_s(setup, batch)
    steps = -(-n // batch)
    takes = step_text(seconds, setup.memory.total_bytes)
    return f"A step of {batch:,} images takes about {takes}; {counted(steps, 'step')} an epoch."


def measured_s(setup: TrainingSetup, batch: int) -> float:
    """Seconds for a step of ``batch`` images, from trials on black ones; fewer of them where steps are long."""
    import torch

    step = Step(copy.deepcopy(setup.model), replace(setup.config, compile=False))
    images = torch.zeros((batch, *setup.facts.shape), dtype=torch.uint8, device=step.device)
    n = min(FIRST, batch)
    trial_s(step, images[:n])  # the first step of a process is slow
    while (seconds := trial_s(step, images[:n])) < ENOUGH_S and n < batch:
        n = min(GROWTH * n, batch)
    return min(seconds, trial_s(step, images[:n])) * batch / n  # and the first of a size


def trial_s(step: Step, images: torch.Tensor) -> float:
    """Seconds for one step on these images."""
    import torch

    step.synchronise()
    began = time.perf_counter()
    draws = step_draws(step.model, step.config, len(images), torch.Generator(step.device))
    step(images, draws, step.config.beta, len(images))
    step.synchronise()
    return time.perf_counter() - began
