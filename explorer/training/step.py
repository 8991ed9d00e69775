"""One training step, from a batch of uint8 pixels to updated weights: eager, compiled, a replayed CUDA graph, or both.

All random numbers of a step are drawn before it, from the training's generator (``step_draws``), so that they are the
same for every way to run a step and for any number of processes.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.base import ExplorerError
from explorer.inference.likelihood import unit_pixels
from explorer.training.average import Average
from explorer.training.batch_source import MAX_SHIFT, shifted
from explorer.training.config import BATCH_SIZE, TrainConfig
from explorer.training.distributed import SINGLE_PROCESS, ProcessGroup

if TYPE_CHECKING:
    import torch

    from models import VAE, Elbo

WARM_UPS = 3  # steps before a capture, as torch's notes on CUDA graphs ask for


@dataclass(frozen=True)
class Draws:
    """Random numbers of one step: noise [L, B, K] of z, uniforms [B, C, H, W] to binarise by, shifts [B, 2].

    ``encoder_noise`` [B, C, H, W] is standard normal, for the encoder's input; ``condition`` [B, ...] is what a
    conditional model is conditioned on, image by image.
    """

    noise: torch.Tensor
    uniforms: torch.Tensor | None = None
    shifts: torch.Tensor | None = None
    encoder_noise: torch.Tensor | None = None
    condition: torch.Tensor | None = None

    def tensors(self) -> list[torch.Tensor]:
        """Those that are not None."""
        return [t for t in vars(self).values() if t is not None]

    def part(self, rows: slice) -> Draws:
        """The draws of these images alone."""
        others = (self.uniforms, self.shifts, self.encoder_noise, self.condition)
        return Draws(self.noise[:, rows], *(None if t is None else t[rows] for t in others))


def step_draws(
    model: VAE, config: TrainConfig, n: int, generator: torch.Generator, labels: torch.Tensor | None = None
) -> Draws:
    """Random numbers and condition for a batch of ``n`` images, whose labels are int64 [B]."""
    import torch

    device = generator.device
    shifts = uniforms = encoder_noise = None
    if config.augment:
        shifts = torch.randint(-MAX_SHIFT, MAX_SHIFT + 1, (n, 2), device=device, generator=generator)
    if config.binarise == "dynamic":
        uniforms = torch.rand((n, *model.config.shape), device=device, generator=generator)
    noise = torch.randn(
        (config.samples + model.extra_draws, n, model.config.latent), device=device, generator=generator
    )
    if config.denoise:
        encoder_noise = torch.randn((n, *model.config.shape), device=device, generator=generator)
    return Draws(noise, uniforms, shifts, encoder_noise, model.training_condition(n, labels, generator))


class Step:
    """Updates the weights by one batch. ``sums`` [2] accumulates reconstruction and KL over all images, nats."""

    def __init__(self, model: VAE, config: TrainConfig, group: ProcessGroup = SINGLE_PROCESS) -> None:
        import torch

        self.model, self.config, self.group = model, config, group
        self.device = next(model.parameters()).device
        self.sums = torch.zeros(2, device=self.device)
        self.lr = config.lr
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimizers = model.optimizers(config.lr, config.weight_decay, config.adam_eps)
        self.average = Average(model, config.ema) if config.ema else None
        self.elbo = self.compiled_elbo() if config.compile else model.elbo_with

    def __call__(self, images: torch.Tensor, draws: Draws, beta: float | torch.Tensor, whole: int) -> None:
        """Train on ``images`` (uint8, this process's share of a batch of ``whole``) with the KL weighed ``beta``."""
        self.zero_grad()
        if len(images):
            self.backward(images, draws, beta, whole)
        elif self.config.free_bits:  # an empty share, but the other processes wait for this one in the reduction
            self.group.mean(self.sums.new_zeros(self.model.config.latent), whole)
        if self.group.size > 1:
            self.group.sum_gradients(self.parameters)
        if self.config.grad_clip:
            self.clip()
        for optimizer in self.optimizers:
            optimizer.step()
        if self.average is not None:
            self.average.update()

    @property
    def shown(self) -> VAE:
        """The model to evaluate and to save: that of the averaged weights, where they are averaged."""
        return self.model if self.average is None else self.average.model

    def zero_grad(self) -> None:
        """Drop the gradients."""
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    @property
    def moments(self) -> list[dict[str, torch.Tensor]]:
        """Those of the optimizers, in the order of ``parameters``."""
        return [moments for optimizer in self.optimizers for moments in optimizer.moments]

    def load_moments(self, moments: Sequence[dict[str, torch.Tensor]]) -> None:
        """Copy moments, one dict for each of ``parameters``."""
        rest = iter(moments)
        for optimizer in self.optimizers:
            optimizer.load(list(itertools.islice(rest, len(optimizer.moments))))

    def backward(self, images: torch.Tensor, draws: Draws, beta: float | torch.Tensor, whole: int) -> None:
        """Accumulate the gradients of the loss, the mean over the ``whole`` batch of which ``images`` are a part."""
        import torch

        x = self.pixels(images, draws)
        with self.half_precision():
            elbo = self.elbo(x, draws.noise, self.seen(x, draws), draws.condition)
        if self.config.free_bits:
            means = self.group.mean(elbo.kl.detach().sum(0), whole)
            loss = elbo.free_bits_loss(beta, self.config.free_bits, means)
        else:
            loss = elbo.loss(beta)
        (loss if len(images) == whole else loss * (len(images) / whole)).backward()
        self.sums += torch.stack([elbo.reconstruction.detach().sum(), elbo.kl.detach().sum()])

    def compiled_elbo(self) -> Callable[..., Elbo]:
        """``model.elbo_with`` compiled; ExplorerError where this machine cannot (it needs a C++ compiler or Triton)."""
        import torch

        compiled = torch.compile(self.model.elbo_with, dynamic=False)
        n = self.config.batch_size or BATCH_SIZE  # what it is compiled for, and mostly called with
        draws = step_draws(self.model, self.config, n, torch.Generator(self.device))
        x = torch.zeros((n, *self.model.config.shape), device=self.device)
        try:
            with self.half_precision():
                elbo = compiled(x, draws.noise, self.seen(x, draws), draws.condition)
            elbo.loss().backward()
        except Exception as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise ExplorerError(f"The model could not be compiled: {reason}", "Train without --compile.") from error
        self.model.zero_grad(set_to_none=True)
        return compiled

    def pixels(self, images: torch.Tensor, draws: Draws) -> torch.Tensor:
        """Pixels as floats in [0, 1], shifted and binarised as configured."""
        if draws.shifts is not None:
            images = shifted(images, draws.shifts)
        x = unit_pixels(images)
        return x if draws.uniforms is None else (draws.uniforms < x).float()

    def seen(self, x: torch.Tensor, draws: Draws) -> torch.Tensor | None:
        """The encoder's input where it is not ``x``: x plus noise (Vincent et al. 2008; Im et al. 2017)."""
        return None if draws.encoder_noise is None else x + self.config.denoise * draws.encoder_noise

    def half_precision(self) -> contextlib.AbstractContextManager[object]:
        """Autocast the networks to bfloat16; their outputs, likelihood and KL are float32."""
        import torch

        return torch.autocast(self.device.type, torch.bfloat16) if self.config.amp else contextlib.nullcontext()

    def clip(self) -> None:
        """Clip the global norm of the gradient, without synchronising with the device."""
        import torch

        torch.nn.utils.clip_grad_norm_(self.parameters, self.config.grad_clip, foreach=True)

    def synchronise(self) -> None:
        """Wait for the steps that a GPU has not finished yet."""
        import torch

        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)

    def set_lr(self, lr: float) -> None:
        """The learning rate of the next step."""
        if lr != self.lr:
            self.lr = lr
            self.optimizers[0].set_lr(lr)


class GraphedStep:
    """A step that is captured once as a CUDA graph and replayed: one launch instead of some hundred.

    Batches of another size (an epoch's last) run eagerly. The capture leaves weights, moments and sums unchanged.
    """

    def __init__(self, step: Step, batch: int) -> None:
        import torch

        self.step, self.batch, device = step, batch, step.device
        generator = torch.Generator(device)
        self.images = torch.zeros((batch, *step.model.config.shape), dtype=torch.uint8, device=device)
        self.draws = step_draws(step.model, step.config, batch, generator)
        self.beta = torch.ones((), device=device)
        before = snapshot(step)
        try:
            self.graph = self.capture()
        finally:
            restore(step, before)

    def capture(self) -> torch.cuda.CUDAGraph:
        """Warm up on a stream of its own, then record one step."""
        import torch

        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                self.step(self.images, self.draws, self.beta, self.batch)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        self.step.zero_grad()
        # torch before 2.15 stays on the stream of a capture that failed; the outer block leaves it
        with torch.cuda.stream(torch.cuda.current_stream()), torch.cuda.graph(graph):
            self.step(self.images, self.draws, self.beta, self.batch)
        return graph

    def __call__(self, images: torch.Tensor, draws: Draws, beta: float | torch.Tensor, whole: int) -> None:
        """As ``Step``."""
        if whole != self.batch:
            self.step(images, draws, beta, whole)
            return
        self.images.copy_(images)
        for static, drawn in zip(self.draws.tensors(), draws.tensors(), strict=True):
            static.copy_(drawn)
        self.beta.fill_(beta)
        self.graph.replay()


def snapshot(step: Step) -> list[torch.Tensor]:
    """Copies of the weights, their average, buffers and sums, before the first step."""
    return [t.detach().clone() for t in changing(step)]


def changing(step: Step) -> list[torch.Tensor]:
    """The tensors that a step writes, except the optimizer's."""
    average = [] if step.average is None else step.average.tensors.values()
    return [*step.parameters, *step.model.buffers(), step.sums, *average]


def restore(step: Step, before: list[torch.Tensor]) -> None:
    """Restore the ``snapshot`` in place, and set the optimizer's moments and counts to zero."""
    import torch

    with torch.no_grad():
        for tensor, old in zip(changing(step), before, strict=True):
            tensor.copy_(old)
    for optimizer in step.optimizers:
        optimizer.reset()


def fastest_step(step: Step, batch: int) -> tuple[Step | GraphedStep, str]:
    """The step to train with, and a note for the status: a CUDA graph where one can be captured, else eager."""
    compiled = ["compiled"] if step.config.compile else []
    if step.device.type != "cuda" or step.group.size > 1:
        return step, ", ".join(compiled)
    try:
        return GraphedStep(step, batch), ", ".join([*compiled, "CUDA graph"])
    except RuntimeError as error:  # torch raises nothing narrower for what cannot be captured
        return step, ", ".join([*compiled, f"no CUDA graph: {str(error).splitlines()[0]}"])
