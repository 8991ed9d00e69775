"""One sitting of a training: from data, model and resume state to the files that it leaves in its run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from explorer.base import ExplorerError, device_title, sha256_of
from explorer.inference import compute_latents
from explorer.runs import (
    CONTROL,
    WEIGHTS,
    DataFacts,
    ModelFacts,
    Run,
    Status,
    control_word,
    load_model,
    packages,
    stop_requested,
)
from explorer.training.checkpoint import read_state, unpacked
from explorer.training.config import TrainConfig, config_from_json
from explorer.training.distributed import ALONE, Team
from explorer.training.hooks import Hooks, never
from explorer.training.labels import kept_labels
from explorer.training.run_writer import Board, Progress, Recorder, bring_back
from explorer.training.setup import Prepared, prepare
from explorer.training.tensorboard import Events

if TYPE_CHECKING:
    from explorer.training.polling import Beat
    from explorer.training.state import State
    from explorer.training.trainer import Trainer


@dataclass
class Session:
    """The leader's sitting; ``follow`` is what other processes of the same training do.

    ``should_stop`` tells of signals, besides the ``control`` file; ``patience_anew`` forgets epochs that brought
    nothing better.
    """

    run: Run
    config: TrainConfig
    report: Progress
    should_stop: Callable[[], bool]
    beat: Beat | None = None
    team: Team = ALONE
    patience_anew: bool = False

    def go_on(self) -> None:
        """Read the data and what there is to go on from, then train."""
        send_config(self.config, self.team)
        board = Board(self.run, replace(self.run.status(), state="running", error="", hint=""), self.report)
        board.write(stage=f"reading {self.config.dataset}")
        with board.beating():
            prepared = prepare(self.config)
            content = read_state(self.run.path)
        if content is not None:
            check_same_data(self.run, prepared.facts)
        self.train(prepared, content)

    def train(self, prepared: Prepared, content: bytes | None = None) -> None:
        """Train from the resume state ``content``, None from the beginning, and write the run."""
        from models import model_spec, options_of

        state = None if content is None else unpacked(content, self.run.name)
        send_start(prepared.facts, content, self.patience_anew, self.team)
        bring_back(self.run, state.at.epoch if state else 0)
        name = self.config.model
        model = ModelFacts(name, options_of(prepared.model), model_spec(name).variational)
        self.run.write_config(replace(self.run.config(), model=model, data=prepared.facts, packages=packages()))
        board = Board(self.run, first_status(self.run, self.config, state), self.report)
        board.write()
        with board.beating():
            ended = self.loop(board, prepared, state)
            if ended != "paused":
                self.keep_latents(board, prepared)
        (self.run.path / CONTROL).unlink(missing_ok=True)
        board.close(ended)

    def loop(self, board: Board, prepared: Prepared, state: State | None) -> str:
        """Run the training; how it ended."""
        epoch = state.at.epoch if state else 0
        events = Events(self.run.path, epoch) if self.config.tensorboard else None
        recorder = Recorder(board, self.config, prepared.model, prepared.test, events)
        hooks = Hooks(
            on_tick=recorder.tick,
            on_progress=recorder.progress,
            should_stop=lambda: self.should_stop() or stop_requested(self.run),
            should_pause=lambda: control_word(self.run) == "pause",
            on_save=recorder.save,
        )
        trainer = trainer_of(prepared, self.config, hooks, self.team, self.beat)
        if state is not None:
            start_from(trainer, state, self.patience_anew)
        title = device_title(trainer.generator.device)
        processes = f"{self.team.size} processes" if self.team.size > 1 else ""
        board.write(device=", ".join(filter(None, (title, processes, trainer.way))))
        try:
            return trainer.run()
        finally:
            if events is not None:
                events.close()

    def keep_latents(self, board: Board, prepared: Prepared) -> None:
        """Encode the test split with the weights that are kept."""
        board.write(stage="encoding the test images")
        device = next(prepared.model.parameters()).device
        model = load_model(self.run, device) if self.config.patience else prepared.model.eval()
        compute_latents(self.run, "test", prepared.test, model)


def first_status(run: Run, config: TrainConfig, state: State | None) -> Status:
    """The status that a sitting begins with: what was reached before stays in it."""
    before = run.status()
    at = state.at if state else None
    return Status(
        "running",
        stage="training",
        epoch=at.epoch if at else 0,
        progress=min(1.0, at.epoch / config.epochs) if at else 0.0,
        weights_sha256=sha256_of(run.path / WEIGHTS) if at and run.has_weights else "",
        test_elbo_nats=before.test_elbo_nats if at else None,
        best_epoch=at.best_epoch if at else None,
    )


def trainer_of(prepared: Prepared, config: TrainConfig, hooks: Hooks, team: Team, beat: Beat | None) -> Trainer:
    """A trainer for what is prepared."""
    from explorer.training.polling import Beat
    from explorer.training.trainer import Trainer

    prepared.model.train()
    pixels = prepared.train.pixels, prepared.test.pixels
    labels = kept_labels(prepared.train.labels, config), prepared.test.labels
    return Trainer(prepared.model, *pixels, config, hooks, team, beat or Beat(), labels)


def start_from(trainer: Trainer, state: State, patience_anew: bool) -> None:
    """Bring a trainer to where ``state`` was taken."""
    trainer.load(state)
    if patience_anew:
        trainer.at.since_best = 0


def check_same_data(run: Run, facts: DataFacts) -> None:
    """Raise ExplorerError where the data is not what the run has been trained with."""
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


def send_config(config: TrainConfig, team: Team) -> None:
    """Tell the other processes what is trained."""
    team.bytes_of_leader(json.dumps(asdict(config)).encode())


def send_start(facts: DataFacts, content: bytes | None, patience_anew: bool, team: Team) -> None:
    """Tell the other processes where to start, and of which data."""
    team.bytes_of_leader(facts.fingerprint_train.encode())
    team.bytes_of_leader(content)
    team.numbers_of_leader([int(patience_anew)])


def follow(team: Team) -> None:
    """What every process but the leader does: train its share, and write nothing."""
    config = config_from_json(json.loads(team.bytes_of_leader(None)))
    prepared = prepare(config)
    if team.bytes_of_leader(None).decode() != prepared.facts.fingerprint_train:
        raise ExplorerError(
            f"The images of {prepared.facts.name} are not the same on all machines.", "Copy them from the first one."
        )
    content = team.bytes_of_leader(None)
    (patience_anew,) = team.numbers_of_leader([0])
    hooks = Hooks(lambda _: None, lambda *_: None, never)
    trainer = trainer_of(prepared, config, hooks, team, None)
    if content:
        start_from(trainer, unpacked(content, "this training"), bool(patience_anew))
    trainer.run()
