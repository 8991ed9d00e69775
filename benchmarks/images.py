"""One's own images: from an upload to its reconstruction on screen, completions, a folder of images into a table.

Prints one JSON object. The baseline of the uploads, a stock ``st.file_uploader`` that opens each picture at full size,
is served and measured in the same run with the same files.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from support import command_line
from support.hand import browser_page
from support.photographs import SIZE, photographs
from support.serving import conditions, served
from support.upload_hand import OURS, STOCK, WARM_UP, upload_all

from explorer.base import PROJECT
from explorer.image_lab import folder_entries, reference_of, seen_in_chunks
from explorer.images import to_png
from explorer.inference import decode, latents_of, model_of
from explorer.maps.fits import kept_map
from explorer.runs import Run, find_run, load_run

MODEL = "mnist-16d"
UPLOADS = 24
BATCH = 4000
COMPLETIONS, CHAINS, STEPS = 5, 16, 200
STOCK_PAGE = ("-m", "streamlit", "run", str(PROJECT / "benchmarks" / "support" / "upload_stock_page.py"))


def main() -> None:
    """Every scenario in turn."""
    quick = arguments().quick
    run = find_run(MODEL)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = conditions()
        result["upload"] = uploads(folder, 2 if quick else UPLOADS)
        result["completion"] = completions(run, 1 if quick else COMPLETIONS)
        result["batch"] = batch(run, folder, 300 if quick else BATCH)
    print(json.dumps(result, indent=2))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__, "about 2 minutes")
    parser.add_argument("--quick", action="store_true", help="a few of each, to see that it works")
    return parser.parse_args()


def uploads(folder: Path, count: int) -> dict[str, Any]:
    """Our page and the stock one, each with the same photographs in the same order."""
    files = []
    for i, content in enumerate(photographs(count + WARM_UP)):
        files.append(folder / f"photograph-{i}.jpg")
        files[-1].write_bytes(content)
    with served(folder, STOCK_PAGE) as server, browser_page() as page:
        stock = upload_all(page, server.url, files, STOCK)
    with served(folder, ("app.py",)) as server, browser_page() as page:
        ours = upload_all(page, f"{server.url}/image?model={MODEL}", files, OURS)
    megabytes = float(np.mean([file.stat().st_size for file in files])) / 1e6
    return {
        "pixels": list(SIZE),
        "mean_mb": round(megabytes, 2),
        "ours": ours,
        "baseline": stock,
        "baseline_p95_over_ours": round(stock["p95_ms"] / ours["p95_ms"], 1),
    }


def completions(run: Run, count: int) -> dict[str, Any]:
    """The lower half of some images hidden, each completed by optimisation; seconds of the median and the slowest."""
    from explorer.image_lab.inpainting import complete

    model, pixels = model_of(load_run(run)), pictures(run, count + 1)
    mask = np.zeros(pixels.shape[2:], bool)
    mask[pixels.shape[2] // 2 :] = True
    times = []
    for image in pixels:
        started = time.perf_counter()
        complete(model, image, mask, CHAINS, STEPS)
        times.append(time.perf_counter() - started)
    return {
        "chains": CHAINS,
        "steps": STEPS,
        "n": count,
        "median_s": round(float(np.median(times[1:])), 2),
        "slowest_s": round(max(times[1:]), 2),
    }


def batch(run: Run, folder: Path, count: int) -> dict[str, Any]:
    """A folder of PNGs into rows in this process, and by the command, whose start counts."""
    place = folder / "pngs"
    place.mkdir()
    for i, image in enumerate(pictures(run, count)):
        (place / f"{i:05}.png").write_bytes(to_png(image))
    reference, entries = reference_of(load_run(run), kept_map(load_run(run), "tsne")), folder_entries(place)
    rows(reference, entries[:256])  # search indices, the first pass through the model
    started = time.perf_counter()
    assert rows(reference, entries) == count
    warm_s = time.perf_counter() - started
    return {
        "n": count,
        "images_per_s": round(count / warm_s),
        "command_images_per_s": round(count / command_s(place, folder)),
    }


def rows(reference: Any, entries: Any) -> int:
    """How many go through."""
    chunks = seen_in_chunks(reference, entries, lambda: False)
    return sum(one.row.error is None for chunk in chunks for one in chunk)


def command_s(place: Path, folder: Path) -> float:
    """Seconds of ``reconstruct --csv``, from its start to its end."""
    command = [sys.executable, "-m", "explorer", "reconstruct", MODEL, str(place), "--csv", str(folder / "out.csv")]
    environment = {**os.environ, "EXPLORER_RUNS": str(folder / "runs")}
    started = time.perf_counter()
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def pictures(run: Run, count: int) -> Any:
    """What the run's held-out means decode to, uint8 [N, C, H, W]: images as the model knows them, without its data."""
    return decode(load_run(run), latents_of(load_run(run)).mu[:count])


if __name__ == "__main__":
    main()
