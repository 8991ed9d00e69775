"""A normalising flow over codes: a spline for each coordinate, then affine couplings.

In a coupling one half of the coordinates chooses how the other half is scaled and shifted (Dinh et al. 2017). Of a
single one there is nothing to choose by but the class; its density is that of the spline (Durkan et al. 2019).
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.base.threads import threads_here
from explorer.inference.densities.sample import Arrays, Floats, Labels, Progress, Sample
from explorer.inference.densities.splines import numbers, spline

COUPLINGS = 8
HIDDEN = 64
BINS = 16
MOST_LOG_SCALE = 2.0  # of one coupling: a coordinate is scaled by at most e^2
BATCH = 256
MOST_STEPS = 1_500
CHECK_EVERY = 50  # steps
PATIENCE = 6  # checks without a better one
LEARNING_RATE = 5e-3
WEIGHT_DECAY = 1e-2
WEIGHTS = "flow."  # what the names of its arrays begin with
SIZES = "flow_sizes"


class Warp(nn.Module):
    """Bends each coordinate by a spline of its own, another for each class."""

    def __init__(self, dims: int, classes: int) -> None:
        super().__init__()
        self.made_of = nn.Parameter(torch.zeros(classes, dims, numbers(BINS)))

    def forward(self, x: Tensor, labels: Tensor, inverse: bool = False) -> tuple[Tensor, Tensor]:
        """As ``Coupling``."""
        chosen = F.one_hot(labels, len(self.made_of)).to(x) @ self.made_of.flatten(1)  # far faster than an index
        bent, log_slopes = spline(x, chosen.unflatten(1, self.made_of.shape[1:]), inverse)
        return bent, log_slopes.sum(1)


class Coupling(nn.Module):
    """Scales and shifts one half of the coordinates, by as much as the other half and the class choose."""

    order: Tensor

    def __init__(self, dims: int, classes: int, order: Tensor) -> None:
        super().__init__()
        self.kept, self.moved, self.classes = dims // 2, dims - dims // 2, classes
        self.register_buffer("order", order)
        first, last = nn.Linear(self.kept + classes, HIDDEN), nn.Linear(HIDDEN, 2 * self.moved)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.chooser = nn.Sequential(first, nn.SiLU(), nn.Linear(HIDDEN, HIDDEN), nn.SiLU(), last)

    def forward(self, x: Tensor, labels: Tensor, inverse: bool = False) -> tuple[Tensor, Tensor]:
        """x [N, D] and classes [N] to the moved x, [N, D], and the log of the change of volume, [N]."""
        kept, moved = x.index_select(1, self.order).split([self.kept, self.moved], 1)
        chosen = self.chooser(torch.cat([kept, F.one_hot(labels, self.classes).to(x)], 1))
        free, shift = chosen.chunk(2, 1)
        log_scale = MOST_LOG_SCALE * torch.tanh(free / MOST_LOG_SCALE)
        moved = (moved - shift) * torch.exp(-log_scale) if inverse else moved * torch.exp(log_scale) + shift
        change = log_scale.sum(1)
        joined = torch.cat([kept, moved], 1).index_select(1, self.order.argsort())
        return joined, -change if inverse else change


class Flow(nn.Module):
    """From codes to standard normal noise, and back."""

    def __init__(self, dims: int, classes: int, seed: int = 0) -> None:
        super().__init__()
        self.dims, self.classes = dims, classes
        generator = torch.Generator().manual_seed(seed)
        orders = []
        for _pair in range(COUPLINGS // 2):  # what one keeps, the next one moves
            order = torch.randperm(dims, generator=generator)
            orders += [order, order.flip(0)]
        self.steps = nn.ModuleList([Warp(dims, classes), *(Coupling(dims, classes, order) for order in orders)])

    def noise_of(self, codes: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Codes [N, D] and classes [N] to noise [N, D], and the log of the change of volume, [N]."""
        return self.through(codes, labels, inverse=False)

    def codes_of(self, noise: Tensor, labels: Tensor) -> Tensor:
        """The inverse of ``noise_of``: [N, D]."""
        return self.through(noise, labels, inverse=True)[0]

    def through(self, x: Tensor, labels: Tensor, inverse: bool) -> tuple[Tensor, Tensor]:
        """All steps, in turn or undone."""
        volume = x.new_zeros(len(x))
        for step in reversed(self.steps) if inverse else self.steps:
            x, change = step(x, labels, inverse)
            volume = volume + change
        return x, volume

    def log_density(self, codes: Tensor, labels: Tensor) -> Tensor:
        """log p(code | class) of codes [N, D], [N]."""
        noise, volume = self.noise_of(codes, labels)
        return volume - 0.5 * (noise.square().sum(1) + self.dims * math.log(2 * math.pi))


@dataclass(frozen=True)
class FlowDensity:
    """A fitted flow, on the CPU."""

    flow: Flow

    def draw(self, labels: Labels, temperature: float, rng: np.random.Generator) -> Floats:
        """Normal noise of standard deviation ``temperature`` through the inverse of the flow: [N, D]."""
        noise = temperature * rng.standard_normal((len(labels), self.flow.dims)).astype(np.float32)
        with torch.inference_mode():
            return self.flow.codes_of(torch.from_numpy(noise), torch.from_numpy(labels)).double().numpy()

    def log_density(self, codes: Floats, labels: Labels) -> Floats:
        """log p(code | class), [N]."""
        with torch.inference_mode():
            found = self.flow.log_density(torch.from_numpy(codes.astype(np.float32)), torch.from_numpy(labels))
        return found.double().numpy()

    def arrays(self) -> Arrays:
        """What it is kept as: sizes, and the weights in float16."""
        state = self.flow.state_dict()
        weights: Arrays = {
            WEIGHTS + name: (value.half() if value.is_floating_point() else value).numpy()
            for name, value in state.items()
        }
        return {**weights, SIZES: np.array([self.flow.dims, self.flow.classes])}


def fit_flow(train: Sample, held_out: Sample, note: Progress) -> FlowDensity:
    """A flow trained until held-out codes become less likely, at most ``MOST_STEPS`` steps of ``BATCH`` codes."""
    with threads_here(1), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        flow = trained(Flow(train.dims, train.classes), train, held_out, note)
    return FlowDensity(flow.half().float())  # it is kept so, and drawn from as it is kept


def trained(flow: Flow, train: Sample, held_out: Sample, note: Progress) -> Flow:
    """The flow at the check at which held-out codes were most likely."""
    codes, labels = tensors(train)
    others = tensors(held_out)
    optimiser = torch.optim.AdamW(flow.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, MOST_STEPS)
    generator = torch.Generator().manual_seed(0)
    best, best_nats, waited = copy.deepcopy(flow.state_dict()), likelihood(flow, *others), 0
    for step in range(1, MOST_STEPS + 1):
        rows = torch.randint(len(codes), (min(BATCH, len(codes)),), generator=generator)
        loss = -flow.log_density(codes[rows], labels[rows]).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
        optimiser.step()
        rate.step()
        if step % CHECK_EVERY:
            continue
        note(step / MOST_STEPS)
        nats, waited = likelihood(flow, *others), waited + 1
        if nats > best_nats:
            best, best_nats, waited = copy.deepcopy(flow.state_dict()), nats, 0
        if waited == PATIENCE:
            break
    flow.load_state_dict(best)
    return flow.eval().requires_grad_(False)


def likelihood(flow: Flow, codes: Tensor, labels: Tensor) -> float:
    """The mean log density of codes, nats."""
    with torch.inference_mode():
        return float(flow.log_density(codes, labels).mean())


def tensors(sample: Sample) -> tuple[Tensor, Tensor]:
    """Codes float32 [N, D] and classes [N]."""
    return torch.from_numpy(sample.codes.astype(np.float32)), torch.from_numpy(sample.labels)


def restored_flow(arrays: Arrays) -> FlowDensity:
    """The inverse of ``FlowDensity.arrays``."""
    dims, classes = (int(size) for size in arrays[SIZES])
    flow = Flow(dims, classes)
    prefix = len(WEIGHTS)
    state = {name[prefix:]: torch.from_numpy(value) for name, value in arrays.items() if name.startswith(WEIGHTS)}
    flow.load_state_dict(state)
    return FlowDensity(flow.eval().requires_grad_(False))
