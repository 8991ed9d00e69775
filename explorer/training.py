"""The training loop: plain arguments in, ticks out. It knows nothing of files, runs or the command line.

Pixels live on the device as one uint8 tensor and batches are drawn by a permutation there, so that a step does
no Python work and no synchronisation beyond the step itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.errors import ExplorerError
from explorer.evaluation import Evaluation, evaluate, unit_pixels

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels
    from models.vae import VAE

SCHEDULES = ("constant", "cosine")
BINARISATIONS = ("none", "static", "dynamic")
BATCH_SIZE = 128


@dataclass(frozen=True)
class TrainConfig:
    """What a person asks for. ``hidden``, ``side`` and ``batch_size`` None: the model's, the data's, 128 or all."""

    dataset: str
    model: str = "vae"
    latent: int = 2
    hidden: tuple[int, ...] | None = None
    activation: str = "relu"
    likelihood: str = "bernoulli"
    sigma: float = 0.1
    beta: float = 1.0
    samples: int = 1
    epochs: int = 10
    batch_size: int | None = None
    lr: float = 1e-3
    schedule: str = "constant"
    weight_decay: float = 0.0
    seed: int = 0
    device: str = "auto"
    side: int | None = None
    kl_warmup: float = 0.0  # epochs over which the KL's weight rises from 0 to beta
    free_bits: float = 0.0  # nats of each latent dimension's batch-mean KL that are not penalised
    grad_clip: float = 0.0  # largest global norm of the gradient; 0 leaves it alone
    patience: int = 0  # epochs without a better test ELBO before the training ends; 0 never ends it early
    binarise: str = "none"
    augment: bool = False
    compile: bool = False
    amp: bool = False
    tensorboard: bool = False

    def check(self) -> None:
        """Raise ExplorerError for the first value that cannot be trained with (the model checks its own)."""
        batch = BATCH_SIZE if self.batch_size is None else self.batch_size
        side = 28 if self.side is None else self.side
        rules = [
            (self.latent >= 1, f"The latent size is {self.latent}.", "It must be at least 1."),
            (self.epochs >= 1, f"The number of epochs is {self.epochs}.", "It must be at least 1."),
            (batch >= 1, f"The batch size is {batch}.", "It must be at least 1."),
            (self.samples >= 1, f"The number of samples is {self.samples}.", "It must be at least 1."),
            (0 < self.lr < 1, f"The learning rate is {self.lr}.", "It must lie between 0 and 1; 0.001 is usual."),
            (0 <= self.beta < math.inf, f"Beta is {self.beta}.", "It must be 0 or more; 1 is the ELBO."),
            (0 < self.sigma < math.inf, f"Sigma is {self.sigma}.", "It must be positive; 0.1 is usual."),
            (
                self.schedule in SCHEDULES,
                f"There is no schedule '{self.schedule}'.",
                f"Choose {' or '.join(SCHEDULES)}.",
            ),
            (0 <= self.seed < 2**63, f"The seed is {self.seed}.", "It must be a whole number from 0."),
            (4 <= side <= 256, f"The side is {side} pixels.", "It must lie between 4 and 256."),
            (
                0 <= self.weight_decay < math.inf,
                f"The weight decay is {self.weight_decay}.",
                "It must be 0 or more; 0 is Adam.",
            ),
            (
                0 <= self.kl_warmup < math.inf,
                f"The KL warm-up is {self.kl_warmup} epochs.",
                "It must be 0 or more.",
            ),
            (0 <= self.free_bits < math.inf, f"The free bits are {self.free_bits}.", "They must be 0 or more nats."),
            (0 <= self.grad_clip < math.inf, f"The gradient clip is {self.grad_clip}.", "It must be 0 (off) or more."),
            (self.patience >= 0, f"The patience is {self.patience} epochs.", "It must be 0 (off) or more."),
            (
                self.binarise in BINARISATIONS,
                f"There is no binarisation '{self.binarise}'.",
                f"Choose {', '.join(BINARISATIONS[:-1])} or {BINARISATIONS[-1]}.",
            ),
        ]
        for holds, message, hint in rules:
            if not holds:
                raise ExplorerError(message, hint)


@dataclass(frozen=True)
class Tick:
    """The state of the training after an epoch (or at a stop within one)."""

    epoch: float
    elapsed_s: float
    images_per_s: float
    lr: float
    train_elbo_nats: float
    train_reconstruction_nats: float
    train_kl_nats: float
    test: Evaluation


@dataclass(frozen=True)
class Hooks:
    """What the loop calls: at each epoch's end, often within an epoch, and to learn whether to stop."""

    on_tick: Callable[[Tick], None]
    on_progress: Callable[[float, float], None]  # epochs done, images a second
    should_stop: Callable[[], bool]


def effective_batch(config: TrainConfig, n: int) -> int:
    """The batch size for ``n`` images; ExplorerError when one asked for is larger than the data."""
    if config.batch_size is None:
        return min(BATCH_SIZE, n)
    if config.batch_size > n:
        raise ExplorerError(
            f"The batch size is {config.batch_size}, but there are only {n} training images.", f"Choose {n} or less."
        )
    return config.batch_size


def fit(model: VAE, train: Pixels, test: Pixels, config: TrainConfig, hooks: Hooks) -> bool:
    """Train ``model`` in place on its device; returns whether it went through to the end.

    Parameters
    ----------
    train, test : uint8 [N, C, H, W].

    Raises
    ------
    ExplorerError
        When the loss stops being a number, or the batch is larger than the data.
    """
    import torch

    device = next(model.parameters()).device
    pixels = torch.from_numpy(np.ascontiguousarray(train)).to(device)  # uint8 [N, C, H, W]
    held_out = torch.from_numpy(np.ascontiguousarray(test)).to(device)
    batch = effective_batch(config, len(pixels))
    generator = torch.Generator(device).manual_seed(config.seed)
    optimizer = torch.optim.AdamW(  # without decay it is Adam
        model.parameters(), lr=config.lr, weight_decay=config.weight_decay, fused=device.type != "mps"
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, decay(config, math.ceil(len(pixels) / batch)))
    started = time.monotonic()
    for epoch in range(config.epochs):
        epoch_started = time.monotonic()
        pace = Pace(epoch, len(pixels), hooks)
        sums, seen = run_epoch(model, pixels, batch, config, optimizer, schedule, generator, pace)
        elapsed_s = time.monotonic() - epoch_started
        reconstruction, kl = (sums / max(seen, 1)).tolist()
        if not math.isfinite(reconstruction - kl):
            raise ExplorerError(
                f"The loss stopped being a number in epoch {epoch + 1}.", "Try a smaller learning rate."
            )
        hooks.on_tick(
            Tick(
                epoch=epoch + seen / len(pixels),
                elapsed_s=time.monotonic() - started,
                images_per_s=seen / elapsed_s,
                lr=float(schedule.get_last_lr()[0]),
                train_elbo_nats=reconstruction - kl,
                train_reconstruction_nats=reconstruction,
                train_kl_nats=kl,
                test=evaluate(model, held_out, config.samples),
            )
        )
        if seen < len(pixels) or (hooks.should_stop() and epoch + 1 < config.epochs):
            return False
    return True


class Pace:
    """Within one epoch: says how far it is about twice a second, and whether to stop."""

    def __init__(self, epoch: int, n: int, hooks: Hooks) -> None:
        self.epoch, self.n, self.hooks = epoch, n, hooks
        self.started = self.said = time.monotonic()

    def goes_on(self, seen: int) -> bool:
        """Called after every step with the images seen in this epoch; False to stop."""
        now = time.monotonic()
        if now - self.said < 0.5:
            return True
        self.said = now
        self.hooks.on_progress(self.epoch + seen / self.n, seen / (now - self.started))
        return not self.hooks.should_stop()


def run_epoch(
    model: VAE,
    pixels: torch.Tensor,
    batch: int,
    config: TrainConfig,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    generator: torch.Generator,
    pace: Pace,
) -> tuple[torch.Tensor, int]:
    """One pass over the shuffled pixels: summed reconstruction and KL (a tensor [2], nats) and the images seen."""
    import torch

    sums = torch.zeros(2, device=pixels.device)
    order = torch.randperm(len(pixels), device=pixels.device, generator=generator)  # [N]
    seen = 0
    for indices in order.split(batch):
        x = unit_pixels(pixels[indices])  # [B, C, H, W]
        elbo = model.elbo(x, config.samples, generator)
        optimizer.zero_grad(set_to_none=True)
        elbo.loss(config.beta).backward()
        optimizer.step()
        schedule.step()
        sums += torch.stack([elbo.reconstruction.detach().sum(), elbo.kl.detach().sum()])
        seen += len(indices)
        if seen < len(pixels) and not pace.goes_on(seen):
            break
    return sums, seen


def decay(config: TrainConfig, steps_per_epoch: int) -> Callable[[int], float]:
    """The learning rate's factor at each step: constant, or half a cosine down to a hundredth."""
    total = config.epochs * steps_per_epoch

    def factor(step: int) -> float:
        if config.schedule == "constant":
            return 1.0
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(step / total, 1)))

    return factor
