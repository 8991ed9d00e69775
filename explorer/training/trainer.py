"""The training loop: plain arguments in, ticks out. It is independent of files, runs and the command line.

Pixels are one uint8 tensor on the device, where batches are drawn by a permutation, so that there is neither Python
work nor synchronisation between steps. An interrupted training resumes from a ``State``.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from explorer.base import ExplorerError
from explorer.inference.likelihood import Evaluation, Labels, class_hits, evaluate
from explorer.training.batch_source import training_source
from explorer.training.checkpoint import another_model
from explorer.training.config import TrainConfig, effective_batch
from explorer.training.distributed import SINGLE_PROCESS, ProcessGroup
from explorer.training.hooks import Hooks, Tick
from explorer.training.labels import exclude_unlabelled
from explorer.training.polling import REQUESTS, Poller, PollIntervals, requested
from explorer.training.state import State, TrainingPosition
from explorer.training.step import Step, fastest_step, step_draws
from explorer.training.validation import Division

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels
    from models import VAE

EXPLODED = 10  # times the untrained loss, from which on the training counts as diverged
ENDS = {"stop": "stopped", "pause": "paused"}


@dataclass
class Trainer:
    """Trains ``model`` in place, on its device.

    Parameters
    ----------
    train, test : uint8 pixels [N, C, H, W] of both splits; the test images are evaluated as they are, and reported.
    config : checked.
    group : the processes that share each batch.
    labels : of the training and of the test images, int64 [N] each; None where there are none.
    division : of the training split; None to train on all of it, and then the test images choose the best epoch.

    Raises
    ------
    ExplorerError
        On construction, when the batch is larger than the data; from ``run``, when the loss is not finite or diverges.
    """

    model: VAE
    train: Pixels
    test: Pixels
    config: TrainConfig
    hooks: Hooks
    group: ProcessGroup = SINGLE_PROCESS
    intervals: PollIntervals = field(default_factory=PollIntervals)
    labels: tuple[Labels, Labels] = (None, None)
    division: Division | None = None

    def __post_init__(self) -> None:
        import torch

        check_shareable(self.model, self.group)
        device = next(self.model.parameters()).device
        static = self.config.binarise == "static"
        self.source = training_source(self.train, device, self.config.seed if static else None)
        self.trained = None if self.division is None else torch.from_numpy(self.division.trained).to(device)
        self.n = len(self.source if self.trained is None else self.trained)
        self.batch = effective_batch(self.config, self.n)
        self.classes = None if self.labels[0] is None else torch.from_numpy(self.labels[0]).to(device)
        self.generator = torch.Generator(device).manual_seed(self.config.seed)
        self.epoch_start = self.generator.get_state()  # what this epoch's order is drawn from
        self.step = Step(self.model, self.config, self.group)
        self.take_step, self.way = fastest_step(self.step, self.batch)
        self.factor = decay(self.config, math.ceil(self.n / self.batch))
        self.at = TrainingPosition()

    @property
    def over(self) -> bool:
        """Whether all epochs are done, or the patience is at its end."""
        impatient = 0 < self.config.patience <= self.at.since_best
        return self.at.epoch >= self.config.epochs or impatient

    def run(self) -> str:
        """Train to the end, or until asked to stop or pause: "finished", "stopped" or "paused"."""
        while not self.over:
            if request := self.run_epoch():
                return ENDS[request]
        return "finished"

    def run_epoch(self) -> str:
        """Train the rest of an epoch and evaluate; the request that ends the training, empty for none."""
        started, seen = time.monotonic(), self.at.seen
        self.before_s = self.at.elapsed_s - started
        request = self.run_steps()
        self.step.synchronise()
        speed = (self.at.seen - seen) / max(time.monotonic() - started, 1e-9)
        if self.at.seen < self.n:
            self.save()
            if request == "stop":
                self.tick(speed, whole=False)
            return request
        self.tick(speed, whole=True)
        return "" if self.over else self.shared_request()

    def shared_request(self) -> str:
        """The request between two epochs, the same on every process."""
        (request,) = self.group.broadcast_integers([REQUESTS.index(requested(self.hooks))])
        return REQUESTS[request]

    def run_steps(self) -> str:
        """Run the remaining steps of the epoch; "stop" or "pause" where it was left early, else empty."""
        parts = list(self.order().split(self.batch))[self.at.seen // self.batch :]
        shares = parts if self.group.size == 1 else [part[self.group.share(len(part))] for part in parts]
        poller = Poller(self.at.epoch, self.at.seen, self.n, self.hooks, self.intervals, self.group)
        for part, images in zip(parts, self.source.batches(shares), strict=True):
            self.one_step(images, len(part), self.labels_of(part))
            if self.at.seen < self.n and (request := poller.after_step(self.at.seen)):
                if request != "save":
                    return request
                self.save()
        return ""

    def one_step(self, images: torch.Tensor, whole: int, labels: torch.Tensor | None) -> None:
        """Train on this process's share of a batch of ``whole`` images, whose classes are ``labels`` [whole]."""
        draws = step_draws(self.model, self.config, whole, self.generator, labels)
        if self.group.size > 1:
            draws = draws.part(self.group.share(whole))
        self.step.set_lr(self.config.lr * self.factor(self.at.step))
        self.take_step(images, draws, self.beta(), whole)
        self.at.step += 1
        self.at.seen += whole
        if self.at.first_loss is None:
            self.at.first_loss = self.loss(*self.averages())

    def labels_of(self, part: torch.Tensor) -> torch.Tensor | None:
        """The labels of a batch that this step may use, int64 [B]; None where the images have none."""
        if self.classes is None:
            return None
        warm = self.at.step < self.config.label_warmup * math.ceil(self.n / self.batch)
        return exclude_unlabelled(self.classes[part]) if warm else self.classes[part]

    def order(self) -> torch.Tensor:
        """This epoch's order of the images to train on, by their places in the training split: int64 [n].

        Within a resumed epoch the same one is drawn again, and the generator keeps its state.
        """
        import torch

        now = None
        if self.at.seen:
            now = self.generator.get_state()
            self.generator.set_state(self.epoch_start)
        else:
            self.epoch_start = self.generator.get_state()
        order = torch.randperm(self.n, device=self.generator.device, generator=self.generator)
        if now is not None:
            self.generator.set_state(now)
        return order if self.trained is None else self.trained[order]

    def beta(self) -> float:
        """The KL's weight at this step, which rises linearly over the warm-up."""
        if not self.config.kl_warmup:
            return self.config.beta
        steps = self.config.kl_warmup * math.ceil(self.n / self.batch)
        return self.config.beta * min(1.0, self.at.step / steps)

    def averages(self) -> tuple[float, float]:
        """Mean reconstruction and KL of this epoch's images so far, over all processes, nats per image."""
        reconstruction, kl = (self.group.sum(self.step.sums.clone()) / max(self.at.seen, 1)).tolist()
        return reconstruction, kl

    def loss(self, reconstruction: float, kl: float) -> float:
        """The loss, nats per image."""
        return self.beta() * kl - reconstruction

    def check(self, reconstruction: float, kl: float) -> None:
        """Raise ExplorerError where the loss is not finite, or far above that of the untrained model."""
        loss, first = self.loss(reconstruction, kl), self.at.first_loss or 0.0
        hint = f"Try a smaller learning rate than {self.config.lr:g}, or a gradient clip of 1."
        kept = " The last good weights are kept." if self.at.epoch else ""
        if not math.isfinite(loss):
            raise ExplorerError(f"The loss stopped being a number in epoch {self.at.epoch + 1}.{kept}", hint)
        if loss > first + EXPLODED * (abs(first) + math.prod(self.model.config.shape)):
            grown = f"{loss:.3g} nats an image, {first:.3g} untrained"
            raise ExplorerError(f"The loss exploded in epoch {self.at.epoch + 1}: {grown}.{kept}", hint)

    def save(self) -> None:
        """Pass on a checkpoint within an epoch, once the loss has been checked."""
        self.at.elapsed_s = self.before_s + time.monotonic()
        averages = self.averages()
        self.check(*averages)
        state = self.state()
        if self.group.is_leader:
            self.hooks.on_save(state)

    def tick(self, speed: float, whole: bool) -> None:
        """Evaluate and call the hooks. After a ``whole`` epoch the checkpoint is the beginning of the next one."""
        reconstruction, kl = self.averages()
        self.check(reconstruction, kl)
        lr, beta, epoch = self.config.lr * self.factor(self.at.step), self.beta(), self.at.epoch + self.at.seen / self.n
        test, validation = self.evaluations() if self.group.is_leader else (None, None)
        best = self.update_best(validation or test, whole)
        self.at.elapsed_s = self.before_s + time.monotonic()
        if whole:
            self.at.epoch, self.at.seen = self.at.epoch + 1, 0
            self.step.sums.zero_()
        state = self.state()
        if test is not None:
            train = reconstruction - kl, reconstruction, kl
            chosen = best, self.at.best_epoch
            self.hooks.on_tick(Tick(epoch, self.at.elapsed_s, speed, lr, *train, test, beta, *chosen, validation))
            self.hooks.on_save(state)

    def evaluations(self) -> tuple[Evaluation, Evaluation | None]:
        """The averages over the test split, and over the validation images where there are any."""
        test = self.evaluated("test", self.test, self.labels[1])
        held = () if self.division is None else self.division.validation
        return test, self.evaluated("validation", held.pixels, held.labels) if held else None

    def evaluated(self, name: str, pixels: Pixels, labels: Labels) -> Evaluation:
        """The averages over these images; ExplorerError, which calls them ``name``, where they are not finite."""
        model = self.step.shown
        found = evaluate(model, pixels, self.config.samples, labels=labels)
        if not math.isfinite(found.elbo_nats):
            raise ExplorerError(f"The {name} ELBO stopped being a number.", "Try a smaller learning rate.")
        if labels is None or not model.takes_few_labels:
            return found
        return replace(found, class_accuracy=float(class_hits(model, pixels, labels).mean()))

    def update_best(self, judged: Evaluation | None, whole: bool) -> bool:
        """Whether to save these weights: the best ones by ``judged``, or without patience the newest. Rank 0 decides.

        ``judged`` is None on the other processes.
        """
        best = self.at.best_elbo_nats
        better = judged is not None and (best is None or judged.elbo_nats > best)
        (improved,) = self.group.broadcast_integers([int(better)])
        if whole:
            self.at.since_best = 0 if improved else self.at.since_best + 1
        if whole and improved:
            self.at.best_elbo_nats = judged.elbo_nats if judged else None
            self.at.best_epoch = self.at.epoch + 1
        if not self.config.patience:
            return True
        return bool(improved) if whole else best is None

    def state(self) -> State:
        """The state to resume from. Its tensors are those in use: write them before the next step."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        if self.step.average is not None:
            tensors |= {f"average.{name}": value for name, value in self.step.average.tensors.items()}
        for i, moments in enumerate(self.step.moments):
            for name, value in moments.items():
                tensors[f"optimizer.{i}.{name}"] = value
        tensors["generator"], tensors["epoch_start"] = self.generator.get_state(), self.epoch_start
        tensors["sums"] = self.group.sum(self.step.sums.clone())
        return State(tensors, replace(self.at), self.generator.device.type)

    def load(self, state: State) -> None:
        """Resume from ``state``; ExplorerError where it is another model's.

        A generator cannot continue on another type of device: there the epoch starts again, with new random numbers.
        """
        try:
            self.model.load_state_dict(state.part("model."))
            if self.step.average is not None:
                self.step.average.load(state.part("average."))
            self.step.load_moments(self.moments(state))
        except (RuntimeError, ValueError, LookupError) as error:
            raise another_model() from error
        self.at = replace(state.at)
        if state.device != self.generator.device.type:
            self.generator.manual_seed(self.config.seed + 1 + self.at.step)
            self.at.seen = 0
            return
        self.generator.set_state(state.tensors["generator"])
        self.epoch_start = state.tensors["epoch_start"]
        if self.group.is_leader:  # the sums are over all processes
            self.step.sums.copy_(state.tensors["sums"])

    def moments(self, state: State) -> list[dict[str, torch.Tensor]]:
        """The optimizer's tensors in ``state``, one dict for each parameter."""
        found: list[dict[str, torch.Tensor]] = [{} for _ in self.step.parameters]
        for key, value in state.part("optimizer.").items():
            i, name = key.split(".")
            found[int(i)][name] = value
        return found


def check_shareable(model: VAE, group: ProcessGroup) -> None:
    """Raise ExplorerError where several processes would share batches that the objective needs whole."""
    if group.size > 1 and model.whole_batch:
        raise ExplorerError(
            f"What this model optimises compares the images of a whole batch, "
            f"which {group.size} processes would share.",
            "Train it in one process.",
        )


def decay(config: TrainConfig, steps_per_epoch: int) -> Callable[[int], float]:
    """The learning rate's factor at each step."""
    total, factor = config.epochs * steps_per_epoch, SCHEDULE_FACTORS[config.schedule]
    return lambda step: factor(min(step / total, 1))


def cosine_factor(done: float) -> float:
    """Half a cosine from 1 down to a hundredth, at this share of the training."""
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))


def staged_factor(done: float) -> float:
    """10^(-i/7) in stage i = 0 to 7, each three times as long as the one before; Burda et al. 2016, section 5."""
    whole = (3**STAGES - 1) / 2  # epochs there: 1 + 3 + ... + 3^7 = 3280
    stage = min(int(math.log(2 * done * whole + 1, 3) + 1e-9), STAGES - 1)
    return float(10 ** (-stage / (STAGES - 1)))


STAGES = 8
SCHEDULE_FACTORS: dict[str, Callable[[float], float]] = {
    "constant": lambda _: 1.0, "cosine": cosine_factor, "staged": staged_factor,
}  # fmt: skip


def fit(model: VAE, train: Pixels, test: Pixels, config: TrainConfig, hooks: Hooks) -> bool:
    """Train ``model`` in place as a ``Trainer`` does, in one process; whether it was trained to the end."""
    return Trainer(model, train, test, config, hooks).run() == "finished"
