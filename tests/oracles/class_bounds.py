"""Bounds of class-conditional models under every class, and the classes that they infer."""

from __future__ import annotations

import numpy as np
from scipy.special import log_softmax

from tests.oracles.elbo import kl_to_prior, reconstruction
from tests.oracles.networks import Array, Classes, Networks


def class_elbos(networks: Networks, x: Array, noise: Array) -> Array:
    """The ELBO of each image under each class, the noise [L, 1, K] shared by all: [N, classes], nats."""
    return np.stack(
        [elbo(networks, x, noise, np.full(len(x), one)) for one in range(networks.options["classes"])], axis=1
    )


def elbo(networks: Networks, x: Array, noise: Array, classes: Classes) -> Array:
    """The ELBO of each image in its class, nats: [N]."""
    mu, logvar = networks.encode(x, classes)
    return reconstruction(networks, x, mu, logvar, noise, classes).mean(0) - kl_to_prior(mu, logvar).sum(1)


def log_classifier(networks: Networks, x: Array) -> Array:
    """log q(y|x) of a model with a classifier: [N, classes]."""
    return log_softmax(networks.forward("classifier", x), axis=1)


def inferred_classes(networks: Networks, x: Array, noise: Array) -> Classes | None:
    """The classifier's first choice, else the class of highest ELBO; None of a model without classes."""
    if any(name.startswith("classifier.") for name in networks.weights):
        return log_classifier(networks, x).argmax(1)
    return class_elbos(networks, x, noise).argmax(1) if networks.options.get("classes") else None
