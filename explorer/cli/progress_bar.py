"""How far a command is, on standard error."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Sequence
from typing import Any

from explorer.base import duration
from explorer.runs import Status
from explorer.runs.tasks import remaining_s


class ProgressLine:
    """A progress bar on standard error; it appears with the first progress, not before an error.

    As a context, which leaves the last state standing on a line of its own, also when an error or Ctrl-C ends it.
    """

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        if "bar" in vars(self):
            self.bar.close()

    @functools.cached_property
    def started(self) -> float:
        """When it first showed something, on the monotonic clock."""
        return time.monotonic()

    @functools.cached_property
    def bar(self) -> Any:
        """tqdm's bar."""
        from tqdm import tqdm

        return tqdm(total=1.0, file=sys.stderr, position=0, bar_format="{desc} {percentage:3.0f}%{postfix} |{bar}|")

    def say(self, sentence: str) -> None:
        """Say something on a line of its own, above the bar where there is one."""
        if "bar" in vars(self):
            self.bar.write(sentence, file=sys.stderr)
        else:
            print(sentence, file=sys.stderr)

    def share(self, done: float, what: str = "") -> None:
        """Show how much is done, from 0 to 1, and the time left at the speed so far."""
        left = remaining_s(done, time.monotonic() - self.started)
        self.show(done, what, [] if left is None else [f"{duration(left)} left"])

    def show(self, done: float, what: str, facts: Sequence[str]) -> None:
        """Draw the bar, and what else there is to say."""
        self.bar.set_description_str(what, refresh=False)
        self.bar.set_postfix_str(", ".join(facts), refresh=False)  # tqdm sets a comma before it
        self.bar.n = min(done, 1.0)
        self.bar.refresh()

    def status(self, status: Status) -> None:
        """Show a training's status."""
        facts = []
        if status.seconds_left is not None:
            facts.append(f"{duration(status.seconds_left)} left")
        if status.images_per_s is not None:
            facts.append(f"{status.images_per_s:,.0f} images/s")
        if status.validation_elbo_nats is not None:
            facts.append(f"validation ELBO {status.validation_elbo_nats:.2f} nats")
        if status.test_elbo_nats is not None:
            facts.append(f"test ELBO {status.test_elbo_nats:.2f} nats")
        self.show(status.progress, status.stage or status.state, facts)
