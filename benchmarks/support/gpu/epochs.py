"""Seconds an epoch: the product's loop in all its ways, and the usual loop on the same card."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.backends import cudnn

from explorer.training import TrainConfig
from explorer.training.hooks import Hooks, never
from explorer.training.trainer import Trainer
from models import VAE, model_spec
from support.gpu.common import NEEDS_CUDA, SIDE, TIME_UP, Clock, Result, images, peak_mb, sizes_for
from support.usual_loop import UsualVAE, usual_epoch

MODELS: dict[str, dict[str, Any]] = {"vae": {"latent": 20, "hidden": (400,)}, "conv-vae": {"latent": 20}}
BATCHES = (128, 1024)
WORKERS = (1, 4)  # of the usual loop's DataLoader; pytorch's own examples have 1


def epochs_vae(device: torch.device, budget_s: float) -> Result:
    """784-400-20 in every way."""
    return every_way("vae", device, budget_s)


def epochs_conv(device: torch.device, budget_s: float) -> Result:
    """The convolutional VAE in every way, and with products rounded to TF32 and summed in any order, as cuDNN likes."""
    clock = Clock(device, budget_s)
    found = every_way("conv-vae", device, 0.8 * budget_s)
    if device.type != "cuda":
        return found | {"tf32": NEEDS_CUDA}
    if clock.over:
        return found | {"tf32": TIME_UP}
    cudnn.allow_tf32, cudnn.deterministic = True, False
    return found | {"tf32": one_way("conv-vae", device, BATCHES[-1], graph=True, amp=False)}


def every_way(model: str, device: torch.device, budget_s: float) -> Result:
    """An epoch of so many images, with and without a graph, in float32 and bfloat16, by size of the batch."""
    clock = Clock(device, budget_s)
    found: Result = {"images": sizes_for(device).epoch}
    for amp, graph, batch in product((False, True), (True, False), BATCHES):
        name = f"{batch} {'graph' if graph else 'eager'} {'bfloat16' if amp else 'float32'}"
        if device.type != "cuda" and (amp or graph):
            found[name] = NEEDS_CUDA
        elif clock.over:
            found[name] = TIME_UP
        else:
            found[name] = one_way(model, device, batch, graph, amp)
    return found


def fresh_model(name: str, device: torch.device) -> VAE:
    """One of ``MODELS``, with the same initial weights on every device."""
    torch.manual_seed(0)
    return model_spec(name).build({"shape": (1, SIDE, SIDE), **MODELS[name]}).to(device)


def one_way(name: str, device: torch.device, batch: int, graph: bool, amp: bool) -> Result:
    """Seconds of the fastest epoch; the test split is one image, so that training alone is timed."""
    sizes = sizes_for(device)
    config = TrainConfig("mnist", name, epochs=sizes.epochs, batch_size=batch, amp=amp, **MODELS[name])
    model = fresh_model(name, device)
    pixels, seconds = images(sizes.epoch), list[float]()
    peak_mb(device)
    hooks = Hooks(lambda tick: seconds.append(clock.seconds), lambda *_: None, never)
    trainer = Trainer(model, pixels, pixels[:1], config, hooks)
    if not graph:
        trainer.take_step, trainer.way = trainer.step, "eager"
    clock = Clock(device)
    trainer.run()
    best = float(np.diff([0.0, *seconds]).min())
    return {
        "way": trainer.way,
        "seconds": round(best, 4),
        "images_per_s": round(len(pixels) / best),
        "peak_mb": peak_mb(device),
    }


class Pictures(torch.utils.data.Dataset[tuple[torch.Tensor, int]]):
    """Pixels as torchvision's data sets give them: PIL pictures, each turned into a tensor by itself."""

    def __init__(self, n: int) -> None:
        self.pixels = images(n)

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        picture = Image.fromarray(self.pixels[i, 0])
        return torch.from_numpy(np.array(picture, copy=True))[None].float().div(255), 0  # as ToTensor does


def usual(device: torch.device, budget_s: float) -> Result:
    """An epoch of 784-400-20 by the loop of the common examples, at the smaller batch."""
    clock, data = Clock(device, budget_s), Pictures(sizes_for(device).epoch)
    found: Result = {"images": len(data), "batch": BATCHES[0]}
    for workers in WORKERS:
        if clock.over:
            found[f"{workers} workers"] = TIME_UP
            continue
        torch.manual_seed(0)
        model, loader = UsualVAE().to(device), loader_of(data, workers, device)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        usual_epoch(model, optimizer, first_batches(loader), device.type)  # warms the device up
        began = clock.seconds
        loss = usual_epoch(model, optimizer, loader, device.type)
        found[f"{workers} workers"] = {"seconds": round(clock.seconds - began, 3), "loss": round(loss / len(data), 2)}
    return found


def loader_of(data: Pictures, workers: int, device: torch.device) -> torch.utils.data.DataLoader[Any]:
    """Shuffled batches, as pytorch's example of a VAE loads them."""
    return torch.utils.data.DataLoader(
        data, BATCHES[0], shuffle=True, num_workers=workers, pin_memory=device.type == "cuda"
    )


def first_batches(loader: torch.utils.data.DataLoader[Any], n: int = 3) -> Iterator[Any]:
    """The first few."""
    return (batch for batch, _ in zip(loader, range(n), strict=False))
