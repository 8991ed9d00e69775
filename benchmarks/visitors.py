"""200 visitors have the Explore page open and drag: what each costs the server to come, and what dragging costs it.

Prints one JSON object. A visitor is a plain client that does what a browser does: it opens a session, has the page
drawn, and fetches the page's modules and the decoder. While browsers decode, a drag asks nothing of the server, so the
clients are then silent; one real browser among them drags, and the server's processor time is taken meanwhile. The
baseline is the same drag decoded by the server, over the socket.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from support import command_line
from support.hand import browser_page, drag_live, open_live
from support.serving import conditions, cpu_s, served

SUPPORT = Path(__file__).parent / "support"
MODEL = "mnist-16d"
IDLE_S = 20.0


def main() -> None:
    """Open all, then drag."""
    parser = command_line(__doc__, "about 3 minutes")
    parser.add_argument("--visitors", type=int, default=200)
    options = parser.parse_args()
    result: dict[str, Any] = {**conditions(), "visitors": options.visitors}
    with tempfile.TemporaryDirectory() as name, served(Path(name), ("app.py",)) as server, browser_page() as page:
        assert server.process
        process = psutil.Process(server.process.pid)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        open_live(page, f"{server.url}/?model={MODEL}")
        page.wait_for_selector("[data-transport=browser]")
        decoder = next(url for url in asked if "/decoders/" in url)
        drag_live(page, page.locator(".pad"))  # to warm up
        memory, cpu = process.memory_info().rss, cpu_s(process)
        command = [sys.executable, str(SUPPORT / "page_visitors.py"), server.url, f"model={MODEL}", decoder,
                   str(options.visitors)]  # fmt: skip
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as visitors:
            assert visitors.stdout
            result["opening"] = json.loads(visitors.stdout.readline())
            result["opening"]["server_cpu_ms_a_visitor"] = round(1000 * (cpu_s(process) - cpu) / options.visitors, 1)
            grown = (process.memory_info().rss - memory) / options.visitors / 2**20
            result["opening"]["server_mb_a_visitor"] = round(grown, 2)
            result["idle"] = share_of_core(process, lambda: time.sleep(IDLE_S))
            for transport in ("browser", "websocket"):
                open_live(page, f"{server.url}/?model={MODEL}&transport={transport}")
                page.wait_for_selector(f"[data-transport={transport}]")
                drag_live(page, page.locator(".pad"))
                time.sleep(1)
                result[f"drag_{transport}"] = dragged(process, page)
            visitors.communicate("")
            assert visitors.returncode == 0
    print(json.dumps(result, indent=2))


def dragged(process: psutil.Process, page: Any) -> dict[str, Any]:
    """A drag of two seconds, with the server's processor time until the hand lets go."""
    found: dict[str, Any] = {}
    share = share_of_core(process, lambda: found.update(drag_live(page, page.locator(".pad"))))
    return found | {"server_share_of_a_core": share}


def share_of_core(process: psutil.Process, act: Any) -> float:
    """The processor time of the server while ``act`` runs, over the time that it takes."""
    cpu, began = cpu_s(process), time.monotonic()
    act()
    return round((cpu_s(process) - cpu) / (time.monotonic() - began), 3)


if __name__ == "__main__":
    main()
