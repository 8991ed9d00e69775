"""Tests and figures of a GPU: training, decoding, likelihood, encoding, repairs, maps. One JSON object for each part.

The core suffices: models/ and explorer/ without its pages, with torch, NumPy, SciPy, scikit-learn, safetensors, Pillow
and psutil. Each part runs in a process of its own, within its share of the seconds; one that fails or takes too long
says so, and the others go on. With --device cpu the parts are small: they show that all is in order, and no speed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
import traceback
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from support import command_line
from support.gpu.common import Part, Result
from support.gpu.epochs import epochs_conv, epochs_vae, iwae, usual
from support.gpu.goals import judged
from support.gpu.machine import machine, tests
from support.gpu.serving import decode, encode, likelihood, maps, repairs
from support.gpu.trust import curves, resume, two_processes

from explorer.base import ExplorerError, resolve_device, write_atomic
from explorer.base.threads import use_sane_threads

# In the order in which they run; each with its share of the time.
PARTS: dict[str, tuple[Part, float]] = {
    "machine": (machine, 1),
    "tests": (tests, 10),
    "epochs_vae": (epochs_vae, 4),
    "usual": (usual, 2),
    "epochs_conv": (epochs_conv, 5),
    "iwae": (iwae, 2),
    "curves": (curves, 3),
    "resume": (resume, 2),
    "decode": (decode, 2),
    "likelihood": (likelihood, 3),
    "encode": (encode, 2),
    "repairs": (repairs, 2),
    "maps": (maps, 2),
    "two_processes": (two_processes, 3),
}
LEAST = 0.02  # of the seconds, for each part, whatever those before it took
# A process may need so long beyond its share, to import torch and to find the GPU; a CPU may be busy with other work.
START_S = {"cuda": 90.0, "cpu": 240.0}


def main() -> None:
    """Run the parts one after another; print each, and write all so far into the file."""
    options = arguments()
    device = "cuda" if options.device == "auto" and has_cuda() else options.device.replace("auto", "cpu")
    left_s, shares, parts = options.seconds, sum(PARTS[name][1] for name in options.parts), Result()
    for name in options.parts:
        share, began = PARTS[name][1], time.monotonic()
        parts[name] = apart(name, device, max(left_s * share / shares, LEAST * options.seconds))
        left_s, shares = max(0.0, left_s - (time.monotonic() - began)), shares - share
        print(json.dumps({"part": name, **parts[name]}), flush=True)
        write(options.json, parts, device)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__, "5 minutes on one H100; with --device cpu --seconds 40 about a minute")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto: the GPU where one is")
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="takes all parts and the goals")
    parser.add_argument("--seconds", type=float, default=300.0, help="for all parts together")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help="these alone")
    return parser.parse_args()


def has_cuda() -> bool:
    """Whether torch can use a GPU."""
    import torch

    return torch.cuda.is_available()


@cache
def fresh_processes() -> Any:
    """Processes that know nothing of the GPU yet; where it can be, forked from one that has imported torch."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch"])
    return context


def apart(name: str, device: str, budget_s: float) -> Result:
    """A part in a process of its own, which is ended where it takes much longer than its seconds."""
    context = fresh_processes()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=measure, args=(name, device, budget_s, theirs))
    began = time.monotonic()
    process.start()
    theirs.close()
    limit_s = 1.5 * budget_s + START_S[device]
    found: Result = {"error": f"It was ended after {limit_s:.0f} s."}
    if ours.poll(limit_s):
        try:
            found = ours.recv()
        except EOFError:
            process.join()
            found = {"error": f"Its process ended with {process.exitcode}."}
    else:
        process.kill()
    process.join()
    return {**found, "took_s": round(time.monotonic() - began, 1)}


def measure(name: str, device: str, budget_s: float, answer: Connection) -> None:
    """Run one part in this process and send what it found, or a sentence that says what went wrong."""
    found: dict[str, Any]
    try:
        use_sane_threads()
        found = PARTS[name][0](resolve_device(device), budget_s)
    except ExplorerError as error:
        found = {"error": f"{error.message} {error.hint}"}
    except Exception as error:  # whatever it is, the other parts are to run
        where = traceback.format_exc().strip().splitlines()[-12:]
        found = {"error": f"{type(error).__name__}: {error}", "where": where}
    answer.send(found)
    answer.close()


def write(path: Path | None, parts: Result, device: str) -> None:
    """Write the parts so far, with the goals where a GPU was measured, so that a run that is cut off still tells."""
    if path is not None:
        found = {"parts": parts} | ({"goals": judged(parts)} if device == "cuda" else {})
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps(found, indent=2).encode())


if __name__ == "__main__":
    main()
