"""Seconds an epoch of MNIST: ours, the usual loop, and the floor (the matrix products alone). One JSON object.

Each part runs in a process of its own, so that each has its own peak of memory. MNIST must lie under EXPLORER_DATA.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psutil
import torch
from support import command_line
from support.usual_loop import UsualVAE, usual_epoch
from torch import Tensor, nn

from explorer.base import settings
from explorer.datasets import dataset_spec
from explorer.training import TrainConfig
from explorer.training.hooks import Hooks, Tick, never
from explorer.training.setup import set_up

BATCH = 128
N = 60_000
STEPS = -(-N // BATCH)
RECIPES: dict[str, dict[str, Any]] = {
    "vae": {"model": "vae", "latent": 20, "hidden": (400,)},
    "conv-vae": {"model": "conv-vae", "latent": 20},
}


def ours(recipe: str, device: str, epochs: int) -> dict[str, Any]:
    """Our loop; the test split is one image, so that training alone is timed."""
    from explorer.training.trainer import Trainer

    config = TrainConfig("mnist", epochs=epochs, batch_size=BATCH, device=device, **RECIPES[recipe])
    setup = set_up(config)
    began, seconds = time.perf_counter(), []

    def tick(_: Tick) -> None:
        nonlocal began
        seconds.append(time.perf_counter() - began)
        began = time.perf_counter()

    hooks = Hooks(tick, lambda *_: None, never)
    trainer = Trainer(setup.model, setup.train.pixels, setup.test.pixels[:1], config, hooks)
    began = time.perf_counter()
    trainer.run()
    return {"seconds": seconds, "way": trainer.way or "eager"}


def usual(recipe: str, device: str, epochs: int) -> dict[str, Any]:
    """The loop as it is usually written: DataLoader, PIL, ToTensor, ``item()`` at every step."""
    from torchvision import datasets, transforms

    data = datasets.MNIST(settings().data, train=True, transform=transforms.ToTensor())
    loader = torch.utils.data.DataLoader(data, batch_size=BATCH, shuffle=True)
    model = UsualVAE().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    seconds = []
    for _ in range(epochs):
        began = time.perf_counter()
        total = usual_epoch(model, optimizer, loader, device)
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds, "loss": total / N}


def floor(recipe: str, device: str, epochs: int) -> dict[str, Any]:
    """The products of weights with activations and gradients alone: nothing read, nothing drawn, nothing updated."""
    calls = dense_products(device) if recipe == "vae" else convolution_products(device)
    seconds = []
    for _ in range(epochs):
        began = time.perf_counter()
        for _ in range(STEPS):
            for call in calls:
                call()
        synchronise(device)
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds}


def dense_products(device: str) -> list[Callable[[], Any]]:
    """Forward, weight gradient and (but for the first layer) input gradient of each layer of 784-400-20."""
    calls: list[Callable[[], Any]] = []
    for i, (n_in, n_out) in enumerate(((784, 400), (400, 40), (20, 400), (400, 784))):
        x, w, g = (torch.randn(shape, device=device) for shape in ((BATCH, n_in), (n_out, n_in), (BATCH, n_out)))
        y, dw, dx = torch.empty_like(g), torch.empty_like(w), torch.empty_like(x)
        calls.append(partial(torch.mm, x, w.t(), out=y))
        calls.append(partial(torch.mm, g.t(), x, out=dw))
        if i:
            calls.append(partial(torch.mm, g, w, out=dx))
    return calls


def convolution_products(device: str) -> list[Callable[[], Any]]:
    """Forward and backward of each layer of conv-vae by itself, its input and its output's gradient given."""
    from models import MODELS

    model = MODELS["conv-vae"].build({"shape": (1, 28, 28), "latent": 20}).to(device)
    calls: list[Callable[[], Any]] = []
    first = True
    for network, x in ((model.encoder, torch.rand(BATCH, 1, 28, 28)), (model.decoder, torch.randn(BATCH, 20))):
        for layer in leaves(network):
            given = x.to(device)
            with torch.no_grad():
                x = layer(given).cpu()
            if list(layer.parameters()):
                calls.append(layer_products(layer, given.clone().requires_grad_(not first), x.to(device)))
                first = False
    return calls


def leaves(network: nn.Module) -> list[nn.Module]:
    """Layers in the order in which they are run."""
    return [module for module in network.modules() if not list(module.children())]


def layer_products(layer: nn.Module, x: Tensor, gradient: Tensor) -> Callable[[], Any]:
    """One layer's forward and backward."""
    wanted = [*layer.parameters(), *([x] if x.requires_grad else [])]
    return lambda: torch.autograd.grad(layer(x), wanted, gradient)


def synchronise(device: str) -> None:
    """Wait for the GPU."""
    if device == "cuda":
        torch.cuda.synchronize()


PARTS = {"ours": ours, "usual": usual, "floor": floor}


def part(name: str, recipe: str, device: str, epochs: int) -> dict[str, Any]:
    """One part, measured in this process."""
    measured = PARTS[name](recipe, device, epochs)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
    measured["peak_mb"] = peak_kb / (2**20 if sys.platform == "darwin" else 2**10)
    if device == "cuda":
        measured["peak_gpu_mb"] = torch.cuda.max_memory_allocated() / 2**20
    return measured


def apart(name: str, recipe: str, options: argparse.Namespace) -> dict[str, Any]:
    """One part in a process of its own."""
    arguments = ["--part", name, "--recipe", recipe, "--device", options.device, "--epochs", str(options.epochs)]
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """All parts, interleaved over ``rounds`` so that a busy moment falls on all of them; the best epoch counts."""
    names = [("ours", "vae"), ("floor", "vae"), ("usual", "vae"), ("ours", "conv-vae"), ("floor", "conv-vae")]
    found: dict[str, list[dict[str, Any]]] = {f"{name} {recipe}": [] for name, recipe in names}
    load = os.getloadavg()[0]
    for _ in range(options.rounds):
        for name, recipe in names:
            found[f"{name} {recipe}"].append(apart(name, recipe, options))
    best = {key: min(s for each in rows for s in each["seconds"]) for key, rows in found.items()}
    parts = {
        key: {
            "seconds_per_epoch": best[key],
            "median_seconds": statistics.median(s for each in rows for s in each["seconds"]),
            **{name: rows[-1][name] for name in ("peak_mb", "peak_gpu_mb", "way") if name in rows[-1]},
        }
        for key, rows in found.items()
    }
    return {
        "recipe": f"MNIST, batch {BATCH}, 784-400-20 and conv-vae (32, 64 channels, 256, 20)",
        "parts": parts,
        "ours_to_usual": best["ours vae"] / best["usual vae"],
        "ours_to_floor": best["ours vae"] / best["floor vae"],
        "conv_images_per_s": N / best["ours conv-vae"],
        "conv_ours_to_floor": best["ours conv-vae"] / best["floor conv-vae"],
        "goals": {"ours_to_usual": 0.02 if options.device == "cuda" else 0.28, "ours_to_floor": 1.35},
        "device": torch.cuda.get_device_name() if options.device == "cuda" else platform.processor() or "cpu",
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
        "load_before": load,
        "load_after": os.getloadavg()[0],
        "nice": psutil.Process().nice(),
        "torch": torch.__version__,
        "epochs": options.epochs,
        "rounds": options.rounds,
    }


def main() -> None:
    """The comparison, or with ``--part`` one part of it."""
    parser = command_line(__doc__, "about 6 minutes")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", help="that trains")
    parser.add_argument("--epochs", type=int, default=3, help="of each part in each round")
    parser.add_argument("--rounds", type=int, default=2, help="of all parts, taking turns")
    parser.add_argument("--part", choices=PARTS, help="measure this part alone, in this process")
    parser.add_argument("--recipe", choices=RECIPES, default="vae", help="the model of --part")
    options = parser.parse_args()
    if options.part is None and not dataset_spec("mnist").present():
        print(json.dumps({"skipped": f"MNIST is not in {settings().data}"}))
        return
    if options.part is None:
        print(json.dumps(compare(options), indent=2))
    else:
        print(json.dumps(part(options.part, options.recipe, options.device, options.epochs)))


if __name__ == "__main__":
    main()
