"""t-SNE and UMAP on an NVIDIA GPU by TorchDR (https://torchdr.github.io), which is installed by choice."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np

from explorer.base import ExplorerError, resolve_device, settings
from explorer.maps.fits.fit_callback import Stopped, Watch
from explorer.maps.fits.methods import pca_start
from explorer.maps.fits.options import MapOptions, Means, Points, effective_perplexity, in_metric, pulling

TORCHDR = "TorchDR"
EXACT_BELOW = 20_000  # points; t-SNE's exact repulsion holds several matrices of n x n
EARLY_STEPS, STEPS = 250, 750  # TorchDR's own, with early exaggeration and in all
EARLY_EXAGGERATION = 12.0
UMAP_STEPS = 1000


def at_hand() -> bool:
    """Whether TorchDR is installed and this process works on CUDA."""
    return find_spec("torchdr") is not None and resolve_device(settings().device).type == "cuda"


def torchdr_module() -> ModuleType:
    """TorchDR, without what it warns of at import: that faiss would help."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torchdr
    return torchdr


def fit_tsne_torchdr(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """t-SNE with Gaussian affinities; from ``EXACT_BELOW`` points on repulsion is sampled (Damrich et al. 2023)."""
    torchdr = torchdr_module()
    late = options.exaggeration  # as a weaker repulsion
    return fitted(
        torchdr.TSNE if len(mu) < EXACT_BELOW else torchdr.InfoTSNE, mu, options, watch, max_iter=STEPS,
        perplexity=effective_perplexity(len(mu), options), repulsion_strength=1 / late,
        early_exaggeration_coeff=max(EARLY_EXAGGERATION, late) / late, early_exaggeration_iter=EARLY_STEPS,
    )  # fmt: skip


def fit_umap_torchdr(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """UMAP; all points move at once, where umap-learn moves one after another."""
    return fitted(torchdr_module().UMAP, mu, options, watch, max_iter=UMAP_STEPS, n_neighbors=pulling(len(mu), options))


def fitted(kind: type[Any], mu: Means, options: MapOptions, watch: Watch | None, max_iter: int, **more: Any) -> Points:
    """The points of a TorchDR method, or what they were when the watch asked to stop.

    Raises ExplorerError where the GPU has too little memory, and for means that TorchDR cannot tell apart.
    """
    import torch

    data, metric = in_metric(mu, options.metric)
    model = watched(kind, watch, max_iter)(
        metric={"euclidean": "sqeuclidean"}.get(metric, metric), random_state=options.seed, max_iter=max_iter,
        init=pca_start(mu, options.seed), device=str(resolve_device(settings().device)), process_duplicates=False,
        backend="faiss" if find_spec("faiss") else None, **more,
    )  # fmt: skip
    try:
        return points_of(model.fit_transform(torch.from_numpy(data)))
    except Stopped:
        return points_of(model.embedding_)
    except ValueError as error:  # it met numbers that are none
        raise ExplorerError("TorchDR cannot map these means.", "Set EXPLORER_DEVICE=cpu: others may.") from error
    except torch.OutOfMemoryError as error:
        raise ExplorerError(
            f"The GPU has too little memory to map {len(mu):,} images.", "Set EXPLORER_DEVICE=cpu, or install faiss."
        ) from error


def watched(kind: type[Any], watch: Watch | None, steps: int) -> type[Any]:
    """The method, telling its points after every step."""

    def on_training_step_end(self: Any) -> Any:
        result = kind.on_training_step_end(self)
        if watch and watch((int(self.n_iter_) + 1) / steps, points_of(self.embedding_)):
            raise Stopped
        return result

    return type(kind.__name__, (kind,), {"on_training_step_end": on_training_step_end})


def points_of(embedding: Any) -> Points:
    """A tensor on any device as points, a copy."""
    return embedding.detach().cpu().numpy().astype(np.float32)
