"""The anomaly scores of images, with draws of their own."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from tests.oracles.class_bounds import inferred_classes
from tests.oracles.elbo import kl_to_prior, log_mean_weight, log_weights, reconstruction
from tests.oracles.networks import Array, Classes
from tests.oracles.pictures import neighbour_nats
from tests.oracles.shipped import ShippedRun

DRAWS, WEIGHTED_DRAWS = 8, 32


def anomaly_scores(run: ShippedRun, numbers: Classes, seed: int) -> dict[str, Array]:
    """Every score of the test images of these numbers, whose classes are inferred: [n] each."""
    x, networks, side = run.x(numbers), run.networks, run.options["shape"][1]
    noise = np.random.default_rng(seed).standard_normal((WEIGHTED_DRAWS, 1, run.options["latent"]))
    classes = inferred_classes(networks, x, noise[:DRAWS])
    mu, logvar = networks.encode(x, classes)
    recovered = reconstruction(networks, x, mu, logvar, noise[:DRAWS], classes).mean(0)
    errors = ((networks.mean(mu, classes) - x) ** 2).mean(1)
    plain = neighbour_nats(x.reshape(-1, side, side))
    found = {"reconstruction": -recovered, "mse": errors, "nearest": nearest_other(mu, run.latents["mu"], numbers)}
    if not run.variational:
        return {**found, "corrected": -recovered - plain}
    kl = kl_to_prior(mu, logvar).sum(1)
    log_likelihood = log_mean_weight(log_weights(networks, x, mu, logvar, noise, classes))
    return {**found, "corrected": kl - recovered - plain, "kl": kl, "elbo": kl - recovered, "nll": -log_likelihood}


def nearest_other(codes: Array, held_out: Array, numbers: Classes) -> Array:
    """Distance from each code to the nearest held-out one of another number: [n]."""
    away = cdist(codes, held_out)
    away[np.arange(len(numbers)), numbers] = np.inf
    return away.min(1)
