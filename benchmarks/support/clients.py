"""Plain WebSocket clients that drag: each asks 60 times a second, one request in flight. A process of its own.

usage: clients.py URL SECONDS LATENT HANDLE...      prints one JSON object: images, p50_ms, p95_ms, errors
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time

import numpy as np
from websockets.asyncio.client import connect
from websockets.typing import Origin

RATE = 60


async def drag(url: str, handle: str, latent: int, end: float, latencies: list[float]) -> None:
    """One client until ``end`` (monotonic seconds); appends milliseconds from asking to the picture."""
    noise = np.random.default_rng(abs(hash(handle)) % 2**32)
    origin = "http" + url.removeprefix("ws").split("/live")[0]
    async with connect(f"{url}?handle={handle}", origin=Origin(origin)) as socket:
        seq = 0
        while time.monotonic() < end:
            started = time.monotonic()
            seq += 1
            z = noise.standard_normal(latent).astype("<f4")
            await socket.send(struct.pack("<I", seq) + z.tobytes())
            reply = await socket.recv(decode=False)
            assert struct.unpack_from("<I", reply)[0] == seq
            latencies.append((time.monotonic() - started) * 1000)
            await asyncio.sleep(max(0.0, 1 / RATE - (time.monotonic() - started)))


async def main() -> None:
    """All clients at once."""
    url, seconds, latent, handles = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    latencies: list[float] = []
    end = time.monotonic() + seconds
    results = await asyncio.gather(
        *(drag(url, handle, latent, end, latencies) for handle in handles), return_exceptions=True
    )
    errors = [repr(result) for result in results if result is not None]
    p50, p95 = np.percentile(latencies, [50, 95]) if latencies else (None, None)
    print(json.dumps({"images": len(latencies), "p50_ms": p50, "p95_ms": p95, "errors": errors}))


if __name__ == "__main__":
    asyncio.run(main())
