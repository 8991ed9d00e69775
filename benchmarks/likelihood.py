"""The likelihood that public code is judged by: 784-200-200-50 tanh on MNIST, dynamically binarised. One JSON object.

Burda et al. 2016, table 1 (one stochastic layer): VAE 86.76 nats, IWAE with 50 draws 84.78, by 5000 draws an image over
all test images after 3280 epochs. By default this is the schedule that two cores do in about a quarter of an hour.
As long as the paper, on a GPU: --epochs 3280 --images 10000 --device cuda, and for the IWAE --model iwae --draws 50.
MNIST must lie under EXPLORER_DATA.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from typing import Any

import numpy as np
from support import command_line

from explorer.inference.likelihood import carried_over, importance_estimates, per_image
from explorer.training import TrainConfig
from explorer.training.hooks import Hooks, Tick, never
from explorer.training.setup import set_up
from explorer.training.trainer import Trainer

LITERATURE_NATS = {"vae": 86.76, "iwae": 84.78}
SAMPLES = 5000


def main() -> None:
    """Train, estimate, print."""
    options = arguments()
    config = TrainConfig(
        "mnist", options.model, latent=50, hidden=(200, 200), activation="tanh", samples=options.draws, lr=1e-3,
        epochs=options.epochs, schedule="cosine", binarise="dynamic", batch_size=128, device=options.device,
    )  # fmt: skip
    setup = set_up(config)
    trainer = Trainer(setup.model, setup.train.pixels, setup.test.pixels, config, Hooks(said, lambda *_: None, never))
    started = time.perf_counter()
    trainer.run()
    trained_s = time.perf_counter() - started
    model, pixels = setup.model.eval(), setup.test.pixels
    elbo = per_image(model, pixels).elbo_nats
    chosen = np.sort(np.random.default_rng(0).choice(len(pixels), options.images, replace=False))
    nll = -importance_estimates(model, pixels[chosen], SAMPLES).log_likelihood
    print(json.dumps(result(options, elbo, nll, chosen) | {"train_s": round(trained_s, 1)}, indent=2))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = command_line(__doc__, "about a quarter of an hour")
    parser.add_argument("--epochs", type=int, default=250, help="of the training")
    parser.add_argument("--images", type=int, default=1000, help="test images whose likelihood is estimated")
    parser.add_argument("--model", choices=tuple(LITERATURE_NATS), default="vae", help="the objective that trains")
    parser.add_argument("--draws", type=int, default=1, help="of z an image in training")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    return parser.parse_args()


def said(tick: Tick) -> None:
    """A line an epoch, for whoever waits."""
    print(f"epoch {tick.epoch:g}: test -ELBO {-tick.test.elbo_nats:.2f}, {tick.elapsed_s:.0f} s", file=sys.stderr)


def result(options: argparse.Namespace, elbo: np.ndarray, nll: np.ndarray, chosen: np.ndarray) -> dict[str, Any]:
    """What is printed."""
    everywhere, its_stderr = carried_over(-nll, elbo, chosen)
    assert its_stderr is not None, "an error takes two images"
    return {
        "model": options.model,
        "epochs": options.epochs,
        "samples": SAMPLES,
        "images": len(nll),
        "nll_nats": round(float(nll.mean()), 3),
        "nll_stderr": round(float(nll.std(ddof=1)) / math.sqrt(len(nll)), 3),
        "elbo_nats": round(float(elbo.mean(dtype=np.float64)), 3),
        "nll_all_images_nats": round(everywhere, 3),
        "nll_all_images_stderr": round(its_stderr, 3),
        "literature_nats": LITERATURE_NATS[options.model],
    }


if __name__ == "__main__":
    main()
