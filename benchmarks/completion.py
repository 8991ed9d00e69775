"""The lower half of MNIST test digits hidden and completed, against what stands there and two simple guesses. One JSON.

The error is the mean squared one of the hidden pixels, in [0, 1]: of the completion of the lowest energy, of the one of
the 16 that is nearest to the truth (which only an oracle could choose), of the training images' mean, and of the
training image that is nearest by its visible pixels. Each is a mean over the digits with its standard error.
MNIST must lie under EXPLORER_DATA.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from support import command_line

from explorer.base import device_title
from explorer.datasets import Images, stratified
from explorer.image_lab.inpainting import CHAINS, MASK_PRESETS, STEPS, Mask
from explorer.image_lab.inpainting.search import optimise
from explorer.inference import model_of, originals
from explorer.runs import Run, find_run, load_run

if TYPE_CHECKING:
    from models.vae import VAE

HOLE = "Lower half"
Errors = dict[str, list[float]]


def main() -> None:
    """Complete, compare, print."""
    options = arguments()
    run = find_run(options.run)
    model, test, train = model_of(load_run(run)), images(run, "test"), images(run, "train")
    mask = MASK_PRESETS[HOLE](*test.shape[1:], np.random.default_rng(0))
    chosen = stratified(test.labels, len(test), options.images)
    errors, seconds = completed(model, test.pixels[chosen], mask)
    errors |= guessed(test.pixels[chosen], train.pixels, mask)
    print(json.dumps(result(run, model, errors, seconds), indent=2))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__, "about 2 minutes")
    parser.add_argument("--images", type=int, default=200, help="test digits, each class its share")
    parser.add_argument("--run", default="mnist-16d", help="a run trained on MNIST")
    return parser.parse_args()


def images(run: Run, split: str) -> Images:
    """A split of the run's data."""
    found = originals(load_run(run), "train" if split == "train" else "test")
    if found is None:
        sys.exit(f"The {split} split of {load_run(run).data.name} is not here: EXPLORER_DATA names its root.")
    return found


def completed(model: VAE, pixels: NDArray[np.uint8], mask: Mask) -> tuple[Errors, list[float]]:
    """Errors of the 16 chains' best by energy, by an oracle, and on average; and the seconds of each image."""
    errors: Errors = {"lowest_energy": [], f"oracle_best_of_{CHAINS}": [], f"average_of_{CHAINS}": []}
    seconds = []
    optimise(model, pixels[0], mask, steps=10)  # warm
    for i, image in enumerate(pixels):
        started = time.perf_counter()
        found = optimise(model, image, mask)
        seconds.append(time.perf_counter() - started)
        each = np.square(found.decoded[:, :, mask] - image[:, mask] / 255).mean((1, 2))
        for name, value in zip(errors, (each[found.energies_nats.argmin()], each.min(), each.mean()), strict=True):
            errors[name].append(float(value))
        if (i + 1) % 20 == 0:
            print(f"{i + 1} of {len(pixels)}", file=sys.stderr)
    return errors, seconds


def guessed(pixels: NDArray[np.uint8], train: NDArray[np.uint8], mask: Mask) -> Errors:
    """Errors of the mean training image and of the nearest one by visible pixels."""
    truth = pixels[:, :, mask].reshape(len(pixels), -1) / 255  # [N, hidden]
    known = train[:, :, mask].reshape(len(train), -1)
    seen = pixels[:, :, ~mask].reshape(len(pixels), -1).astype(np.float32) / 255
    visible = train[:, :, ~mask].reshape(len(train), -1).astype(np.float32) / 255
    nearest = (np.square(visible).sum(1) - 2 * seen @ visible.T).argmin(1)
    guesses = {"mean_image": known.mean(0) / 255, "nearest_neighbour": known[nearest] / 255}
    return {name: np.square(guess - truth).mean(1).tolist() for name, guess in guesses.items()}


def result(run: Run, model: VAE, errors: Errors, seconds: list[float]) -> dict[str, object]:
    """What is printed."""
    import torch

    means = {name: float(np.mean(values)) for name, values in errors.items()}
    best = means["lowest_energy"]
    table = {
        name: {"mean": round(means[name], 5), "stderr": round(float(np.std(values, ddof=1) / len(values) ** 0.5), 5)}
        for name, values in errors.items()
    }
    return {
        "run": run.name,
        "device": device_title(next(model.parameters()).device),
        "threads": torch.get_num_threads(),
        "images": len(seconds),
        "hidden": HOLE.lower(),
        "chains": CHAINS,
        "steps": STEPS,
        "hidden_mse": table,
        "over_mean_image": round(best / means["mean_image"], 3),
        "over_nearest_neighbour": round(best / means["nearest_neighbour"], 3),
        "seconds_an_image": {"median": round(float(np.median(seconds)), 3), "largest": round(max(seconds), 3)},
    }


if __name__ == "__main__":
    main()
