"""A batch that goes on in a thread of its own while its visitor, and all others, go on with theirs."""

from __future__ import annotations

import base64
import io
import itertools
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from explorer.base.languages import N_
from explorer.base.threads import threads_here
from explorer.image_lab.batch import Reference, Row, Seen, seen_in_chunks
from explorer.image_lab.batch_io import Uploads
from explorer.images import Pixels, shrink, to_picture
from explorer.runs.tasks import Note, ThreadTask, Turns, lower_priority

THUMBNAIL = 32  # pixels: the longest side in the table
PAUSE_S = 0.02  # between chunks, in which others have the interpreter
NUMBERS = itertools.count(1)
LIMIT_S = 600.0  # without a finished chunk, after which a batch counts as stuck
TURNS = Turns()  # one batch at a time, for all visitors; each gives way to the others after a chunk


@dataclass(frozen=True)
class Line:
    """A row of the table with its two pictures as addresses (data URIs); None where it was refused."""

    row: Row
    original: str | None
    decoded: str | None


class BatchWork(ThreadTask[None]):
    """Uploads that go through a model, begun at once; ``lines`` grow as they come. ``number`` identifies the batch.

    It ends early when its visitor has ``left``.
    """

    def __init__(self, reference: Reference, uploads: Uploads, left: Callable[[], bool] = lambda: False) -> None:
        self.number = next(NUMBERS)
        self.reference, self.uploads = reference, uploads
        self.lines: list[Line] = []
        super().__init__(self.through, N_("The batch"), TURNS, LIMIT_S, left)

    @property
    def stopped(self) -> bool:
        """Whether it was ended before all was done."""
        return not self.running and len(self.lines) < len(self.uploads)

    def through(self, note: Note) -> None:
        """All of it, chunk by chunk, at a low priority."""
        if sys.platform == "linux":  # where a thread has a priority of its own, and those that it starts inherit it
            lower_priority(threading.get_native_id())
        with threads_here(1):
            for chunk in seen_in_chunks(self.reference, self.uploads, self.unwanted, pictures=True):
                self.lines += [line_of(one) for one in chunk]
                note(len(self.lines) / len(self.uploads))
                self.cancelled.wait(PAUSE_S)
                TURNS.pass_on(self)


def line_of(seen: Seen) -> Line:
    """A row as the table shows it."""
    original, decoded = (None if pixels is None else thumbnail(pixels) for pixels in (seen.original, seen.decoded))
    return Line(seen.row, original, decoded)


def thumbnail(pixels: Pixels) -> str:
    """A small picture as an address; colour as JPEG, of which ten thousand must go to the browser."""
    picture, buffer = shrink(to_picture(pixels), THUMBNAIL), io.BytesIO()
    kind = "PNG" if pixels.shape[0] == 1 else "JPEG"
    picture.save(buffer, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
