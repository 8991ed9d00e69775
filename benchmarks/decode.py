"""Decodes a second through the decode service, at 1, 32 and 256 requests at a time, against a plain loop over requests.

Prints one JSON object; the loop (one forward pass a request, on the same device) is measured in the same run.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from support import command_line

from explorer.base import device_title
from explorer.inference import decode_with, model_of
from explorer.inference.decoding import decode_service
from explorer.runs import find_run, load_run

SECONDS = 3.0
RUNS = ("mnist-2d", "mnist-16d")


def main() -> None:
    """Both ways, for each model and each number of requests at a time."""
    command_line(__doc__, "about a minute").parse_args()
    result: dict[str, Any] = {}
    for name in RUNS:
        model = model_of(load_run(find_run(name)))
        result["device"] = device_title(next(model.parameters()).device)
        draws = np.random.default_rng(0).standard_normal((256, model.config.latent)).astype(np.float32)

        def one_by_one(z: NDArray[np.float32], model: Any = model) -> None:
            for row in z:
                decode_with(model, row[None])

        def together(z: NDArray[np.float32], model: Any = model) -> None:
            for answer in [decode_service().submit(model, row) for row in z]:
                answer.result()

        result[name] = {
            f"batch_{n}": compare(measure(together, draws[:n]), measure(one_by_one, draws[:n])) for n in (1, 32, 256)
        }
    print(json.dumps(result, indent=2))


def measure(work: Callable[[NDArray[np.float32]], None], z: NDArray[np.float32]) -> dict[str, float]:
    """Decodes a second and the 95th percentile of the wait for all of ``z``, milliseconds."""
    work(z)
    waits: list[float] = []
    started = time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        before = time.perf_counter()
        work(z)
        waits.append((time.perf_counter() - before) * 1000)
    return {
        "decodes_per_s": round(len(z) * len(waits) / (time.perf_counter() - started)),
        "p95_ms": round(float(np.percentile(waits, 95)), 2),
    }


def compare(service: dict[str, float], loop: dict[str, float]) -> dict[str, Any]:
    """Both, and how many times faster the service is."""
    ratio = service["decodes_per_s"] / loop["decodes_per_s"]
    return {"service": service, "loop": loop, "service_over_loop": round(ratio, 2)}


if __name__ == "__main__":
    main()
