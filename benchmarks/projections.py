"""Maps of MNIST's 60,000 training means: seconds and quality against openTSNE's defaults and scikit-learn.

Also the time and accuracy of out-of-sample points.

Prints one JSON object. The means are those of a shipped model, encoded anew. MNIST must lie under EXPLORER_DATA.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import asdict
from typing import Any

import numpy as np
from support import command_line

from explorer.base import settings
from explorer.datasets import dataset_spec
from explorer.inference import Latents, model_of
from explorer.inference.likelihood import PerImage, per_image
from explorer.maps import MapIndex
from explorer.maps.fits import DEFAULTS, Means, Points, quality_of
from explorer.maps.fits.projections import fit_projection
from explorer.maps.fits.quality import QUALITY_NEIGHBOURS
from explorer.runs import Run, find_run, load_run

HELD_OUT = 5_000
NOISE = 1_000
ONE_BY_ONE = 200


def encode(run: Run) -> Latents:
    """Posteriors of MNIST's training images, in an order drawn at random (seeded)."""
    images = dataset_spec("mnist").load("train", None)
    assert images.labels is not None
    order = np.random.default_rng(0).permutation(len(images))
    return Latents(per_image(model_of(load_run(run)), images.pixels[order]), images.labels[order], images.classes)


def part(latents: Latents, chosen: slice) -> Latents:
    """Some of the images."""
    assert latents.labels is not None
    values = PerImage(*(column[chosen] for column in vars(latents.values).values()))
    return Latents(values, latents.labels[chosen], latents.classes)


def opentsne_defaults(mu: Means) -> Points:
    """openTSNE as it comes, on all cores."""
    from openTSNE import TSNE

    return np.array(TSNE(n_jobs=-1, random_state=0).fit(mu), np.float32)


def timed(fit: Any, latents: Latents) -> tuple[Points, dict[str, Any]]:
    """A map with its seconds and quality."""
    began = time.perf_counter()
    points = fit(latents.mu)
    seconds = time.perf_counter() - began
    quality = asdict(quality_of(latents.mu, points, latents.labels))
    return points, {"n": len(points), "seconds": seconds, "measured_on": quality.pop("n"), **quality}


def by(method: str) -> Any:
    """A fit with the app's defaults."""
    return lambda mu: fit_projection(mu, method, "train", DEFAULTS).points


def time_out_of_sample(latents: Latents, points: Points, held_out_latents: Latents) -> dict[str, Any]:
    """Seconds to build the search indices, milliseconds for one out-of-sample point, seconds for 1,000."""
    from explorer.maps.fits import Projection

    began = time.perf_counter()
    map_index = MapIndex(latents, Projection("tsne", "train", points))
    ready = time.perf_counter() - began
    map_index.place_out_of_sample(held_out_latents.mu[:1])
    waits = []
    for i in range(ONE_BY_ONE):
        began = time.perf_counter()
        map_index.place_out_of_sample(held_out_latents.mu[i : i + 1])
        waits.append((time.perf_counter() - began) * 1000)
    began = time.perf_counter()
    map_index.place_out_of_sample(held_out_latents.mu[:1000])
    return {
        "ready_seconds": ready,
        "one_p50_ms": float(np.percentile(waits, 50)),
        "one_p95_ms": float(np.percentile(waits, 95)),
        "thousand_seconds": time.perf_counter() - began,
    }


def held_out(run: Run, latents: Latents, points: Points, held_out_latents: Latents) -> dict[str, Any]:
    """Classes around images that the map has not seen, against its own; and how much noise is off the map."""
    from explorer.maps.fits import Projection

    assert latents.labels is not None
    assert held_out_latents.labels is not None
    map_index = MapIndex(latents, Projection("tsne", "train", points))
    own = quality_of(latents.mu, points, latents.labels)
    placed = map_index.place_out_of_sample(held_out_latents.mu, held_out_latents.values.reconstruction_nats)
    _, around = map_index.on_map.query(placed.points, QUALITY_NEIGHBOURS)
    rng = np.random.default_rng(1)
    noise = per_image(model_of(load_run(run)), rng.integers(0, 256, (NOISE, 1, 28, 28), np.uint8))
    return {
        "fitted": len(points),
        "placed": len(held_out_latents),
        "knn_fitted": own.knn_map,
        "knn_placed": float((latents.labels[around] == held_out_latents.labels[:, None]).mean()),
        "confidence": float(placed.confidence.mean()),
        "held_out_off_map": float(placed.off_map.mean()),
        "noise_off_map_by_mu": float(map_index.place_out_of_sample(noise.mu).off_map.mean()),
        "noise_off_map": float(map_index.place_out_of_sample(noise.mu, noise.reconstruction_nats).off_map.mean()),
    }


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """All parts, one after the other."""
    load, run = os.getloadavg()[0], find_run(options.run)
    latents = encode(run)
    every, few = part(latents, slice(0, options.n)), part(latents, slice(0, options.sklearn_n))
    _, defaults = timed(opentsne_defaults, every)
    points, ours = timed(by("tsne"), every)
    rest = part(latents, slice(0, HELD_OUT))
    fitted_part = part(latents, slice(HELD_OUT, options.n))
    held_points, _ = timed(by("tsne"), fitted_part)
    result = {
        "mu": f"{options.run}, MNIST training images, {latents.mu.shape[1]} dimensions",
        "tsne": ours,
        "opentsne_defaults": defaults,
        "ratio": ours["seconds"] / defaults["seconds"],
        "place": time_out_of_sample(every, points, rest),
        "held_out": held_out(run, fitted_part, held_points, rest),
        "goals": {"ratio": 0.4, "one_p95_ms": 100, "thousand_seconds": 3, "within": 0.01, "noise_off_map": 0.95},
    }
    if options.sklearn_n:
        result["same_n"] = {name: timed(by(name), few)[1] for name in ("tsne", "tsne-sklearn")}
    return {**result, "cores": os.cpu_count(), "load_before": load, "load_after": os.getloadavg()[0]}


def main() -> None:
    """The comparison as one JSON object."""
    parser = command_line(__doc__, "about 4 minutes")
    parser.add_argument("--run", default="mnist-16d", help="a run trained on MNIST")
    parser.add_argument("--n", type=int, default=60_000, help="points of the map")
    parser.add_argument("--sklearn-n", type=int, default=10_000, help="points for scikit-learn; 0 leaves it out")
    options = parser.parse_args()
    if not dataset_spec("mnist").present():
        print(json.dumps({"skipped": f"MNIST is not in {settings().data}"}))
        return
    print(json.dumps(compare(options), indent=2))


if __name__ == "__main__":
    main()
