"""Seconds an epoch: the product's loop in all its ways, and the usual loop on the same card."""

from __future__ import annotations

import gc
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

MODELS: dict[str, dict[str, Any]] = {
    "vae": {"latent": 20, "hidden": (400,)},
    "conv-vae": {"latent": 20},
    "iwae": {"latent": 50, "hidden": (200, 200)},
}
BATCHES = (128, 1024)
WAYS = (("graph", False), ("graph", True), ("compiled", False), ("eager", False), ("eager", True))  # bfloat16 or not
# Burda et al. 2016, section 5: batches of 20, draws of z, and epochs in all (1 + 3 + ... + 3^7).
PAPER_BATCH, PAPER_DRAWS, PAPER_EPOCHS = 20, 50, 3280
WORKERS = (1, 4)  # of the usual loop's DataLoader; pytorch's own examples have 1


def epochs_vae(device: torch.device, budget_s: float) -> Result:
    """784-400-20 in every way."""
    return every_way("vae", device, budget_s)


def epochs_conv(device: torch.device, budget_s: float) -> Result:
    """The convolutional VAE in every way, and with products rounded to TF32 and summed in any order, as cuDNN likes."""
    clock, tf32 = Clock(device, budget_s), NEEDS_CUDA
    if device.type == "cuda":
        with cudnn.flags(enabled=True, allow_tf32=True, deterministic=False):
            tf32 = one_way("conv-vae", device, BATCHES[-1])
    return {"tf32": tf32, **every_way("conv-vae", device, budget_s - clock.seconds)}


def iwae(device: torch.device, budget_s: float) -> Result:
    """An epoch of the IWAE with 50 draws, and the minutes that the schedule of its paper would take."""
    clock, on_cuda = Clock(device, budget_s), device.type == "cuda"
    found: Result = {"draws": PAPER_DRAWS, "epochs_of_the_paper": PAPER_EPOCHS}
    ways = product(("graph", "compiled"), (PAPER_BATCH, BATCHES[0])) if on_cuda else [("eager", BATCHES[0])]
    for way, batch in ways:
        if clock.over:
            found[f"{batch} {way}"] = TIME_UP
            continue
        epoch = one_way("iwae", device, batch, way, samples=PAPER_DRAWS)
        found[f"{batch} {way}"] = epoch | {"minutes_for_all": round(PAPER_EPOCHS * epoch["seconds"] / 60, 1)}
    return found


def every_way(model: str, device: torch.device, budget_s: float) -> Result:
    """An epoch of so many images by a graph, a compiled graph and single steps, in float32 and bfloat16, by batch."""
    clock = Clock(device, budget_s)
    found: Result = {"images": sizes_for(device).epoch}
    for (way, amp), batch in product(WAYS, BATCHES):
        name = f"{batch} {way} {'bfloat16' if amp else 'float32'}"
        if device.type != "cuda" and (amp or way != "eager"):
            found[name] = NEEDS_CUDA
        elif clock.over:
            found[name] = TIME_UP
        else:
            found[name] = one_way(model, device, batch, way, amp)
    return found


def fresh_model(name: str, device: torch.device) -> VAE:
    """One of ``MODELS``, with the same initial weights on every device."""
    torch.manual_seed(0)
    return model_spec(name).build({"shape": (1, SIDE, SIDE), **MODELS[name]}).to(device)


def one_way(
    name: str, device: torch.device, batch: int, way: str = "graph", amp: bool = False, samples: int = 1
) -> Result:
    """Seconds of the fastest epoch; the test split is one image, so that training alone is timed."""
    sizes, chosen = sizes_for(device), MODELS[name]
    compiled = way == "compiled"
    config = TrainConfig(
        "mnist", name, epochs=sizes.epochs, batch_size=batch, amp=amp, compile=compiled, samples=samples, **chosen
    )
    model = fresh_model(name, device)
    pixels, seconds = images(sizes.epoch), list[float]()
    gc.collect()  # what the ways before this one left
    peak_mb(device)
    hooks = Hooks(lambda tick: seconds.append(clock.seconds), lambda *_: None, never)
    began = Clock(device)
    trainer = Trainer(model, pixels, pixels[:1], config, hooks)
    if way == "eager":
        trainer.take_step, trainer.way = trainer.step, "eager"
    starts_s, clock = began.seconds, Clock(device)
    trainer.run()
    best = float(np.diff([0.0, *seconds]).min())
    return {
        "way": trainer.way,
        "starts_s": round(starts_s, 2),
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
