"""Ten minutes of visitors: no error, no growth, no socket left over.

Sixteen plain clients drag without pause; every half minute one more comes and leaves without a word, and one sends
rubbish. The server's resident memory is read every second; the first minute is its warm-up. Prints one
JSON object; exit 1 when something is off.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from support import command_line

from explorer.base import PROJECT
from tests.e2e.serving import Server

SUPPORT = PROJECT / "benchmarks" / "support"
CLIENTS = 16
WARM_UP_S = 60.0
GROWTH_LIMIT = 0.03


def main() -> int:
    """Run the soak and print what was seen."""
    seconds = 60 * arguments().minutes
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name), (str(SUPPORT / "serve_with_handles.py"), "mnist-16d", str(CLIENTS)))
        server.start()
        try:
            result = soak(server, seconds)
        finally:
            server.stop()
    print(json.dumps(result, indent=2))
    return 0 if result["passed"] else 1


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__, "as many minutes as are asked for")
    parser.add_argument("minutes", type=float, nargs="?", default=10, help="how long the clients drag")
    return parser.parse_args()


def soak(server: Server, seconds: float) -> dict[str, Any]:
    """Clients for ``seconds``, and the server's memory meanwhile."""
    assert server.process
    process = psutil.Process(server.process.pid)
    handles = json.loads(next(line for line in server.log().splitlines() if line.startswith("[")))
    url = server.url.replace("http", "ws") + "/live-decoder"
    command = [sys.executable, str(SUPPORT / "clients.py"), url, str(seconds), "16", *handles]
    memory: list[tuple[float, float]] = []
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clients:
        while clients.poll() is None:
            elapsed = time.monotonic() - started
            memory.append((elapsed, process.memory_info().rss / 2**20))
            if int(elapsed) % 30 == 15:
                misbehave(server.port, handles[0])
            time.sleep(1)
        assert clients.stdout
        images = json.loads(clients.stdout.read())
    left = sockets_left(process)
    return verdict(memory, images, left, server.log())


def misbehave(port: int, handle: str) -> None:
    """A handshake that is dropped at once, and one that is followed by rubbish."""
    for rubbish in (b"", b"\x82\x85abcdefghi"):
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(
                f"GET /live-decoder?handle={handle} HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}"
                "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            if rubbish:
                raw.recv(200)
                raw.sendall(rubbish)


def sockets_left(process: psutil.Process) -> int:
    """Connections to clients that are still open a few seconds after all have gone."""
    deadline = time.monotonic() + 15
    while (left := len([c for c in process.net_connections() if c.status == "ESTABLISHED"])) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.5)
    return left


def verdict(memory: list[tuple[float, float]], images: dict[str, Any], left: int, log: str) -> dict[str, Any]:
    """The figures, and whether they hold."""
    after = np.array([mb for at, mb in memory if at > WARM_UP_S])
    tenth = max(1, len(after) // 10)
    first, last = float(np.median(after[:tenth])), float(np.median(after[-tenth:]))
    growth = last / first - 1
    return {
        "clients": CLIENTS,
        "minutes": round(memory[-1][0] / 60, 1),
        "images": images["images"],
        "p50_ms": round(images["p50_ms"], 1),
        "p95_ms": round(images["p95_ms"], 1),
        "errors": images["errors"],
        "memory_mb_after_warm_up": round(first, 1),
        "memory_mb_at_end": round(last, 1),
        "memory_growth": round(growth, 4),
        "sockets_left": left,
        "tracebacks": log.count("Traceback"),
        "passed": not images["errors"] and growth <= GROWTH_LIMIT and left == 0 and "Traceback" not in log,
    }


if __name__ == "__main__":
    sys.exit(main())
