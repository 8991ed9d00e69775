"""One process of a training, from data, model and checkpoint to the files that it writes in its run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from explorer.base import ExplorerError, device_title, remove_file
from explorer.base.languages import N_
from explorer.datasets import READING
from explorer.inference import latents_under, write_latents
from explorer.runs import (
    CONTROL,
    DataFacts,
    ModelFacts,
    Run,
    Status,
    control_word,
    load_model,
    load_run,
    packages,
    resumed_weights,
    stop_requested,
)
from explorer.training.checkpoint import Checkpoint, another_model, read_checkpoint, unpacked
from explorer.training.config import TrainConfig
from explorer.training.distributed import SINGLE_PROCESS, ProcessGroup
from explorer.training.hooks import Hooks, never
from explorer.training.labels import kept_labels
from explorer.training.memory import exhaustion_reported
from explorer.training.polling import PollIntervals
from explorer.training.run_writer import Progress, RunWriter, StatusFile, truncate_history
from explorer.training.setup import TrainingSetup, set_up
from explorer.training.stored_config import config_from_json
from explorer.training.tensorboard import EventWriter

if TYPE_CHECKING:
    from explorer.training.polling import PollIntervals
    from explorer.training.state import State
    from explorer.training.trainer import Trainer
    from models import VAE


OnData = Callable[[TrainingSetup], None]


def ignore(setup: TrainingSetup) -> None:
    """Take no notice of the data."""


@dataclass
class Runner:
    """Trains ``run`` in this process, which is rank 0; the other processes call ``train_share``.

    Parameters
    ----------
    config : checked.
    report : called with each status that is written.
    should_stop : asks to stop, as the run's ``control`` file does; for signals.
    reset_patience : whether a resumed training counts its epochs without improvement from zero.
    on_data : called with data and model, before they are trained with.
    """

    run: Run
    config: TrainConfig
    report: Progress
    should_stop: Callable[[], bool]
    intervals: PollIntervals | None = None
    group: ProcessGroup = SINGLE_PROCESS
    reset_patience: bool = False
    on_data: OnData = ignore

    @property
    def reading(self) -> int:
        """How a folder is read: as before, where the run was trained on it."""
        data = self.run.config().data
        return READING if data is None else data.reading

    def prepare(self) -> tuple[TrainingSetup, Checkpoint | None]:
        """Data and checkpoint of the run, None where it has none; writes nothing.

        Raises ExplorerError where data, model and checkpoint do not belong together.
        """
        send_config(self.config, self.reading, self.group)
        self.report(
            replace(self.run.status(), stage=N_("reading the images of {dataset}").format(dataset=self.config.dataset))
        )
        setup = set_up(self.config, self.reading, self.group.size)
        checkpoint = read_checkpoint(self.run.path, self.run.name)
        if checkpoint or self.run.has_weights:  # weights without a checkpoint would be replaced
            check_same_data(self.run, setup.facts)
        if checkpoint:
            check_same_model(checkpoint.state, setup.model)
            resumed_weights(self.run)
        return setup, checkpoint

    def train(self, setup: TrainingSetup, checkpoint: Checkpoint | None = None) -> None:
        """Train from the checkpoint, None for the beginning, and write the run."""
        from models import model_spec, options_of

        content, state = checkpoint or (None, None)
        send_start(setup.facts, content, self.reset_patience, self.group)
        truncate_history(self.run, state.at.epoch if state else 0)
        name = self.config.model
        model = ModelFacts(name, options_of(setup.model), model_spec(name).variational)
        config = replace(self.run.config(), training=asdict(setup.config), model=model, data=setup.facts)
        self.run.write_config(replace(config, packages=packages()))
        self.on_data(setup)
        status_file = StatusFile(self.run, first_status(self.run, self.config, state), self.report)
        status_file.write()
        with status_file.heartbeat():
            ended = self.loop(status_file, setup, state)
            if ended != "paused":
                self.write_latents(status_file, setup)
        remove_file(self.run.path / CONTROL)
        status_file.close(ended)

    def loop(self, status_file: StatusFile, setup: TrainingSetup, state: State | None) -> str:
        """Run the training loop; how it ended: "finished", "stopped" or "paused"."""
        epoch = state.at.epoch if state else 0
        events = EventWriter(self.run.path, epoch) if self.config.tensorboard else None
        writer = RunWriter(status_file, self.config, setup.model, setup.test, events)
        hooks = Hooks(
            on_tick=writer.tick,
            on_progress=writer.progress,
            should_stop=lambda: self.should_stop() or stop_requested(self.run),
            should_pause=lambda: control_word(self.run) == "pause",
            on_save=writer.save,
        )
        trainer = trainer_of(setup, hooks, self.group, self.intervals)
        writer.model = trainer.step.shown
        if state is not None:
            start_from(trainer, state, self.reset_patience)
        title = device_title(trainer.generator.device)
        processes = f"{self.group.size} processes" if self.group.size > 1 else ""
        status_file.write(device=", ".join(filter(None, (title, processes, trainer.way))))
        try:
            with exhaustion_reported():
                return trainer.run()
        finally:
            if events is not None:
                events.close()

    def write_latents(self, status_file: StatusFile, setup: TrainingSetup) -> None:
        """Encode the test split with the saved weights, and store the latents."""
        status_file.write(stage=N_("encoding the test images"))
        device = next(setup.model.parameters()).device
        run = load_run(self.run)
        saved = self.config.patience or self.config.ema  # other weights than the last ones
        model = load_model(run, device) if saved else setup.model.eval()
        write_latents(run, "test", latents_under(model, setup.test))


def first_status(run: Run, config: TrainConfig, state: State | None) -> Status:
    """The status at the beginning of this process's part; what was reached before is kept."""
    before = run.status()
    at = state.at if state else None
    return Status(
        "running",
        stage="training",
        epoch=at.epoch if at else 0,
        progress=min(1.0, at.epoch / config.epochs) if at else 0.0,
        weights_sha256=resumed_weights(run) if at else "",
        test_elbo_nats=before.test_elbo_nats if at else None,
        validation_elbo_nats=before.validation_elbo_nats if at else None,
        best_epoch=at.best_epoch if at else None,
    )


def trainer_of(setup: TrainingSetup, hooks: Hooks, group: ProcessGroup, intervals: PollIntervals | None) -> Trainer:
    """A trainer of the model and data in ``setup``."""
    from explorer.training.trainer import Trainer

    setup.model.train()
    pixels = setup.train.pixels, setup.test.pixels
    labels = kept_labels(setup.train.labels, setup.config, setup.trained), setup.test.labels
    polls = intervals or PollIntervals()
    return Trainer(setup.model, *pixels, setup.config, hooks, group, polls, labels, setup.division)


def start_from(trainer: Trainer, state: State, reset_patience: bool) -> None:
    """Bring a trainer to where ``state`` was taken."""
    trainer.load(state)
    if reset_patience:
        trainer.at.since_best = 0


def check_same_data(run: Run, facts: DataFacts) -> None:
    """Raise ExplorerError where the data is not what the run was trained on before."""
    before = run.config().data
    if before is None:
        return
    old = (before.fingerprint_train, before.fingerprint_test)
    if old != (facts.fingerprint_train, facts.fingerprint_test):
        raise ExplorerError(
            f"The images of {facts.name} have changed since {run.name} was trained on them "
            f"({before.n_train:,} training images then, {facts.n_train:,} now).",
            "Put the old ones back to go on with it, or start a new run with the new ones.",
        )


def check_same_model(state: State, model: VAE) -> None:
    """Raise ExplorerError where a checkpoint's weights are not those of such a model."""
    shapes = {f"model.{name}": value.shape for name, value in model.state_dict().items()}
    if shapes != {name: value.shape for name, value in state.tensors.items() if name.startswith("model.")}:
        raise another_model()


def send_config(config: TrainConfig, reading: int, group: ProcessGroup) -> None:
    """Broadcast the config, and the way in which a folder is read."""
    group.broadcast_bytes(json.dumps(asdict(config)).encode())
    group.broadcast_integers([reading])


def send_start(facts: DataFacts, content: bytes | None, reset_patience: bool, group: ProcessGroup) -> None:
    """Broadcast the checkpoint to start from, and the fingerprint of the data."""
    group.broadcast_bytes(facts.fingerprint_train.encode())
    group.broadcast_bytes(content)
    group.broadcast_integers([int(reset_patience)])


def train_share(group: ProcessGroup) -> None:
    """Train as a process other than rank 0: its share of each batch, writing nothing."""
    config = config_from_json(json.loads(group.broadcast_bytes(None)))
    (reading,) = group.broadcast_integers([0])
    setup = set_up(config, reading, group.size)
    if group.broadcast_bytes(None).decode() != setup.facts.fingerprint_train:
        raise ExplorerError(
            f"The images of {setup.facts.name} are not the same on all machines.", "Copy them from the first one."
        )
    content = group.broadcast_bytes(None)
    (reset_patience,) = group.broadcast_integers([0])
    hooks = Hooks(lambda _: None, lambda *_: None, never)
    trainer = trainer_of(setup, hooks, group, None)
    if content:
        start_from(trainer, unpacked(content, "this training"), bool(reset_patience))
    with exhaustion_reported():
        trainer.run()
