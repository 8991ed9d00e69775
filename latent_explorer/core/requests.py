"""What ``latent_explorer`` asks of the core: facts and arrays in, facts and arrays out.

Images are [N, C, H, W] in [0, 1], float32 or uint8 as the request says; z are float32 [N, K], labels int64 [N].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.inference import load_with_model, require
from explorer.inference.densities import draw_codes
from explorer.inference.latent_space import arc, class_count, classed, latent_size, line
from explorer.runs import LoadedRun, find_run
from latent_explorer.core import making
from latent_explorer.messages import Array

if TYPE_CHECKING:
    import torch

    from models import VAE

Facts = dict[str, Any]
Labels = NDArray[np.int64] | None
Answer = tuple[Facts, list[Array]]
BATCH = 512  # images encoded or decoded at once
PATHS = {"spherical": arc, "linear": line}


def load(facts: Facts, arrays: list[Array]) -> Answer:
    """What a run is; its model is read, so that a damaged one is told at once."""
    run, _ = load_with_model(find_run(facts["run"], paths=True))
    return {
        "name": run.name,
        "path": str(run.path),
        "shape": list(run.data.shape),
        "latent": latent_size(run),
        "classes": list(run.data.classes),
        "conditioned": class_count(run),
    }, []


def encode(facts: Facts, arrays: list[Array]) -> Answer:
    """mu and logvar of images."""
    import torch

    run, model = loaded(facts, "encoder")
    images, labels = with_labels(run, arrays)
    with torch.inference_mode():
        found = [one.encode(x) for one, x in conditioned(model, images, labels)]
    parts = [(posterior.mu.cpu().numpy(), posterior.logvar.cpu().numpy()) for posterior in found]
    mu, logvar = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {}, [mu, logvar]


def decode(facts: Facts, arrays: list[Array]) -> Answer:
    """The mean images of z."""
    run, model = loaded(facts, "decoder")
    z, labels = with_labels(run, arrays)
    return {}, [decoded(model, codes_of(run, z, labels))]


def reconstruct(facts: Facts, arrays: list[Array]) -> Answer:
    """The mean images of the posteriors' means; of a class-conditional model in the given or the inferred class."""
    run, model = loaded(facts, "encoder", "decoder")
    images, labels = with_labels(run, arrays)
    mu, _ = encode(facts, arrays)[1]
    if labels is None and class_count(run):
        labels = inferred(model, images)
    return {}, [decoded(model, codes_of(run, mu, labels))]


def sample(facts: Facts, arrays: list[Array]) -> Answer:
    """The mean images of draws of the prior or of a fitted density, and the z of these draws."""
    run, model = loaded(facts, "decoder")
    codes = draw_codes(run, facts["source"], facts["n"], facts["temperature"], facts["seed"])
    return {}, [decoded(model, codes), codes]


def interpolate(facts: Facts, arrays: list[Array]) -> Answer:
    """The mean images on a path between two codes [K]; a class is interpolated linearly."""
    run, model = loaded(facts, "decoder")
    if facts["path"] not in PATHS:
        raise ExplorerError(f"There is no path '{facts['path']}'.", f"Choose one of: {', '.join(PATHS)}.")
    k, (start, end) = latent_size(run), codes_of(run, *with_labels(run, arrays))
    z = PATHS[facts["path"]](start[:k], end[:k], facts["n"])
    return {}, [decoded(model, np.concatenate([z, line(start[k:], end[k:], facts["n"])], 1))]


def elbo(facts: Facts, arrays: list[Array]) -> Answer:
    """The ELBO of each image uint8, nats."""
    from explorer.inference.likelihood import check_samples, per_image

    run, model = loaded(facts, "encoder", "decoder", "likelihood")
    check_samples(facts["samples"])
    images, labels = with_labels(run, arrays)
    return {}, [per_image(model, images, facts["samples"], facts["seed"], labels=labels).elbo_nats]


def nll(facts: Facts, arrays: list[Array]) -> Answer:
    """-log p(x) of each image uint8, an importance-weighted estimate, nats."""
    from explorer.inference.likelihood import importance_estimates

    run, model = loaded(facts, "encoder", "decoder", "likelihood")
    images, labels = with_labels(run, arrays)
    found = importance_estimates(model, images, facts["samples"], facts["seed"], labels=labels)
    return {}, [-found.log_likelihood]


def loaded(facts: Facts, *parts: Any) -> tuple[LoadedRun, VAE]:
    """The run and its model, on the device of the settings; ExplorerError where it lacks one of the parts."""
    run, model = load_with_model(find_run(facts["run"], paths=True))
    require(run, *parts)
    return run, model


def with_labels(run: LoadedRun, arrays: list[Array]) -> tuple[Array, Labels]:
    """Images or z, and their labels where there are any. Raises ExplorerError for labels that are no classes."""
    values, labels = arrays[0], arrays[1] if len(arrays) > 1 else None
    n = class_count(run)
    if labels is not None and n and (labels.min(initial=0) < 0 or labels.max(initial=0) >= n):
        raise ExplorerError(
            f"The labels lie between {labels.min()} and {labels.max()}.", f"{run.name} has the classes 0 to {n - 1}."
        )
    return values, labels


def codes_of(run: LoadedRun, z: Array, labels: Labels) -> NDArray[np.float32]:
    """Codes for the decoder: z [N, K], with a class where the model has classes. Raises ExplorerError for another z."""
    k, n = latent_size(run), class_count(run)
    if n and z.shape[1] == k and labels is not None:
        return classed(z.astype(np.float32), labels, n)
    if z.shape[1] != k + n:
        wanted = f"{k} numbers with labels, or {k + n}" if n else f"{k} numbers"
        raise ExplorerError(f"z has rows of {z.shape[1]} numbers.", f"{run.name} takes rows of {wanted}.")
    if not np.isfinite(z).all():
        raise ExplorerError("z holds values that are not finite.", "Use ordinary numbers.")
    return z.astype(np.float32)


def conditioned(model: VAE, images: Array, labels: Labels) -> Iterator[tuple[VAE, torch.Tensor]]:
    """Batches of images on the model's device, each with the model conditioned on them and their classes."""
    import torch

    device = next(model.parameters()).device
    for start in range(0, len(images), BATCH):
        x = torch.from_numpy(images[start : start + BATCH]).to(device)
        classes = None if labels is None else torch.from_numpy(labels[start : start + BATCH]).to(device)
        yield model.conditioned_on(x, classes), x


def decoded(model: VAE, codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean images of codes [N, D], float32 [N, C, H, W]."""
    import torch

    device = next(model.parameters()).device
    with torch.inference_mode():
        parts = [model.decode(part.to(device)).cpu() for part in torch.from_numpy(codes).split(BATCH)]
    return torch.cat(parts).numpy()


def inferred(model: VAE, images: Array) -> NDArray[np.int64]:
    """The class that a class-conditional model infers for each image, [N]."""
    import torch

    found = []
    with torch.inference_mode():
        for _, x in conditioned(model, images, None):
            guess = model.guess(x)
            assert guess is not None, "this model names no classes"
            found.append(guess.cpu().numpy())
    return np.concatenate(found)


REQUESTS: dict[str, Callable[[Facts, list[Array]], Answer]] = {
    "load": load, "encode": encode, "decode": decode, "reconstruct": reconstruct, "sample": sample,
    "interpolate": interpolate, "elbo": elbo, "nll": nll, "keep": making.keep, "training": making.training,
    "stated": making.stated, "imported": making.imported,
}  # fmt: skip
