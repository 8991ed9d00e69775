"""Draws from the prior of shipped MNIST runs as the project's classifier sees them, beside the test digits. One JSON.

The classifier is that of the Frechet distance, trained on the 60,000 training digits. ``confident``: the share to which
it gives a class more than 90 %; ``as_requested``: the share of a class-conditional run's draws to which it gives the
class they were decoded with. Each share has its standard error over the images or draws, for this one classifier.
MNIST must lie under EXPLORER_DATA.
"""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np
from numpy.typing import NDArray
from support import command_line

from explorer.datasets import Images
from explorer.inference import decode_with, model_of, originals
from explorer.inference.latent_space import class_count, prior_codes
from explorer.measures.feature_classifier import Classifier, train_classifier
from explorer.runs import find_run, load_run

CONFIDENT = 0.9
RUNS = ("mnist-2d", "mnist-ae-2d", "mnist-cvae-8d", "mnist-m2")


def main() -> None:
    """Train, classify, print."""
    options = arguments()
    classifier = train_classifier(images("train"))
    test = images("test")
    found: dict[str, object] = {"test digits": seen(classifier.probabilities(test.pixels), test.labels, "accuracy")}
    for name in RUNS:
        found[name] = of_draws(classifier, name, options.draws)
        print(name, file=sys.stderr)
    print(json.dumps(found, indent=2))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__, "about 1 minute")
    parser.add_argument("--draws", type=int, default=10_000, help="draws from each run's prior, with seed 0")
    return parser.parse_args()


def images(split: str) -> Images:
    """A split of MNIST."""
    found = originals(load_run(find_run(RUNS[0])), "train" if split == "train" else "test")
    if found is None:
        sys.exit("MNIST is not here: EXPLORER_DATA names its root.")
    return found


def of_draws(classifier: Classifier, name: str, n: int) -> dict[str, object]:
    """What the classifier says of ``n`` decoded draws of N(0, I); a conditional run takes the classes in turn."""
    run = load_run(find_run(name))
    pixels = decode_with(model_of(run), prior_codes(run, n, seed=0))
    requested = np.arange(n) % class_count(run) if class_count(run) else None
    return seen(classifier.probabilities(pixels), requested, "as_requested")


def seen(probabilities: NDArray[np.float32], labels: NDArray[np.int64] | None, title: str) -> dict[str, object]:
    """Shares of rows [N, classes] that are confident and, under ``title``, of those that have their label."""
    shares = {"confident": probabilities.max(1) > CONFIDENT}
    if labels is not None:
        shares[title] = probabilities.argmax(1) == labels
    return {"n": len(probabilities), **{name: with_error(hits) for name, hits in shares.items()}}


def with_error(hits: NDArray[np.bool_]) -> dict[str, float]:
    """A share and its standard error."""
    share = float(hits.mean())
    return {"share": round(share, 4), "stderr": round((share * (1 - share) / len(hits)) ** 0.5, 4)}


if __name__ == "__main__":
    main()
