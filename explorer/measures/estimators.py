"""The estimator of each measure: a function from ``Bench`` to ``Measured``. The table is in ``registry.py``.

Those that compare codes with known factors are in ``factor_measures.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.datasets import stratified
from explorer.inference.densities import PRIOR
from explorer.inference.latent_space import prior_of
from explorer.inference.likelihood import (
    ACTIVE_VARIANCE,
    binary_entropy_nats,
    carried_over,
    class_hits,
    conditioned_batches,
)
from explorer.measures.bench import Bench
from explorer.measures.frechet import measured_frechet
from explorer.measures.latent_metrics import (
    Hits,
    hits_in_folds,
    knn_hits,
    probe_hits,
)
from explorer.measures.measured_value import (
    Measured,
    absent,
    averaged,
    averaged_dimensions,
    share_of_hits,
)
from explorer.measures.prior_match import measured_prior_distances, prior_auc, prior_holes

if TYPE_CHECKING:
    import torch

    from models import VAE

EFFECT_IMAGES = 500
LEAST_SIDE = 6  # of an image that SSIM's window of 11 pixels, mirrored at the edges, fits into
TOO_SMALL = N_("Images of {side} pixels are too small for its window.")
SSIM_MARGIN = 5  # pixels from a window's middle to its edge


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


def floor(bench: Bench) -> Measured:
    """The binary entropy of the pixels: what a perfect Bernoulli decoder of grey ones pays."""
    return averaged(binary_entropy_nats(bench.images.pixels))


def nll(bench: Bench) -> Measured:
    """-log p(x), importance-sampled on some random images and carried over to all (``carried_over``)."""
    found, chosen = bench.importance
    elbo_nats = bench.rows.elbo_nats
    value, stderr = carried_over(found.log_likelihood, elbo_nats, chosen)
    low, median = np.quantile(found.effective_samples, (0.05 if len(chosen) >= 20 else 0, 0.5))
    same_images = {
        "nll_same_images_nats": -float(found.log_likelihood.mean()),
        "elbo_same_images_nats": float(elbo_nats[chosen].mean(dtype=np.float64)),
    }
    return Measured(value, len(chosen), stderr, bench.samples, "", (float(low), float(median)), same_images)


def elbo_gap(bench: Bench) -> Measured:
    """log p(x) - ELBO of the images whose log p(x) is estimated."""
    found, chosen = bench.importance
    return averaged(found.log_likelihood - bench.rows.elbo_nats[chosen], bench.samples)


def active_units(bench: Bench) -> Measured:
    """Dimensions whose posterior mean varies."""
    variances = bench.rows.mu.var(0, dtype=np.float64)
    return Measured(int(np.count_nonzero(variances > ACTIVE_VARIANCE)), len(bench.rows.mu))


def kl_per_dim(bench: Bench) -> Measured:
    """The KL of each dimension."""
    return averaged_dimensions(bench.rows.kl_nats)


def prior_distance(bench: Bench) -> Measured:
    """Each dimension's aggregate posterior against the prior."""
    return measured_prior_distances(*bench.posteriors, prior_of(bench.run))


def codes_from_prior_auc(bench: Bench) -> Measured:
    """How well a classifier tells codes from draws of the prior."""
    return prior_auc(*bench.posteriors, prior_of(bench.run))


def draws_in_holes(bench: Bench) -> Measured:
    """The share of draws of the prior that lie where no code does."""
    return prior_holes(*bench.posteriors, prior_of(bench.run))


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
            (model.decode(z + step) - still).abs().mean((1, 2, 3)).cpu().numpy()
            for step in torch.diag(torch.from_numpy(spread).to(z))  # [K], one dimension moved
        ]
    return averaged_dimensions(255 * np.stack(changes, axis=1))


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
    """Structural similarity of each reconstruction over all pixels, the image mirrored at its edges, then the mean."""
    if (side := min(bench.images.shape[1:])) < LEAST_SIDE:
        return absent(_(TOO_SMALL).format(side=side))
    return averaged(image_by_image(bench, lambda decoded, x: similarity(decoded, x).mean((1, 2, 3))))


def ssim_inner(bench: Bench) -> Measured:
    """Structural similarity over the pixels whose window lies inside the image (scikit-image), then the mean."""
    if (side := min(bench.images.shape[1:])) < 2 * SSIM_MARGIN + 1:
        return absent(_(TOO_SMALL).format(side=side))
    inner = (..., slice(SSIM_MARGIN, -SSIM_MARGIN), slice(SSIM_MARGIN, -SSIM_MARGIN))
    return averaged(image_by_image(bench, lambda decoded, x: similarity(decoded, x)[inner].mean((1, 2, 3))))


def similarity(decoded: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Structural similarity around each pixel, [B, C, H, W] all."""
    from torchmetrics.functional.image import structural_similarity_index_measure

    found = structural_similarity_index_measure(decoded, x, reduction="none", data_range=1.0, return_full_image=True)
    assert isinstance(found, tuple)
    return found[1]


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
    return share_of_hits(named_rightly(bench, knn_hits))


def probe_accuracy(bench: Bench) -> Measured:
    """Accuracy of a linear classifier on the codes."""
    return share_of_hits(named_rightly(bench, probe_hits))


def named_rightly(bench: Bench, hits: Hits) -> NDArray[np.bool_]:
    """Whose class a classifier of the codes predicts, learned from training codes or, of codes alone, in folds: [N]."""
    assert bench.labels is not None
    if bench.codes_alone:
        return hits_in_folds(hits, bench.rows.mu, bench.labels)
    return hits(bench.rows.mu, bench.labels, *bench.train_codes)


def class_accuracy(bench: Bench) -> Measured:
    """Accuracy of the model's own classification."""
    assert bench.images.labels is not None
    return share_of_hits(class_hits(bench.model, bench.images.pixels, bench.images.labels, bench.note))


def frechet_distance(bench: Bench) -> Measured:
    """Frechet distance between decoded draws of the prior and images, in features of several classifiers."""
    return measured_frechet(bench.drawn_features(PRIOR))


def frechet_distance_from(source: str) -> Callable[[Bench], Measured]:
    """The estimator of the same for draws from a density that is fitted to codes; absent where none can be."""

    def distance(bench: Bench) -> Measured:
        try:
            return measured_frechet(bench.drawn_features(source))
        except ExplorerError as error:
            return absent(error.message)

    return distance


def frechet_floor(bench: Bench) -> Measured:
    """The same between images and as many others: what samples as good as the images would have."""
    return measured_frechet(bench.half_features)
