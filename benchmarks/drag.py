"""From the hand to the image: 121 moves in 2 seconds in a real browser, on the pad and on a slider.

Further cases are a model of 1,024 dimensions along its principal directions, and an imported model beside a native one
of the same network (left out where ../shared/foreign is not beside the checkout).

Prints one JSON object. The baseline, a stock ``st.slider`` with ``st.image``, is served and measured in the same run;
its wait is from the button's release, since nothing is shown before. Milliseconds run from the pointer's event to the
animation frame that shows the image decoded for it. With ``--transport`` one transport is measured alone, on
the shipped mnist-16d and a decoder of 64 x 64 colour pictures, behind a server as far away as ``--round-trip-ms`` says;
``exported`` is the page that ``export --html`` writes of both, opened from the disk without a network.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page
from support import command_line
from support.delaying_proxy import delayed
from support.drag_runs import FOREIGN, explorer, make_colour_run, make_imported_and_native, make_wide_run
from support.hand import LIVE, browser_page, drag_live, drag_stock, open_live
from support.serving import conditions, cpu_s, served

from explorer.base import PROJECT
from explorer.runs.tasks import environment, lower_priority
from tests.e2e.serving import Server

SUPPORT = Path(__file__).parent / "support"
VISITORS = 32
REPEATS = 3
SMALL_AND_COLOUR = ("mnist-16d", "colour-64")


def main() -> None:
    """Every scenario in turn."""
    parser = command_line(__doc__, "about 4 minutes")
    parser.add_argument("--further", action="store_true", help="only the further cases, in a minute")
    parser.add_argument("--transport", choices=("browser", "websocket", "exported"), help="only this one")
    parser.add_argument("--round-trip-ms", type=float, default=0, help="between browser and server, with --transport")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, result = Path(name), conditions()
        if options.transport:
            exported = options.transport == "exported"
            found = (
                exported_pages(folder) if exported else one_transport(folder, options.transport, options.round_trip_ms)
            )
            print(json.dumps(result | found, indent=2))
            return
        if not options.further:
            result |= first_cases(folder)
        result |= further_cases(folder)
    print(json.dumps(result, indent=2))


def one_transport(folder: Path, transport: str, round_trip_ms: float) -> dict[str, Any]:
    """The pad and a slider beside it, of a small decoder and of one in colour."""
    make_colour_run(folder)
    result: dict[str, Any] = {"round_trip_ms": round_trip_ms}
    with (
        served(folder, ("app.py",)) as server,
        delayed(server.port, round_trip_ms) as port,
        browser_page() as page,
    ):
        assert server.process
        process = psutil.Process(server.process.pid)
        for name in SMALL_AND_COLOUR:
            open_live(page, f"http://localhost:{port}/?model={name}&transport={transport}")
            page.wait_for_selector(f"{LIVE}[data-transport={transport}]")
            result[name] = pad_and_slider(page, process)
    return result


def exported_pages(folder: Path) -> dict[str, Any]:
    """The same of exported pages."""
    make_colour_run(folder)
    result: dict[str, Any] = {}
    with browser_page() as page:
        page.context.set_offline(True)
        for name in SMALL_AND_COLOUR:
            file = folder / f"{name}.html"
            explorer(folder, "export", name, "--html", str(file))
            open_live(page, file.as_uri())
            page.wait_for_selector(f"{LIVE}[data-transport=browser]")
            result[name] = pad_and_slider(page) | {"file_mb": round(file.stat().st_size / 1e6, 2)}
    return result


def pad_and_slider(page: Page, process: psutil.Process | None = None) -> dict[str, Any]:
    """Drags on the pad and on the third slider, and the processor time that the server spends on them."""
    pad, slider = page.locator(".pad"), page.locator(".slider-row .track").nth(2)
    before = 0.0 if process is None else cpu_s(process)
    found: dict[str, Any] = {"pad": median_of(lambda: drag_live(page, pad))}
    found["slider"] = median_of(lambda: drag_live(page, slider))
    return found if process is None else found | {"server_cpu_s_for_8_drags": round(cpu_s(process) - before, 2)}


def first_cases(folder: Path) -> dict[str, Any]:
    """The stock slider and the shipped models."""
    make_colour_run(folder)
    result: dict[str, Any] = {}
    stock = ("-m", "streamlit", "run", str(SUPPORT / "slider_page.py"))
    with served(folder, stock) as server, browser_page() as page:
        result["baseline"] = drag_stock(page, server.url)
    with served(folder, (str(SUPPORT / "serve_with_handles.py"), "mnist-16d", str(VISITORS - 1))) as server:
        result |= live_scenarios(server, folder)
    result["baseline_p95_over_ours"] = round(result["baseline"]["p95_ms"] / result["pad"]["p95_ms"], 1)
    return result


def further_cases(folder: Path) -> dict[str, Any]:
    """Many dimensions, and an imported model."""
    make_wide_run(folder)
    if FOREIGN.exists():
        make_imported_and_native(folder)
    with served(folder, ("app.py",)) as server, browser_page() as page:
        result = {"wide_1024": along_directions(page, server)}
        return result | (imported_beside_native(page, server) if FOREIGN.exists() else {})


def along_directions(page: Page, server: Server) -> dict[str, Any]:
    """A drag along a principal direction and one in the plane of the first two."""
    open_live(page, f"{server.url}/?model=wide-1024&transport=websocket")
    slider, pad = page.locator(".sliders.along .slider-row .track").first, page.locator(".pad")
    return {"slider": median_of(lambda: drag_live(page, slider)), "pad": median_of(lambda: drag_live(page, pad))}


def imported_beside_native(page: Page, server: Server) -> dict[str, Any]:
    """The pad of both, and how many times as long the imported one takes."""
    result: dict[str, Any] = {}
    for name in ("native-64", "imported-64"):
        open_live(page, f"{server.url}/?model={name}&transport=websocket")
        result[name] = median_of(lambda: drag_live(page, page.locator(".pad")))
    ratios = {key: result["imported-64"][key] / result["native-64"][key] for key in ("p50_ms", "p95_ms")}
    return result | {"imported_over_native": {key: round(ratio, 2) for key, ratio in ratios.items()}}


def live_scenarios(server: Server, folder: Path) -> dict[str, Any]:
    """What our own app does, alone, in colour, beside other visitors and beside a training."""
    result: dict[str, Any] = {}
    with browser_page() as page:
        open_live(page, f"{server.url}/?model=mnist-16d&transport=websocket")
        pad, slider = page.locator(".pad"), page.locator(".slider-row .track").first
        result["pad"] = median_of(lambda: drag_live(page, pad))
        result["slider"] = median_of(lambda: drag_live(page, slider))
        result["visitors_32"] = crowd(server, lambda: drag_live(page, pad))
        with training(folder):
            result["while_training"] = median_of(lambda: drag_live(page, pad))
        open_live(page, f"{server.url}/?model=colour-64&transport=websocket")
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
    before = cpu_s(process)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clients:
        time.sleep(2)  # until all are connected
        browser = measure()
        others = json.loads(clients.communicate()[0])
    spent_s = cpu_s(process) - before
    decodes = others["images"] + browser["images_per_s"] * 2
    return {
        **browser,
        "others": {key: value if key == "errors" else round(value, 1) for key, value in others.items()},
        "decodes_per_s": round(decodes / 10, 1),
        "server_cpu_ms_per_decode": round(1000 * spent_s / decodes, 2),
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


if __name__ == "__main__":
    main()
