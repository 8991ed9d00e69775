"""A batch in a thread of its own: it ends, it stops, and one waits for the other."""

from __future__ import annotations

import base64
import io
import threading

import numpy as np
import pytest
from PIL import Image

from explorer.image_lab import batch as image_batch
from explorer.image_lab.batch import Reference, reference_of
from explorer.image_lab.batch_io import Uploads
from explorer.image_lab.batch_worker import TURNS, BatchWork, thumbnail
from explorer.images.image_io import to_png
from explorer.inference.latents import originals
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.runs.tasks.thread_task import ThreadTask
from tests.helpers import photo, wait_for


@pytest.fixture
def reference(trained: Run) -> Reference:
    """The run, without a map."""
    return reference_of(load_run(trained), None)


@pytest.fixture
def uploads(trained: Run) -> Uploads:
    """Forty good files and a bad one."""
    images = originals(load_run(trained))
    assert images is not None
    return Uploads([("bad.png", b"no"), *((f"{i}.png", to_png(images.pixels[i])) for i in range(40))])


def test_all_lines_come_with_their_pictures(reference: Reference, uploads: Uploads) -> None:
    work = BatchWork(reference, uploads)
    work.thread.join(60)
    assert not work.running
    assert not work.stopped
    assert [line.row.file for line in work.lines] == [name for name, _ in uploads]
    assert [line.original is None for line in work.lines] == [True] + [False] * 40
    assert work.seconds_left == 0
    wait_for(lambda: not TURNS.line)


def test_what_was_done_stays_when_it_is_stopped(
    reference: Reference, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_batch, "CHUNK", 4)
    work = BatchWork(reference, uploads)
    while not work.lines and work.running:
        work.thread.join(0.001)
    work.cancel()
    work.thread.join(60)
    assert work.stopped
    assert 4 <= len(work.lines) < len(uploads)


def test_one_waits_for_another_and_can_be_ended_meanwhile(reference: Reference, uploads: Uploads) -> None:
    over = threading.Event()
    other = ThreadTask(lambda note: over.wait(60), "Another batch", TURNS)
    work = BatchWork(reference, uploads)
    assert work.running
    assert work.started is None
    work.cancel()
    work.thread.join(60)
    assert other.running
    assert work.stopped
    assert not work.lines
    over.set()
    other.thread.join(60)


def test_a_batch_whose_visitor_left_ends_and_the_next_one_goes_through(
    reference: Reference, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_batch, "CHUNK", 4)
    gone = threading.Event()
    left = BatchWork(reference, Uploads([*uploads] * 50), gone.is_set)
    wait_for(lambda: bool(left.lines))
    gone.set()
    work = BatchWork(reference, uploads)
    work.thread.join(60)
    assert len(work.lines) == len(uploads)
    left.thread.join(60)
    assert left.stopped
    assert left.error is None


def test_a_small_batch_does_not_wait_for_a_large_one(
    reference: Reference, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_batch, "CHUNK", 4)
    large = BatchWork(reference, Uploads([*uploads] * 50))
    wait_for(lambda: bool(large.lines))
    small = BatchWork(reference, uploads)
    small.thread.join(60)
    assert len(small.lines) == len(uploads)
    assert large.running
    large.cancel()
    large.thread.join(60)


@pytest.mark.parametrize("channels", [1, 3])
def test_thumbnails_are_small_pictures(channels: int) -> None:
    pixels = np.asarray(photo(size=(96, 96))).transpose(2, 0, 1)[:channels].copy()
    head, content = thumbnail(pixels).split(",")
    assert head == f"data:image/{'png' if channels == 1 else 'jpeg'};base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert image.size == (32, 32)
        assert len(image.getbands()) == channels
