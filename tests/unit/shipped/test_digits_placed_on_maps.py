"""Newcomers on a map of real digits: they come to stand among their own kind, noise does not come to stand at all."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.datasets.datasets import dataset_spec
from explorer.inference.decoding import model_of
from explorer.inference.latents import Latents
from explorer.inference.likelihood.evaluation import per_image
from explorer.maps.fits.options import MapOptions
from explorer.maps.fits.projections import fit_projection
from explorer.maps.fits.quality import QUALITY_NEIGHBOURS, quality_of
from explorer.maps.out_of_sample import MapIndex
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run

FITTED, PLACED, NOISE = 2_500, 1_500, 200


@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.parametrize(("name", "method"), [("mnist-16d", "tsne"), ("mnist-2d", "tsne"), ("mnist-16d", "umap")])
def test_held_out_images_and_noise(mnist: str, name: str, method: str) -> None:
    images = dataset_spec(mnist).load("train", None)
    assert images.labels is not None
    model = model_of(load_run(Run(SHIPPED_RUNS / name)))
    known = Latents(per_image(model, images.pixels[:FITTED]), images.labels[:FITTED], images.classes)
    new = per_image(model, images.pixels[FITTED : FITTED + PLACED])
    labels = images.labels[FITTED : FITTED + PLACED]
    projection = fit_projection(known.mu, method, "train", MapOptions())
    map_index = MapIndex(known, projection)
    placed = map_index.place_out_of_sample(new.mu, new.reconstruction_nats)
    _, around = map_index.on_map.query(placed.points, QUALITY_NEIGHBOURS)
    agreement = (images.labels[np.asarray(around)] == labels[:, None]).mean()
    own = quality_of(known.mu, projection.points, known.labels).knn_map
    assert own is not None
    assert agreement > own - 0.02
    assert placed.off_map.mean() < 0.05
    noise = np.random.default_rng(0).integers(0, 256, (NOISE, 1, 28, 28), np.uint8)
    values = per_image(model, noise)
    assert map_index.place_out_of_sample(values.mu, values.reconstruction_nats).off_map.mean() >= 0.95
