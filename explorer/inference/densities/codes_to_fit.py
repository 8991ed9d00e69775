"""The posterior means of a run that a density is fitted to: of training images where there are any."""

from __future__ import annotations

import numpy as np

from explorer.datasets import Split, stratified
from explorer.inference.decoding import model_of
from explorer.inference.densities.fitted_density import Codes
from explorer.inference.densities.sample import Labels
from explorer.inference.latent_space import class_count
from explorer.inference.latents import latents_of, originals, read_latents
from explorer.inference.likelihood import posterior_means
from explorer.inference.run_parts import lack_of
from explorer.runs import LoadedRun

MOST_CODES = 20_000


def codes_to_fit(run: LoadedRun) -> Codes:
    """Up to ``MOST_CODES`` posterior means, stratified by class.

    Of the training split where its latents are kept or its images are here, else of the test split.
    Raises ExplorerError as ``latents_of`` where there are none.
    """
    if (kept := read_latents(run, "train")) is not None:
        return codes_of(run, kept.mu, kept.labels, "train")
    images = originals(run, "train") if lack_of(run, "encoder") is None else None
    if images is None:
        latents = latents_of(run)
        return codes_of(run, latents.mu, latents.labels, "test")
    chosen = stratified(images.labels, len(images), MOST_CODES)
    labels = None if images.labels is None else images.labels[chosen]
    return codes_of(run, posterior_means(model_of(run), images.pixels[chosen], labels), labels, "train")


def codes_of(run: LoadedRun, mu: np.ndarray, labels: Labels | None, split: Split) -> Codes:
    """At most ``MOST_CODES`` of these, with their classes where the model is conditioned on them."""
    classes = class_count(run)
    chosen = stratified(labels, len(mu), MOST_CODES)
    own = labels[chosen] if classes and labels is not None else None
    return Codes(mu[chosen], own, max(1, classes), split, run.model.variational)
