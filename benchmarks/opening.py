"""One visitor drags while another opens ten other models: the wait from the hand to the image, alone and meanwhile.

Prints one JSON object. The wanted p95 meanwhile is 33 ms, two frames of a screen. Milliseconds run from the pointer's
event to the animation frame that shows the image decoded for it, as in ``drag.py``; the other visitor has a browser of
its own, and opens a model as soon as the one before shows its image. None of the ten was opened before; the second
time, when the server has them all, tells what the other browser and its pages cost without the models.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from support import command_line
from support.hand import browser_page, drag_times, open_live, percentiles_of
from support.serving import conditions, served

from explorer.base import PROJECT
from explorer.runs.tasks import environment
from tests.e2e.serving import Server

OPENER = Path(__file__).parent / "support" / "opener.py"
DRAGGED, OPENED = "mnist-16d", 10
SHIPPED = (
    "mnist-2d",
    "digits-2d",
    "emoji-32d",
    "mnist-ae-2d",
    "mnist-cvae-8d",
    "mnist-inpaint",
    "mnist-m2",
    "shapes-tcvae-10d",
)
WANTED_P95_MS = 33
ALONE = 5  # drags of two seconds


def main() -> None:
    """Drag alone, then beside the other visitor."""
    command_line(__doc__, "about 2 minutes").parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = make_models(folder / "runs")
        result = conditions()
        with served(folder, ("app.py",)) as server, browser_page() as page:
            open_live(page, f"{server.url}/?model={DRAGGED}")
            pad = page.locator(".pad")
            drag_times(page, pad)  # to warm up
            result["alone"] = percentiles_of([ms for _ in range(ALONE) for ms in drag_times(page, pad)])
            for what in ("while_another_opens", "while_another_opens_them_again"):
                result[what] = meanwhile(server, names, lambda: drag_times(page, pad))
    result["wanted_p95_ms"] = WANTED_P95_MS
    print(json.dumps(result, indent=2))


def make_models(runs: Path) -> list[str]:
    """Names of models that no visitor has opened: the shipped ones, and others trained for one epoch in ``runs``."""
    runs.mkdir()
    made = [f"digits-{seed}" for seed in range(OPENED - len(SHIPPED))]
    for seed, name in enumerate(made):
        command = [sys.executable, "-m", "explorer", "train", "--dataset", "digits", "--epochs", "1",
                   "--seed", str(seed), "--out", name]  # fmt: skip
        variables = {**environment(), "EXPLORER_RUNS": str(runs)}
        subprocess.run(command, cwd=PROJECT, env=variables, check=True, capture_output=True)
    return [*SHIPPED, *made]


def meanwhile(server: Server, names: list[str], drag: Any) -> dict[str, Any]:
    """The waits of all drags until the other visitor has opened every model, and how long each took to open."""
    times: list[float] = []
    command = [sys.executable, str(OPENER), server.url, *names]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as opener:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "begins\n"
        while opener.poll() is None:
            times += drag()
        opened = json.loads(opener.stdout.read())
    return {**percentiles_of(times), "opened_s": opened}


if __name__ == "__main__":
    main()
