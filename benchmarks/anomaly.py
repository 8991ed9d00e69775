"""Which surprise score finds what a model has not learned: AUROC of each, as one JSON object that names the best.

Ten times a small model is trained on nine of MNIST's digits; the tenth among the test images is to be found. Then grey
CIFAR-10 photographs of 28 x 28 pixels against MNIST's test digits under a shipped model. ``png`` is the score of Serrà
et al. 2020 with a PNG's length for the complexity, beside ours. MNIST must lie under EXPLORER_DATA.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.metrics import roc_auc_score
from support import command_line
from support.small_model import small_model

from explorer.base import ExplorerError, settings
from explorer.datasets import Images, dataset_spec
from explorer.image_lab.scores import DEFAULT_SCORE, SCORES, HeldOutCodes, scores, scores_of
from explorer.images import Pixels, to_png
from explorer.inference import model_of
from explorer.inference.likelihood import per_image
from explorer.runs import find_run, load_run

CODES = 10_000  # posterior means of training images that distances are taken to
RUN = "mnist-16d"
GOAL = 0.99
PHOTOGRAPHS = "folder:{data}/cifar10-folder"
Aurocs = dict[str, float]


def main() -> None:
    """Both parts, printed."""
    options = arguments()
    if not dataset_spec("mnist").present():
        print(json.dumps({"skipped": f"MNIST is not in {settings().data}"}))
        return
    began, load = time.perf_counter(), os.getloadavg()[0]
    train, test = dataset_spec("mnist").load("train", None), dataset_spec("mnist").load("test", None)
    digits = {str(digit): held_out(digit, train, test, options) for digit in options.digits}
    means = {
        name: round(float(np.mean([each[name] for each in digits.values()])), 4) for name in digits[next(iter(digits))]
    }
    result = {
        "model": f"vae, 784-{options.hidden}-{options.latent}, {options.epochs} epochs, batch 256, Bernoulli",
        "auroc_mean": dict(sorted(means.items(), key=lambda item: -item[1])),
        "auroc_per_digit": digits,
        "best": max(means, key=means.__getitem__),
        "default": DEFAULT_SCORE,
        "photographs": photographs(options.photographs, test.pixels[: options.against]),
        "seconds": round(time.perf_counter() - began, 1),
    }
    print(
        json.dumps({**result, "cores": os.cpu_count(), "load_before": load, "load_after": os.getloadavg()[0]}, indent=2)
    )


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__, "about 5 minutes")
    parser.add_argument("--epochs", type=int, default=4, help="of each training")
    parser.add_argument("--latent", type=int, default=16, help="dimensions of z")
    parser.add_argument("--hidden", type=int, default=256, help="units of the hidden layers")
    parser.add_argument("--digits", type=int, nargs="+", default=list(range(10)), help="held out, one after the other")
    parser.add_argument("--images", type=int, default=5_000, help="test images that are judged")
    parser.add_argument("--against", type=int, default=2_000, help="test digits that the photographs are told from")
    parser.add_argument(
        "--photographs", default=PHOTOGRAPHS.format(data=settings().data), help="a data set of colour photographs"
    )
    return parser.parse_args()


def held_out(digit: int, train: Images, test: Images, options: argparse.Namespace) -> Aurocs:
    """Train without ``digit`` and look for it among the test images."""
    began = time.perf_counter()
    assert train.labels is not None
    assert test.labels is not None
    pixels = train.pixels[train.labels != digit]
    held = test.pixels[test.labels != digit][:1000]
    model = small_model(pixels, held, options.latent, options.hidden, options.epochs, batch=256)
    examined, wanted = test.pixels[: options.images], test.labels[: options.images] == digit
    found = scores(model, examined, list(SCORES), HeldOutCodes(per_image(model, pixels[:CODES]).mu))
    aurocs = aurocs_of(found, examined, wanted)
    print(f"digit {digit}: {time.perf_counter() - began:.0f} s, {aurocs}", file=sys.stderr)
    return aurocs


def aurocs_of(found: dict[str, NDArray[np.float64]], pixels: Pixels, wanted: NDArray[np.bool_]) -> Aurocs:
    """Area under the curve of each score, and of -ELBO less a PNG's length."""
    png = np.array([len(to_png(picture)) for picture in pixels]) * 8 * math.log(2)  # nats
    every = {**found, "png": found["elbo"] - png}
    return {name: round(float(roc_auc_score(wanted, values)), 4) for name, values in every.items()}


def photographs(name: str, digits: Pixels) -> dict[str, Any]:
    """Photographs against test digits under the shipped model."""
    try:
        colour = dataset_spec(name).load("test", digits.shape[-1]).pixels
    except ExplorerError as error:
        return {"skipped": str(error)}
    grey = np.stack([np.asarray(Image.fromarray(picture.transpose(1, 2, 0)).convert("L"))[None] for picture in colour])
    run, pixels = find_run(RUN), np.concatenate([digits, grey])
    wanted = np.arange(len(pixels)) >= len(digits)
    scores_of(load_run(run), digits[:100], [DEFAULT_SCORE])  # the model is loaded
    began = time.perf_counter()
    scores_of(load_run(run), digits, [DEFAULT_SCORE])
    seconds = time.perf_counter() - began
    found = scores_of(load_run(run), pixels, list(SCORES))
    return {
        "run": run.name,
        "photographs": len(grey),
        "digits": len(digits),
        "auroc": aurocs_of(found, pixels, wanted),
        "goal": GOAL,
        "default_images_per_s": round(len(digits) / seconds),
        "goal_images_per_s": 1000,
        "device": str(next(model_of(load_run(run)).parameters()).device),
    }


if __name__ == "__main__":
    main()
