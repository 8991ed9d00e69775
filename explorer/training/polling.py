"""When the training loop looks up from its steps: to tell how far it is, to save, to stop."""

from __future__ import annotations

import time
from dataclasses import dataclass

from explorer.training.distributed import ALONE, Team
from explorer.training.hooks import Hooks

ANSWERS = ("", "save", "stop", "pause")  # what the pace may ask for


@dataclass(frozen=True)
class Beat:
    """How often the loop looks up (progress, stop), and how often it saves within an epoch."""

    poll_s: float = 0.5
    save_s: float = 30.0


def asked_of(hooks: Hooks) -> str:
    """What is asked now, one of ``ANSWERS``."""
    if hooks.should_stop():
        return "stop"
    return "pause" if hooks.should_pause() else ""


class Pace:
    """Within one epoch: says about twice a second how far it is, and what to do.

    Processes that train together look up at the same step, the one that their leader named the last time.
    """

    def __init__(self, epoch: int, seen: int, n: int, hooks: Hooks, beat: Beat, team: Team = ALONE) -> None:
        self.epoch, self.first, self.n = epoch, seen, n
        self.hooks, self.beat, self.team = hooks, beat, team
        self.started = self.said = self.saved = time.monotonic()
        self.steps, self.meet_at = 0, 1

    def after_step(self, seen: int) -> str:
        """Called after every step with the images seen in this epoch; one of ``ANSWERS``."""
        self.steps += 1
        if self.team.size == 1:
            return self.look(seen)
        if self.steps < self.meet_at:
            return ""
        answer, stride = self.team.numbers_of_leader([ANSWERS.index(self.look(seen)), self.stride()])
        self.meet_at = self.steps + stride
        return ANSWERS[answer]

    def stride(self) -> int:
        """Steps in one poll's time, as fast as they went so far."""
        step_s = (time.monotonic() - self.started) / self.steps
        return max(1, int(self.beat.poll_s / max(step_s, 1e-6)))

    def look(self, seen: int) -> str:
        """Where it is time: tell, and see what is asked."""
        now = time.monotonic()
        if now - self.said < self.beat.poll_s:
            return ""
        self.said = now
        self.hooks.on_progress(self.epoch + seen / self.n, (seen - self.first) / max(now - self.started, 1e-9))
        if asked := asked_of(self.hooks):
            return asked
        if now - self.saved < self.beat.save_s:
            return ""
        self.saved = now
        return "save"
