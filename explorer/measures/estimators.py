"""The estimator of each measure: a function from ``Bench`` to ``Measured``. The table is in ``registry.py``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import too_few
from explorer.datasets import stratified
from explorer.inference import decode_with
from explorer.inference.latent_space import prior_codes
from explorer.inference.likelihood import (
    ACTIVE_VARIANCE,
    affordable,
    carried_over,
    class_hits,
    conditioned_batches,
    importance_estimates,
)
from explorer.measures.bench import Bench
from explorer.measures.latent_metrics import (
    frechet,
    histogram_cells,
    knn_hits,
    mutual_information_gaps,
    prior_distances,
    probe_hits,
)
from explorer.measures.measured import Measured, absent, averaged, each_dimension, share_of_hits

if TYPE_CHECKING:
    import torch

    from models import VAE

MOST_PICTURES = 5_000  # real and generated ones of the Frechet distance
EFFECT_IMAGES = 500
LEAST_SIDE = 6  # of an image that SSIM's window of 11 pixels, mirrored at the edges, fits into


def decoded_mean(model: VAE, x: torch.Tensor) -> torch.Tensor:
    """Images [N, C, H, W] through their posterior means, in [0, 1]."""
    return model.decode(model.encode(x).mu)


# One function per measure


def elbo(bench: Bench) -> Measured:
    """ELBO at beta = 1, one z an image."""
    return averaged(bench.rows.elbo_nats)


def reconstruction(bench: Bench) -> Measured:
    """Its first part."""
    return averaged(bench.rows.reconstruction_nats)


def kl(bench: Bench) -> Measured:
    """Its second part, summed over dimensions."""
    return averaged(bench.rows.kl_nats.sum(1))


def rate(bench: Bench) -> Measured:
    """The KL in bits."""
    return averaged(bench.rows.kl_nats.sum(1) / math.log(2))


def distortion(bench: Bench) -> Measured:
    """-reconstruction in bits."""
    return averaged(-bench.rows.reconstruction_nats / math.log(2))


def bits_per_dim(bench: Bench) -> Measured:
    """-ELBO in bits, shared out over the pixels."""
    return averaged(-bench.rows.elbo_nats / (math.log(2) * math.prod(bench.run.data.shape)))


def nll(bench: Bench) -> Measured:
    """-log p(x), importance-sampled on as many random images as take reasonable time (``carried_over``)."""
    total = len(bench.images)
    n = affordable(bench.model, bench.samples, total)
    chosen = np.sort(np.random.default_rng(0).choice(total, n, replace=False))
    labels = None if bench.images.labels is None else bench.images.labels[chosen]
    pixels = bench.images.pixels[chosen]
    found = importance_estimates(bench.model, pixels, bench.samples, progress=bench.note, labels=labels)
    value, stderr = carried_over(found.log_likelihood, bench.rows.elbo_nats, chosen)
    low, median = np.quantile(found.effective_samples, (0.05 if n >= 20 else 0, 0.5))
    return Measured(value, n, stderr, bench.samples, effective_samples=(float(low), float(median)))


def active_units(bench: Bench) -> Measured:
    """Dimensions whose posterior mean varies."""
    variances = bench.rows.mu.var(0, dtype=np.float64)
    return Measured(int(np.count_nonzero(variances > ACTIVE_VARIANCE)), len(bench.rows.mu))


def kl_per_dim(bench: Bench) -> Measured:
    """The KL of each dimension."""
    return each_dimension(bench.rows.kl_nats.mean(0, dtype=np.float64), len(bench.rows.mu))


def prior_distance(bench: Bench) -> Measured:
    """Each dimension's aggregate posterior against the prior."""
    return each_dimension(prior_distances(bench.rows.mu, bench.rows.logvar), len(bench.rows.mu))


def effect(bench: Bench) -> Measured:
    """Mean absolute change of the image when a dimension moves by one standard deviation of its codes."""
    import torch

    rows = bench.rows
    spread = np.sqrt(rows.mu.var(0, dtype=np.float64) + np.exp(rows.logvar.astype(np.float64)).mean(0))  # [K]
    chosen = stratified(bench.images.labels, len(rows.mu), EFFECT_IMAGES)
    labels = None if bench.images.labels is None else bench.images.labels[chosen]
    with torch.inference_mode():
        ((model, x),) = conditioned_batches(bench.model, bench.images.pixels[chosen], labels)
        z = torch.from_numpy(rows.mu[chosen]).to(x.device)  # [N, K]
        still = model.decode(z)
        changes = [
            (model.decode(z + step) - still).abs().mean().item()
            for step in torch.diag(torch.from_numpy(spread).to(z))  # [K], one dimension moved
        ]
    return each_dimension(255 * np.array(changes), len(chosen))


def mse(bench: Bench) -> Measured:
    """Mean squared error per pixel."""
    return averaged(bench.rows.mse)


def psnr(bench: Bench) -> Measured:
    """Peak signal-to-noise ratio of each reconstruction, then the mean."""
    import torch
    from torchmetrics.functional.image import peak_signal_noise_ratio

    def of(decoded: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([peak_signal_noise_ratio(one, other, 1.0) for one, other in zip(decoded, x, strict=True)])

    return averaged(image_by_image(bench, of))


def ssim(bench: Bench) -> Measured:
    """Structural similarity of each reconstruction, then the mean."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    side = min(bench.images.shape[1:])
    if side < LEAST_SIDE:
        return absent(f"Images of {side} pixels are too small for its window.")

    def of(decoded: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        found = structural_similarity_index_measure(decoded, x, reduction="none", data_range=1.0)
        assert not isinstance(found, tuple)
        return found.reshape(len(x))

    return averaged(image_by_image(bench, of))


def image_by_image(bench: Bench, of: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> NDArray[np.float32]:
    """``of(reconstructions, images)``, [B, C, H, W] both, for every batch: one number per image, [N]."""
    import torch

    found = []
    with torch.inference_mode():
        for model, x in conditioned_batches(bench.model, bench.images.pixels, bench.images.labels):
            found.append(of(decoded_mean(model, x), x).cpu())
            bench.note(sum(map(len, found)) / len(bench.images))
    return torch.cat(found).numpy()


def knn_accuracy(bench: Bench) -> Measured:
    """Accuracy of k-NN on the codes."""
    assert bench.images.labels is not None
    return share_of_hits(knn_hits(bench.rows.mu, bench.images.labels, *bench.train_codes))


def probe_accuracy(bench: Bench) -> Measured:
    """Accuracy of a linear classifier on the codes."""
    assert bench.images.labels is not None
    return share_of_hits(probe_hits(bench.rows.mu, bench.images.labels, *bench.train_codes))


def class_accuracy(bench: Bench) -> Measured:
    """Accuracy of the model's own classification."""
    assert bench.images.labels is not None
    return share_of_hits(class_hits(bench.model, bench.images.pixels, bench.images.labels, bench.note))


def mig(bench: Bench) -> Measured:
    """The mutual information gap, averaged over the factors that vary."""
    factors = bench.images.factors
    assert factors is not None
    if (factors == factors[0]).all():
        return absent("None of the known factors varies over these images.")
    if reason := too_few(len(factors), histogram_cells(factors)):
        return absent(reason)
    gaps = mutual_information_gaps(bench.rows.mu, factors)
    return Measured(float(np.nanmean(gaps)), len(factors))


def frechet_distance(bench: Bench) -> Measured:
    """Frechet distance between decoded draws of the prior and real images in features of ``Bench.classifier``."""
    n = min(len(bench.images), MOST_PICTURES)
    real = bench.images.pixels[stratified(bench.images.labels, len(bench.images), n)]
    drawn = decode_with(bench.model, prior_codes(bench.run, n, seed=0))
    return Measured(frechet(bench.classifier.features(real), bench.classifier.features(drawn)), n)
