"""TensorBoard event files: scalars and pictures of each epoch, none twice after a resume."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.training.tensorboard import check_tensorboard
from explorer.training.train_run import resume_run, train_new
from tests.helpers import tiny_config


def test_events_hold_scalars_and_pictures(runs_root: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = train_new(tiny_config(epochs=2, tensorboard=True, validation=50), None, lambda _: None, lambda: False)
    resume_run(run, lambda _: None, lambda: False, 3)
    events = EventAccumulator(str(run.path))
    events.Reload()
    assert {"minus-elbo/test", "kl/train", "active-units"} <= set(events.Tags()["scalars"])
    assert [event.step for event in events.Scalars("minus-elbo/test")] == [1, 2, 3]
    assert events.Scalars("minus-elbo/test")[-1].value == pytest.approx(-(run.status().test_elbo_nats or 0))
    assert {"minus-elbo/validation", "kl/validation"} <= set(events.Tags()["scalars"])
    validation = events.Scalars("minus-elbo/validation")[-1].value
    assert validation == pytest.approx(-(run.status().validation_elbo_nats or 0))
    assert set(events.Tags()["images"]) == {"epoch", "manifold"}


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    check_tensorboard(False)
    with pytest.raises(ExplorerError, match=r"tensorboard is not installed\. Run: pip install tensorboard"):
        check_tensorboard(True)
