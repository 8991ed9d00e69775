"""Runs of many images for the map: the shipped ``mnist-16d`` with its test images multiplied, in a folder of its own.

A point, a posterior mean and its decoded picture are made beside those of an image that the run knows, so that map,
neighbours and pictures look as those of a real data set. Everything is written through the project's own functions.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from explorer.datasets import Images
from explorer.datasets.mnist_files import IDX_FILES
from explorer.inference import Latents, decode, latents_of
from explorer.inference.latents import write_latents
from explorer.inference.likelihood import PerImage
from explorer.maps.fits import Projection, kept_map
from explorer.maps.fits.projections import keep
from explorer.runs import Run, find_run, load_run
from tests.helpers import write_idx

MODEL = "mnist-16d"
SPREAD = 0.1  # of the new means, in the prior's standard deviations
JITTER = 1.0  # of the new points, in the units of the map


def multiplied_run(runs: Path, name: str, n: int) -> Run:
    """A run of ``n`` test images with its latents and a t-SNE."""
    source = find_run(MODEL)
    latents, projection = latents_of(load_run(source)), kept_map(load_run(source), "tsne")
    assert projection is not None
    shutil.copytree(source.path, runs / name)
    run = Run(runs / name)
    facts = load_run(run).data
    run.write_config(replace(run.config(), data=replace(facts, n_test=n, fingerprint_test=name)))
    noise = np.random.default_rng(0)
    of = np.arange(n) % len(latents)
    columns = [column[of] for column in vars(latents.values).values()]
    columns[0] = columns[0] + noise.normal(0, SPREAD, columns[0].shape).astype(np.float32)
    assert latents.labels is not None
    write_latents(load_run(run), "test", Latents(PerImage(*columns), latents.labels[of], latents.classes))
    points = projection.points[of] + noise.normal(0, JITTER, (n, 2)).astype(np.float32)
    keep(load_run(run), replace(projection, points=points))
    return run


def give_originals(run: Run, data: Path) -> None:
    """Let the run have its images: what its means decode to, as files of MNIST's format below ``data``."""
    latents = latents_of(load_run(run))
    pixels = decode(load_run(run), latents.mu)
    assert latents.labels is not None
    labels = latents.labels.astype(np.uint8)
    for file, values in zip(IDX_FILES, (pixels[:1, 0], labels[:1], pixels[:, 0], labels), strict=True):
        write_idx(data / "MNIST" / "raw" / file, values)
    fingerprint = Images(pixels, latents.labels, latents.classes).fingerprint()
    facts = load_run(run).data
    run.write_config(replace(run.config(), data=replace(facts, fingerprint_test=fingerprint)))


def far_apart(projection: Projection, count: int) -> list[int]:
    """Up to so many points from all over the map, drawn at random (seeded), no two of them on the same spot."""
    order = np.random.default_rng(1).permutation(len(projection.points))
    extent = np.ptp(projection.points, axis=0)
    cells = np.floor((projection.points[order] - projection.points.min(0)) / extent * 40).astype(int)
    _, first = np.unique(cells, axis=0, return_index=True)
    return [int(index) for index in order[np.sort(first)][:count]]
