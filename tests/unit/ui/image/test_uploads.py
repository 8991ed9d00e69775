"""Uploads of several files: what is kept of refused ones."""

from __future__ import annotations

import io
import random
import zipfile

import psutil
import pytest

from explorer.ui.image.uploads import Several, opened_files

N_FILES = 199
UNPACKED_BYTES = 5 * 2**20
PACKED_BYTES = 35_000


def zip_of_no_images() -> bytes:
    """About 7 MB that unpack to 1 GB, below the compression ratio that is refused unread."""
    source = random.Random(0)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(N_FILES):
            archive.writestr(f"{i}.png", source.randbytes(PACKED_BYTES) + bytes(UNPACKED_BYTES - PACKED_BYTES))
    return target.getvalue()


@pytest.mark.slow
def test_refused_files_leave_their_reasons_in_memory_and_nothing_else() -> None:
    content = zip_of_no_images()
    kept: list[Several] = [opened_files([("warm-up.png", b"no image")], lambda *_: None)]
    process = psutil.Process()
    before = process.memory_info().rss
    for _ in range(3):
        kept.append(opened_files([("mine.zip", content)], lambda *_: None))
        assert process.memory_info().rss - before <= 50 * 2**20
    assert [len(several.reasons) for several in kept] == [1, N_FILES, N_FILES, N_FILES]
    assert all(reason.message for several in kept for reason in several.reasons)
