"""From the hand to the image: 121 moves in 2 seconds in a real browser, on the pad and on a slider.

Prints one JSON object. The baseline, a stock ``st.slider`` with ``st.image``, is served and measured in the same run;
its wait is from the button's release, since nothing is shown before. Milliseconds run from the pointer's event to the
animation frame that shows the image decoded for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image
from support import command_line
from support.hand import browser_page, drag_live, drag_stock, open_live
from support.serving import conditions, served

from explorer.base import PROJECT
from explorer.runs.tasks import environment, lower_priority
from tests.e2e.serving import Server

SUPPORT = Path(__file__).parent / "support"
VISITORS = 32
REPEATS = 3


def main() -> None:
    """Every scenario in turn."""
    command_line(__doc__, "about 3 minutes").parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_colour_run(folder)
        result = conditions()
        stock = ("-m", "streamlit", "run", str(SUPPORT / "slider_page.py"))
        with served(folder, stock) as server, browser_page() as page:
            result["baseline"] = drag_stock(page, server.url)
        with served(folder, (str(SUPPORT / "serve_with_handles.py"), "mnist-16d", str(VISITORS - 1))) as server:
            result |= live_scenarios(server, folder)
        result["baseline_p95_over_ours"] = round(result["baseline"]["p95_ms"] / result["pad"]["p95_ms"], 1)
    print(json.dumps(result, indent=2))


def live_scenarios(server: Server, folder: Path) -> dict[str, Any]:
    """What our own app does, alone, in colour, beside other visitors and beside a training."""
    result: dict[str, Any] = {}
    with browser_page() as page:
        open_live(page, f"{server.url}/?model=mnist-16d")
        pad, slider = page.locator(".pad"), page.locator(".slider-row .track").first
        result["pad"] = median_of(lambda: drag_live(page, pad))
        result["slider"] = median_of(lambda: drag_live(page, slider))
        result["visitors_32"] = crowd(server, lambda: drag_live(page, pad))
        with training(folder):
            result["while_training"] = median_of(lambda: drag_live(page, pad))
        open_live(page, f"{server.url}/?model=colour-64")
        result["colour_64"] = median_of(lambda: drag_live(page, page.locator(".pad")))
    return result


def median_of(measure: Any) -> dict[str, Any]:
    """The run with the median p95 of a few, after one to warm up."""
    measure()
    runs = sorted((measure() for _ in range(REPEATS)), key=lambda run: run["p95_ms"])
    middle: dict[str, Any] = runs[REPEATS // 2]
    return middle


def crowd(server: Server, measure: Any) -> dict[str, Any]:
    """One browser and 31 plain clients at once; the server's processor time for each image."""
    handles = json.loads(next(line for line in server.log().splitlines() if line.startswith("[")))
    url = server.url.replace("http", "ws") + "/live-decoder"
    command = [sys.executable, str(SUPPORT / "clients.py"), url, "10", "16", *handles]
    assert server.process
    process = psutil.Process(server.process.pid)
    before = sum(process.cpu_times()[:2])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clients:
        time.sleep(2)  # until all are connected
        browser = measure()
        others = json.loads(clients.communicate()[0])
    cpu_s = sum(process.cpu_times()[:2]) - before
    decodes = others["images"] + browser["images_per_s"] * 2
    return {
        **browser,
        "others": {key: value if key == "errors" else round(value, 1) for key, value in others.items()},
        "decodes_per_s": round(decodes / 10, 1),
        "server_cpu_ms_per_decode": round(1000 * cpu_s / decodes, 2),
    }


@contextmanager
def training(folder: Path) -> Iterator[None]:
    """A training process beside, in the environment and at the priority that the app gives it."""
    variables = {**environment(), "EXPLORER_RUNS": str(folder / "runs")}
    command = [sys.executable, "-m", "explorer", "train", "--dataset", "digits", "--side", "28", "--epochs", "100000"]
    with (folder / "training.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=variables, stdout=log, stderr=log)
    lower_priority(process.pid)
    try:
        time.sleep(8)  # until its steps run
        assert process.poll() is None, (folder / "training.log").read_text()
        yield
    finally:
        process.terminate()
        process.wait(30)


def make_colour_run(folder: Path) -> None:
    """A conv-vae of 64 x 64 colour pictures, trained for one epoch: its speed does not depend on what it learned."""
    pictures = folder / "pictures"
    pictures.mkdir()
    noise = np.random.default_rng(0)
    for i in range(40):
        small = noise.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(small).resize((64, 64)).save(pictures / f"{i}.png")
    command = [sys.executable, "-m", "explorer", "train", "--dataset", f"folder:{pictures}", "--model", "conv-vae",
               "--side", "64", "--latent", "16", "--epochs", "1", "--out", "colour-64"]  # fmt: skip
    environment = {**os.environ, "EXPLORER_RUNS": str(folder / "runs")}
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main()
