"""What the parts share: how much each measures, on which images, with which models, and how time is taken."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil
import torch

from explorer.datasets import dataset_spec
from explorer.images import Pixels
from explorer.runs import find_run, load_model, load_run
from models import VAE

Result = dict[str, Any]
Part = Callable[[torch.device, float], Result]  # device, seconds -> what was measured
NEEDS_CUDA: Result = {"skipped": "needs CUDA"}
TIME_UP: Result = {"skipped": "the time was up"}
SIDE = 28
ENDS_WITHIN_S = 10.0  # of being asked to
SHIPPED = "mnist-16d"  # the run whose weights decode, encode, repair and are mapped


@dataclass(frozen=True)
class Sizes:
    """How much is measured: images of an epoch, of a comparison with the CPU, and so on; steps of a repair."""

    epoch: int
    epochs: int  # of each way to train
    compared: int
    likelihood: int
    samples: int
    encoded: int
    mapped: int
    steps: int


FULL = Sizes(60_000, 4, 10_000, 10_000, 5_000, 1_000_000, 60_000, 200)
REDUCED = Sizes(1_024, 1, 256, 10, 100, 1_000, 500, 10)


def sizes_for(device: torch.device) -> Sizes:
    """All of it on a GPU; on the CPU just enough to see that every part runs."""
    return FULL if device.type == "cuda" else REDUCED


def data_name() -> str:
    """MNIST where its files are, else the digits that come with the product."""
    return "mnist" if dataset_spec("mnist").present() else "digits"


def images(n: int) -> Pixels:
    """So many training images, uint8 [n, 1, 28, 28], repeated where there are fewer."""
    pixels = dataset_spec(data_name()).load("train", SIDE).pixels
    return pixels[np.arange(n) % len(pixels)]


def shipped_model(device: torch.device) -> VAE:
    """The shipped model that the parts use."""
    return load_model(load_run(find_run(SHIPPED)), device)


def said_by(command: list[str], limit_s: float, **options: Any) -> tuple[str, int | None]:
    """What a command prints, and its exit status; None where it was ended after so many seconds."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.communicate(timeout=limit_s)[0], process.returncode
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    process.terminate()  # which torchrun and pytest pass on to their own processes
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.communicate(timeout=ENDS_WITHIN_S)[0], None
    for member in family:  # any of which may hold the pipe open
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    return process.communicate()[0], None


class Clock:
    """Seconds since it was made, once the device has finished, and whether they exceed a budget."""

    def __init__(self, device: torch.device, budget_s: float = float("inf")) -> None:
        self.device, self.budget_s, self.began = device, budget_s, time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter() - self.began

    @property
    def over(self) -> bool:
        """Whether the budget is spent."""
        return self.seconds >= self.budget_s


def peak_mb(device: torch.device) -> float | None:
    """The most memory of the GPU that tensors took since the last call, MB; None on the CPU."""
    if device.type != "cuda":
        return None
    peak = torch.cuda.max_memory_allocated(device) / 2**20
    torch.cuda.reset_peak_memory_stats(device)
    return round(peak, 1)
