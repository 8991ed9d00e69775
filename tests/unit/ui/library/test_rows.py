"""The rows of the table of models: their order, what they say of each state, and which of them a search finds."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from explorer.runs.run import Run
from explorer.training.queue_place import Place, write_place
from explorer.training.run_writer import with_heartbeat
from explorer.ui.library.rows import Row, all_rows, found, row_of
from tests.imported_runs import decoder_alone, latents_run

pytestmark = pytest.mark.usefixtures("shipped_root")


def with_state(run: Run, state: str, **changes: Any) -> Row:
    """The row of the run in another state, by this very process."""
    run.write_status(with_heartbeat(replace(run.status(), state=state, **changes)))
    return row_of(run)


@pytest.mark.parametrize(
    ("state", "changes", "words"),
    [
        ("finished", {}, "Trained"),
        ("running", {"epoch": 1, "seconds_left": 41.0}, "Epoch 2/2, 41 s left"),
        ("running", {"epoch": 0, "seconds_left": None}, "Epoch 1/2"),
        ("paused", {"epoch": 1}, "Paused, epoch 1/2"),
        ("stopped", {"epoch": 1}, "Stopped, epoch 1/2"),
        ("failed", {"epoch": 0}, "Failed, epoch 0/2"),
    ],
)
def test_states(trained: Run, state: str, changes: dict[str, Any], words: str) -> None:
    row = with_state(trained, state, **changes)
    assert (row.state, row.active) == (words, state == "running")


def test_those_that_wait_have_a_number(trained: Run) -> None:
    other = Run(Path(shutil.copytree(trained.path, trained.path.with_name("other"))))
    for since, run in enumerate([other, trained]):
        write_place(run, Place(time.time() + since))
        run.write_status(replace(run.status(), state="queued"))
    assert {row.name: row.state for row in all_rows()} == {"other": "Waiting, number 1", "tiny": "Waiting, number 2"}


def test_a_row_says_what_the_run_is(trained: Run) -> None:
    row = row_of(trained)
    assert (row.data, row.model, row.latent, row.own, row.usable) == ("digits", "vae", 2, True, True)
    elbo_nats = trained.status().test_elbo_nats
    assert elbo_nats is not None
    assert row.minus_elbo_nats == -elbo_nats
    assert 0 < row.megabytes < 10
    assert row.picture is not None
    assert row.picture.endswith("/tiny")


def test_what_has_no_elbo_shows_none(runs_root: Path) -> None:
    rows = [row_of(decoder_alone("decoder")), row_of(latents_run("codes"))]
    assert [(row.state, row.minus_elbo_nats, row.imported) for row in rows] == [("Loaded", None, True)] * 2


def test_own_runs_come_first_and_the_newest_of_them(trained: Run, shipped_root: Path) -> None:
    shutil.copytree(trained.path, shipped_root / "shipped")
    for name, day in (("old", "2026-01-01"), ("new", "2026-03-01")):
        run = Run(Path(shutil.copytree(trained.path, trained.path.with_name(name))))
        run.write_config(replace(run.config(), created=f"{day}T00:00:00+00:00"))
    names = [row.name for row in all_rows()]
    assert names == ["tiny", "new", "old", "shipped"]


def test_a_damaged_run_says_so(trained: Run) -> None:
    (trained.path / "status.json").write_bytes(b"{")
    row = row_of(trained)
    assert row.state.startswith("It cannot be read: ")
    assert (row.usable, row.picture, row.own) == (False, None, True)


def test_search_takes_every_word(trained: Run) -> None:
    rows = all_rows()
    for text in ("", "TINY", "digits vae", " vae  tiny "):
        assert found(rows, text) == rows, text
    for text in ("mnist", "tiny mnist", "conv"):
        assert found(rows, text) == [], text
