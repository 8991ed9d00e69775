"""Whether a training on the GPU can be trusted: the CPU's curve, the same bits after a pause, two processes as one."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from explorer.runs import Run, metric_lines
from explorer.training import TrainConfig
from explorer.training.checkpoint import packed, unpacked
from explorer.training.hooks import Hooks, Tick, never
from explorer.training.polling import PollIntervals
from explorer.training.step import Draws, step_draws
from explorer.training.trainer import Trainer
from models import VAE
from support import ROOT
from support.gpu.common import NEEDS_CUDA, TIME_UP, Clock, Result, data_name, images, said_by, sizes_for
from support.gpu.epochs import MODELS, fresh_model
from tests.e2e.serving import free_port

CPU = torch.device("cpu")
EPOCHS = 3
RESUMED = (("vae", False), ("vae", True), ("conv-vae", False), ("conv-vae", True))  # models, and whether in bfloat16
PROCESSES = (1, 2)
STARTS_WITHIN_S = {"cuda": 35.0, "cpu": 110.0}  # Pythons that import torch, where a CPU may be busy with other work


def trainer_of(
    config: TrainConfig, device: torch.device, n: int, hooks: Hooks, kind: type[Trainer] = Trainer
) -> Trainer:
    """A trainer on ``n`` images that saves after every step; the initial weights are the same on every device."""
    model, pixels = fresh_model(config.model, device), images(2 * n)
    return kind(model, pixels[:n], pixels[n:], config, hooks, intervals=PollIntervals(poll_s=0, save_s=0))


class DrawsOfTheCpu(Trainer):
    """A trainer whose random numbers are drawn on the CPU, so that they are the same on every device."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.generator = torch.Generator().manual_seed(self.config.seed)

    def order(self) -> torch.Tensor:
        return super().order().to(self.step.device)


def draws_of_the_cpu(model: VAE, config: TrainConfig, n: int, *more: Any) -> Draws:
    """As ``step_draws`` with a generator of the CPU, on the model's device."""
    draws = step_draws(model, config, n, *more)
    return Draws(draws.noise.to(next(model.parameters()).device))


def curves(device: torch.device, budget_s: float) -> Result:
    """Test ELBO of each epoch on the CPU and on the GPU, of the same initial weights and random numbers.

    Another seed tells how much random numbers matter.
    """
    n, found = sizes_for(device).compared, Result()
    for name in ("vae", "conv-vae"):
        cpu, gpu, other = curve(name, CPU, n, 0), curve(name, device, n, 0), curve(name, device, n, 1)
        found[name] = {
            "cpu": cpu,
            "gpu": gpu,
            "gpu_other_seed": other,
            "relative_difference": relative_difference(cpu, gpu),
            "relative_difference_of_seeds": relative_difference(gpu, other),
        }
    return found


def curve(name: str, device: torch.device, n: int, seed: int) -> list[float]:
    """Test ELBO of each epoch, nats."""
    ticks: list[Tick] = []
    config = TrainConfig("mnist", name, epochs=EPOCHS, seed=seed, **MODELS[name])
    with patch("explorer.training.trainer.step_draws", draws_of_the_cpu):
        trainer_of(config, device, n, Hooks(ticks.append, lambda *_: None, never), DrawsOfTheCpu).run()
    return [round(tick.test.elbo_nats, 3) for tick in ticks]


def relative_difference(one: list[float], other: list[float]) -> float:
    """The largest of two curves."""
    return round(float(np.max(np.abs(np.subtract(one, other) / np.array(one)))), 5)


def resume(device: torch.device, budget_s: float) -> Result:
    """Whether a training that was paused within an epoch ends with the bits of one that was not."""
    n, found, clock = sizes_for(device).compared, Result(), Clock(device, budget_s)
    for name, amp in RESUMED:
        key = f"{name} {'bfloat16' if amp else 'float32'}"
        if amp and device.type != "cuda":
            found[key] = NEEDS_CUDA
        elif clock.over:
            found[key] = TIME_UP
        else:
            config = TrainConfig("mnist", name, epochs=2, batch_size=n // 4 - 1, amp=amp, **MODELS[name])
            found[key] = resumed(config, device, n)
    return found


def resumed(config: TrainConfig, device: torch.device, n: int) -> Result:
    """Train through, then again from a checkpoint within the first epoch; how many weights differ."""
    states: list[bytes] = []
    hooks = Hooks(lambda tick: None, lambda *_: None, never, on_save=lambda state: states.append(packed(state)))
    whole = trainer_of(config, device, n, hooks)
    whole.run()
    again = trainer_of(config, device, n, Hooks(lambda tick: None, lambda *_: None, never))
    again.load(unpacked(states[1], "this training"))
    again.run()
    pairs = zip(whole.model.parameters(), again.model.parameters(), strict=True)
    differing = sum(int((one != other).sum()) for one, other in pairs)
    return {"way": whole.way or "eager", "bit_equal": differing == 0, "differing_weights": differing}


def two_processes(device: torch.device, budget_s: float) -> Result:
    """A training by one process and by two that share the device, started as ``torchrun`` starts them."""
    found: Result = {
        f"{n} processes": trained_by(n, device, budget_s / 2 + STARTS_WITHIN_S[device.type]) for n in PROCESSES
    }
    elbos = [part["test_elbo_nats"] for part in found.values()]
    return found | {"relative_difference": relative_difference(*elbos)}


def trained_by(processes: int, device: torch.device, limit_s: float) -> Result:
    """Test ELBO of each epoch, and images a second of the last one."""
    launch = [
        "torch.distributed.run",
        "--nproc-per-node",
        processes,
        "--master-addr",
        "127.0.0.1",
        "--master-port",
        free_port(),
    ]
    train = [
        "explorer",
        "train",
        "--dataset",
        data_name(),
        "--epochs",
        sizes_for(device).epochs,
        "--batch-size",
        110,
        "--out",
        "run",
    ]
    command = [sys.executable, "-m", *launch, "-m", *train, "--device", device.type]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "EXPLORER_RUNS": folder, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}
        said, status = said_by(list(map(str, command)), limit_s, cwd=ROOT, env=environment)
        if status != 0:
            raise RuntimeError(f"{processes} processes ended with {status}: {said.strip()[-3000:]}")
        run = Run(Path(folder) / "run")
        lines, named = metric_lines(run), run.status().device
    return {
        "device": named,
        "test_elbo_nats": [round(line["test"]["elbo_nats"], 4) for line in lines],
        "images_per_s": round(lines[-1]["images_per_s"]),
    }
