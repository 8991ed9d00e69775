"""What becomes of a file on its way to a model, and what that costs.

``python -m tests.corpus_opened MANIFEST`` opens those that a manifest lists and prints what became of each, as a
process of its own, whose memory is that of opening them.
"""

from __future__ import annotations

import json
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import psutil

from tests.corpus import GOOD
from tests.corpus_files import srgb
from tests.helpers import encoded, photo

UNITS_TO_MEASURE_AGAIN = 2


def became(content: bytes, name: str) -> str | dict[str, str]:
    """What became of a file on its way to a model: ``GOOD``, or the reason; of a zip's files, by name."""
    from explorer.base.errors import ExplorerError, Refusal
    from explorer.image_lab.preprocessing import preprocess
    from explorer.images.archives.zip_archive import is_zip, open_zip
    from explorer.images.image_io import open_image

    def outcome(content: bytes | Refusal, name: str) -> str:
        if isinstance(content, Refusal):
            return str(content)
        try:
            pixels = preprocess(open_image(content, name), (1, 28, 28), strokes=True).pixels
            assert pixels.shape == (1, 28, 28)
        except ExplorerError as error:
            return str(error)
        return GOOD

    if not (is_zip(content) and name.endswith(".zip")):
        return outcome(content, name)
    try:
        with open_zip(content, name) as archive:
            return {entry: outcome(inside, entry) for entry, inside in archive}
    except ExplorerError as error:
        return str(error)


def peak_bytes() -> int:
    """The most memory that this process has had so far."""
    status = Path("/proc/self/status")
    if status.exists():  # the other way counts what the parent had
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def seconds_of_a_unit() -> float:
    """CPU seconds that one unit of work takes now: zlib's to inflate 60 MB of noise in four bits."""
    packed = zlib.compress(np.random.default_rng(0).integers(0, 16, 6_000_000, dtype=np.uint8).tobytes(), 1)
    begun_s = time.process_time()
    for _ in range(10):
        zlib.decompress(packed)
    return time.process_time() - begun_s


def main(manifest: str) -> None:
    """Open each file of a manifest and print what became of it, one JSON object a line."""
    became(encoded(photo(size=(99, 99)), "JPEG", icc_profile=srgb()), "first.jpg")  # what is imported once counts not
    unit_s = seconds_of_a_unit()
    for path, name in json.loads(Path(manifest).read_text()):
        content = Path(path).read_bytes()
        before, begun_s = psutil.Process().memory_info().rss, time.process_time()
        outcome = became(content, name)
        work = (time.process_time() - begun_s) / unit_s
        if work > UNITS_TO_MEASURE_AGAIN:  # a core shared with others may have become slower meanwhile
            work *= unit_s / (unit_s := seconds_of_a_unit())
        more_bytes = peak_bytes() - before  # at least what this file took: the peak may be an earlier one's
        print(json.dumps({"outcome": outcome, "work": work, "more_bytes": more_bytes}))


if __name__ == "__main__":
    main(sys.argv[1])
