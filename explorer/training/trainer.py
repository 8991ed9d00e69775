"""The training loop: plain arguments in, ticks out. It knows nothing of files, runs or the command line.

Pixels live on the device as one uint8 tensor and batches are drawn by a permutation there, so that a step does
no Python work and no synchronisation beyond the step itself. What it goes on from after a break is a ``State``.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from explorer.base import ExplorerError
from explorer.inference.likelihood import Evaluation, Labels, class_hits, evaluate
from explorer.training.batch_source import source_of
from explorer.training.config import TrainConfig, effective_batch
from explorer.training.distributed import ALONE, Team
from explorer.training.hooks import Hooks, Tick
from explorer.training.labels import without_a_say
from explorer.training.polling import ANSWERS, Beat, Pace, asked_of
from explorer.training.state import Position, State
from explorer.training.step import Step, draw, fastest_step

if TYPE_CHECKING:
    import torch

    from explorer.images import Pixels
    from models.vae import VAE

EXPLODED = 10  # how many times worse than untrained counts as an explosion
ENDS = {"stop": "stopped", "pause": "paused"}


@dataclass
class Trainer:
    """Trains ``model`` in place on its device with uint8 pixels [N, C, H, W]; those of the test split as they are.

    ``run`` raises ExplorerError when the loss stops being a number or explodes; making one, when the batch is
    larger than the data.
    """

    model: VAE
    train: Pixels
    test: Pixels
    config: TrainConfig
    hooks: Hooks
    team: Team = ALONE
    beat: Beat = field(default_factory=Beat)
    labels: tuple[Labels, Labels] = (None, None)  # of the training and the test images

    def __post_init__(self) -> None:
        import torch

        check_shareable(self.model, self.team)
        device = next(self.model.parameters()).device
        static = self.config.binarise == "static"
        self.source = source_of(self.train, device, self.config.seed if static else None)
        self.n = len(self.source)
        self.batch = effective_batch(self.config, self.n)
        self.classes = None if self.labels[0] is None else torch.from_numpy(self.labels[0]).to(device)
        self.generator = torch.Generator(device).manual_seed(self.config.seed)
        self.epoch_start = self.generator.get_state()  # what this epoch's order is drawn from
        self.step = Step(self.model, self.config, self.team)
        self.take_step, self.way = fastest_step(self.step, self.batch)
        self.factor = decay(self.config, math.ceil(self.n / self.batch))
        self.at = Position()

    @property
    def over(self) -> bool:
        """Whether all epochs are done, or the patience is at its end."""
        impatient = 0 < self.config.patience <= self.at.since_best
        return self.at.epoch >= self.config.epochs or impatient

    def run(self) -> str:
        """Train to the end, or until something is asked: 'finished', 'stopped' or 'paused'."""
        while not self.over:
            if asked := self.run_epoch():
                return ENDS[asked]
        return "finished"

    def run_epoch(self) -> str:
        """The rest of an epoch, its evaluation and its tick; what is asked then."""
        started, seen = time.monotonic(), self.at.seen
        self.before_s = self.at.elapsed_s - started
        asked = self.run_steps()
        speed = (self.at.seen - seen) / max(time.monotonic() - started, 1e-9)
        if self.at.seen < self.n:
            self.save()
            if asked == "stop":
                self.tick(speed, whole=False)
            return asked
        self.tick(speed, whole=True)
        return "" if self.over else self.agreed()

    def agreed(self) -> str:
        """What is asked between two epochs, the same in every process."""
        (answer,) = self.team.numbers_of_leader([ANSWERS.index(asked_of(self.hooks))])
        return ANSWERS[answer]

    def run_steps(self) -> str:
        """The steps of the epoch from where it stands; 'stop' or 'pause' where it was left for that."""
        parts = list(self.order().split(self.batch))[self.at.seen // self.batch :]
        shares = parts if self.team.size == 1 else [part[self.team.share(len(part))] for part in parts]
        pace = Pace(self.at.epoch, self.at.seen, self.n, self.hooks, self.beat, self.team)
        for part, images in zip(parts, self.source.batches(shares), strict=True):
            self.one_step(images, len(part), self.labels_of(part))
            if self.at.seen < self.n and (answer := pace.after_step(self.at.seen)):
                if answer != "save":
                    return answer
                self.save()
        return ""

    def one_step(self, images: torch.Tensor, whole: int, labels: torch.Tensor | None) -> None:
        """Train on this process's share of a batch of ``whole`` images, whose classes are ``labels`` [whole]."""
        draws = draw(self.model, self.config, whole, self.generator, labels)
        if self.team.size > 1:
            draws = draws.part(self.team.share(whole))
        self.step.set_lr(self.config.lr * self.factor(self.at.step))
        self.take_step(images, draws, self.beta(), whole)
        self.at.step += 1
        self.at.seen += whole
        if self.at.first_loss is None:
            self.at.first_loss = self.loss(*self.averages())

    def labels_of(self, part: torch.Tensor) -> torch.Tensor | None:
        """The classes of the images of a batch, as far as this step is to know them: int64 [B]."""
        if self.classes is None:
            return None
        warm = self.at.step < self.config.label_warmup * math.ceil(self.n / self.batch)
        return without_a_say(self.classes[part]) if warm else self.classes[part]

    def order(self) -> torch.Tensor:
        """This epoch's permutation [N]; drawn again, the generator untouched, where the epoch had begun."""
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
        return order

    def beta(self) -> float:
        """The KL's weight at this step: risen linearly over the warm-up."""
        if not self.config.kl_warmup:
            return self.config.beta
        steps = self.config.kl_warmup * math.ceil(self.n / self.batch)
        return self.config.beta * min(1.0, self.at.step / steps)

    def averages(self) -> tuple[float, float]:
        """Reconstruction and KL per image of what this epoch has seen, over all processes, nats."""
        reconstruction, kl = (self.team.sum(self.step.sums.clone()) / max(self.at.seen, 1)).tolist()
        return reconstruction, kl

    def loss(self, reconstruction: float, kl: float) -> float:
        """What is minimised, nats per image."""
        return self.beta() * kl - reconstruction

    def check(self, reconstruction: float, kl: float) -> None:
        """Raise ExplorerError where the loss is no number any more, or far worse than before any training."""
        loss, first = self.loss(reconstruction, kl), self.at.first_loss or 0.0
        hint = f"Try a smaller learning rate than {self.config.lr:g}, or a gradient clip of 1."
        kept = " The last good weights are kept." if self.at.epoch else ""
        if not math.isfinite(loss):
            raise ExplorerError(f"The loss stopped being a number in epoch {self.at.epoch + 1}.{kept}", hint)
        if loss > first + EXPLODED * (abs(first) + math.prod(self.model.config.shape)):
            grown = f"{loss:.3g} nats an image, {first:.3g} untrained"
            raise ExplorerError(f"The loss exploded in epoch {self.at.epoch + 1}: {grown}.{kept}", hint)

    def save(self) -> None:
        """Within an epoch: hand out what to go on from, once the loss is known to be sound."""
        self.at.elapsed_s = self.before_s + time.monotonic()
        averages = self.averages()
        self.check(*averages)
        state = self.state()
        if self.team.leads:
            self.hooks.on_save(state)

    def tick(self, speed: float, whole: bool) -> None:
        """Evaluate and tell; a ``whole`` epoch is counted, and the state told is the next one's beginning."""
        reconstruction, kl = self.averages()
        self.check(reconstruction, kl)
        lr, beta, epoch = self.config.lr * self.factor(self.at.step), self.beta(), self.at.epoch + self.at.seen / self.n
        test = self.evaluated() if self.team.leads else None
        best = self.judge(test, whole)
        self.at.elapsed_s = self.before_s + time.monotonic()
        if whole:
            self.at.epoch, self.at.seen = self.at.epoch + 1, 0
            self.step.sums.zero_()
        state = self.state()
        if test is not None:
            told = (
                self.at.elapsed_s,
                speed,
                lr,
                reconstruction - kl,
                reconstruction,
                kl,
                test,
                beta,
                best,
                self.at.best_epoch,
            )
            self.hooks.on_tick(Tick(epoch, *told))
            self.hooks.on_save(state)

    def evaluated(self) -> Evaluation:
        """The test split's averages; ExplorerError where they are no numbers."""
        labels = self.labels[1]
        test = evaluate(self.model, self.test, self.config.samples, labels=labels)
        if not math.isfinite(test.elbo_nats):
            raise ExplorerError("The test ELBO stopped being a number.", "Try a smaller learning rate.")
        if labels is None or not self.model.takes_few_labels:
            return test
        return replace(test, class_accuracy=float(class_hits(self.model, self.test, labels).mean()))

    def judge(self, test: Evaluation | None, whole: bool) -> bool:
        """Whether these weights are to be kept: the best, or without patience the newest. The leader knows."""
        best = self.at.best_elbo_nats
        better = test is not None and (best is None or test.elbo_nats > best)
        (told,) = self.team.numbers_of_leader([int(better)])
        if whole:
            self.at.since_best = 0 if told else self.at.since_best + 1
        if whole and told:
            self.at.best_elbo_nats = test.elbo_nats if test else None
            self.at.best_epoch = self.at.epoch + 1
        if not self.config.patience:
            return True
        return bool(told) if whole else best is None

    def state(self) -> State:
        """What to go on from; the tensors are the training's own, to be written before it goes on."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        for i, moments in enumerate(self.step.optimizer.moments):
            for name, value in moments.items():
                tensors[f"optimizer.{i}.{name}"] = value
        tensors["generator"], tensors["epoch_start"] = self.generator.get_state(), self.epoch_start
        tensors["sums"] = self.team.sum(self.step.sums.clone())
        return State(tensors, replace(self.at), self.generator.device.type)

    def load(self, state: State) -> None:
        """Go on from ``state``; ExplorerError where it is another model's.

        Noise drawn on another kind of device cannot be continued: then the epoch begins anew, with new noise.
        """
        try:
            self.model.load_state_dict(
                {k.removeprefix("model."): v for k, v in state.tensors.items() if k.startswith("model.")}
            )
            self.step.optimizer.load(self.moments(state))
        except (RuntimeError, ValueError, LookupError) as error:
            raise ExplorerError("The resume state is another model's.", "Delete the run's folder 'resume'.") from error
        self.at = replace(state.at)
        if state.device != self.generator.device.type:
            self.generator.manual_seed(self.config.seed + 1 + self.at.step)
            self.at.seen = 0
            return
        self.generator.set_state(state.tensors["generator"])
        self.epoch_start = state.tensors["epoch_start"]
        if self.team.leads:  # the others' shares are in it already
            self.step.sums.copy_(state.tensors["sums"])

    def moments(self, state: State) -> list[dict[str, torch.Tensor]]:
        """The optimizer's tensors in ``state``, parameter by parameter."""
        found: list[dict[str, torch.Tensor]] = [{} for _ in self.step.parameters]
        for key, value in state.tensors.items():
            if key.startswith("optimizer."):
                _, i, name = key.split(".")
                found[int(i)][name] = value
        return found


def check_shareable(model: VAE, team: Team) -> None:
    """Raise ExplorerError where processes would share batches that have to stay whole."""
    if team.size > 1 and model.whole_batch:
        raise ExplorerError(
            f"What this model optimises compares the images of a whole batch, which {team.size} processes would share.",
            "Train it in one process.",
        )


def decay(config: TrainConfig, steps_per_epoch: int) -> Callable[[int], float]:
    """The learning rate's factor at each step: constant, or half a cosine down to a hundredth."""
    total = config.epochs * steps_per_epoch

    def factor(step: int) -> float:
        if config.schedule == "constant":
            return 1.0
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(step / total, 1)))

    return factor


def fit(model: VAE, train: Pixels, test: Pixels, config: TrainConfig, hooks: Hooks) -> bool:
    """Train ``model`` in place on its device with uint8 pixels [N, C, H, W]; whether it went through to the end.

    Raises
    ------
    ExplorerError
        When the loss stops being a number or explodes, or the batch is larger than the data.
    """
    from explorer.training.trainer import Trainer

    return Trainer(model, train, test, config, hooks).run() == "finished"
