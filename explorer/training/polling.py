"""When the training loop, between two steps, reports its progress, saves a checkpoint, or stops."""

from __future__ import annotations

import time
from dataclasses import dataclass

from explorer.training.distributed import SINGLE_PROCESS, ProcessGroup
from explorer.training.hooks import Hooks

REQUESTS = ("", "save", "stop", "pause")


@dataclass(frozen=True)
class PollIntervals:
    """Seconds between two polls (progress, stop, pause), and between two checkpoints within an epoch."""

    poll_s: float = 0.5
    save_s: float = 30.0


def requested(hooks: Hooks) -> str:
    """Whether to "stop" or to "pause" now; empty for neither."""
    if hooks.should_stop():
        return "stop"
    return "pause" if hooks.should_pause() else ""


class Poller:
    """Polls the hooks during one epoch, at most once each ``intervals.poll_s``.

    Processes that train together poll at the same step, which rank 0 chose at their last poll.

    Parameters
    ----------
    epoch : whole epochs done.
    seen : images of this epoch that were trained on before, where the training was resumed within it.
    n : training images.
    """

    def __init__(
        self,
        epoch: int,
        seen: int,
        n: int,
        hooks: Hooks,
        intervals: PollIntervals,
        group: ProcessGroup = SINGLE_PROCESS,
    ) -> None:
        self.epoch, self.first, self.n = epoch, seen, n
        self.hooks, self.intervals, self.group = hooks, intervals, group
        self.started = self.polled = self.saved = time.monotonic()
        self.steps, self.next_sync = 0, 1

    def after_step(self, seen: int) -> str:
        """What to do after a step, one of ``REQUESTS``; ``seen`` images of this epoch are done."""
        self.steps += 1
        if self.group.size == 1:
            return self.poll(seen)
        if self.steps < self.next_sync:
            return ""
        request, stride = self.group.broadcast_integers([REQUESTS.index(self.poll(seen)), self.stride()])
        self.next_sync = self.steps + stride
        return REQUESTS[request]

    def stride(self) -> int:
        """The number of steps in one poll interval, at the mean speed so far."""
        step_s = (time.monotonic() - self.started) / self.steps
        return max(1, int(self.intervals.poll_s / max(step_s, 1e-6)))

    def poll(self, seen: int) -> str:
        """Report progress and return the request, one of ``REQUESTS``, if the interval is over; empty otherwise."""
        now = time.monotonic()
        if now - self.polled < self.intervals.poll_s:
            return ""
        self.polled = now
        self.hooks.on_progress(self.epoch + seen / self.n, (seen - self.first) / max(now - self.started, 1e-9))
        if request := requested(self.hooks):
            return request
        if now - self.saved < self.intervals.save_s:
            return ""
        self.saved = now
        return "save"
