"""One class is normal, all others are anomalies: the area under the ROC curve of each score, as one JSON object.

The standard protocol (Ruff et al. 2018; Perera et al. 2019, protocol 2): for each class of a data set a small model is
trained on the training images of that class alone, and all test images are scored, those of the class being normal. The
ensemble is the mean of the scores, each in standard deviations over images of the class that were held out of the
training split; what enters it was fixed before any AUROC was seen: every score but the slow one. With ``--seeds`` above
one, further models are trained, and the ensemble is over their scores too. No label of an anomaly is used.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from support import command_line
from support.small_model import small_model

from explorer.datasets import dataset_spec
from explorer.image_lab.scores import SCORES, HeldOutCodes, Scores, scores
from explorer.images import Pixels
from explorer.inference.likelihood import per_image

NAMES = [name for name, spec in SCORES.items() if not spec.slow]
ENSEMBLE, MODELS = "ensemble", "ensemble of models"
HELD_OUT = 500  # images of the class at most, a tenth of few
# Means over the ten classes of MNIST, in percent, as the papers report them.
PUBLISHED = {
    "Deep SVDD (Ruff et al. 2018, table 1)": 94.8,
    "VAE (Perera et al. 2019, table 2)": 96.96,
    "OCGAN (Perera et al. 2019, table 2)": 97.50,
}
Aurocs = dict[str, float]


def main() -> None:
    """Each class in turn, and the means."""
    options = arguments()
    began, load = time.perf_counter(), os.getloadavg()[0]
    train, test = (dataset_spec(options.dataset).load(split, None) for split in ("train", "test"))
    if train.labels is None or test.labels is None:
        sys.exit(f"The images of {options.dataset} have no classes.")
    wanted = range(len(train.classes)) if options.classes is None else options.classes
    found = {
        train.classes[c]: one_class(train.pixels[train.labels == c], test.pixels, test.labels != c, options)
        for c in wanted
    }
    print(json.dumps({
        "dataset": options.dataset,
        "model": f"vae, {options.hidden}-{options.latent}, {options.epochs} epochs, batch 128, Bernoulli",
        "seeds": options.seeds,
        "auroc_mean": means(list(found.values())),
        "auroc_per_class": found,
        "published_percent": PUBLISHED if options.dataset == "mnist" else {},
        "seconds": round(time.perf_counter() - began, 1),
        "cores": os.cpu_count(), "load_before": load,
    }, indent=2))  # fmt: skip


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__, "about 6 minutes")
    parser.add_argument("--dataset", default="mnist", help="any data set with classes, as of train")
    parser.add_argument("--classes", type=int, nargs="+", help="numbers of the classes that are normal in turn; all")
    parser.add_argument("--epochs", type=int, default=30, help="of each training")
    parser.add_argument("--latent", type=int, default=16, help="dimensions of z")
    parser.add_argument("--hidden", type=int, default=256, help="units of the hidden layers")
    parser.add_argument("--seeds", type=int, default=3, help="models of each class")
    return parser.parse_args()


def one_class(normal: Pixels, test: Pixels, anomalous: NDArray[np.bool_], options: argparse.Namespace) -> Aurocs:
    """AUROC of each score, mean over the models, and of the ensembles; ``normal`` are the training images."""
    began = time.perf_counter()
    order = np.random.default_rng(0).permutation(len(normal))
    held, pixels = np.split(normal[order], [min(HELD_OUT, len(normal) // 10)])
    each, standardised = [], []
    for seed in range(options.seeds):
        model = small_model(pixels, held, options.latent, options.hidden, options.epochs, batch=128, seed=seed)
        codes = HeldOutCodes(per_image(model, pixels).mu)
        usual, found = (scores(model, images, NAMES, codes) for images in (held, test))
        standardised.append(ensemble(found, usual))
        each.append({name: auroc(anomalous, found[name]) for name in NAMES} | {
            ENSEMBLE: auroc(anomalous, standardised[-1])
        })  # fmt: skip
    result = means(each) | {MODELS: auroc(anomalous, np.mean(standardised, 0))}
    print(f"{len(pixels)} images, {time.perf_counter() - began:.0f} s: {result}", file=sys.stderr)
    return result


def ensemble(found: Scores, usual: Scores) -> NDArray[np.float64]:
    """The mean of the scores in standard deviations of those of ``usual`` images: [N]."""
    return np.mean([(found[name] - usual[name].mean()) / usual[name].std() for name in NAMES], 0)


def auroc(anomalous: NDArray[np.bool_], values: NDArray[np.float64]) -> float:
    """Area under the ROC curve, 1 where every anomaly scores higher."""
    return round(float(roc_auc_score(anomalous, values)), 4)


def means(each: list[Aurocs]) -> dict[str, Any]:
    """The mean of each."""
    return {name: round(float(np.mean([one[name] for one in each])), 4) for name in each[0]}


if __name__ == "__main__":
    main()
