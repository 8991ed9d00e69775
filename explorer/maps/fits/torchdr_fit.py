"""t-SNE and UMAP on an NVIDIA GPU by TorchDR (https://torchdr.github.io), an optional dependency."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np

from explorer.base import ExplorerError, resolve_device
from explorer.base.languages import _
from explorer.maps.fits.fit_callback import Stopped, Watch
from explorer.maps.fits.methods import EARLY_EXAGGERATION, pca_start
from explorer.maps.fits.options import MapOptions, Means, Points, affinity_neighbours, effective_perplexity, in_metric

TORCHDR = "TorchDR"
EXACT_REPULSION_BELOW = 20_000  # points; exact repulsion holds several n x n matrices
EARLY_STEPS, TSNE_STEPS = 250, 750  # TorchDR's defaults: with early exaggeration, and in total
UMAP_STEPS = 1000


def torchdr_usable() -> bool:
    """Whether TorchDR is installed and this process uses CUDA."""
    return find_spec("torchdr") is not None and resolve_device().type == "cuda"


def torchdr_module() -> ModuleType:
    """TorchDR, imported without its warning about faiss."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torchdr
    return torchdr


def fit_tsne_torchdr(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """t-SNE with Gaussian affinities; from ``EXACT_REPULSION_BELOW`` points on, InfoNC-t-SNE (Damrich et al. 2023)."""
    torchdr = torchdr_module()
    late = options.exaggeration  # expressed as a weaker repulsion
    return fit_torchdr(
        torchdr.TSNE if len(mu) < EXACT_REPULSION_BELOW else torchdr.InfoTSNE, mu, options, watch, max_iter=TSNE_STEPS,
        perplexity=effective_perplexity(len(mu), options), repulsion_strength=1 / late,
        early_exaggeration_coeff=max(EARLY_EXAGGERATION, late) / late, early_exaggeration_iter=EARLY_STEPS,
    )  # fmt: skip


def fit_umap_torchdr(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """UMAP with simultaneous updates of all points; umap-learn updates them sequentially."""
    return fit_torchdr(
        torchdr_module().UMAP,
        mu,
        options,
        watch,
        max_iter=UMAP_STEPS,
        n_neighbors=affinity_neighbours(len(mu), options),
    )


def fit_torchdr(
    kind: type[Any], mu: Means, options: MapOptions, watch: Watch | None, max_iter: int, **more: Any
) -> Points:
    """The points [N, 2] of a TorchDR method ``kind``, final or as they were when ``watch`` stopped it.

    Raises ExplorerError if the GPU has too little memory, and for means that TorchDR cannot separate.
    """
    import torch

    data, metric = in_metric(mu, options.metric)
    model = with_callback(kind, watch, max_iter)(
        metric={"euclidean": "sqeuclidean"}.get(metric, metric), random_state=options.seed, max_iter=max_iter,
        init=pca_start(mu, options.seed), device=str(resolve_device()), process_duplicates=False,
        backend="faiss" if find_spec("faiss") else None, **more,
    )  # fmt: skip
    try:
        return as_numpy_points(model.fit_transform(torch.from_numpy(data)))
    except Stopped:
        return as_numpy_points(model.embedding_)
    except ValueError as error:  # non-finite values in its iteration
        hint = _("Set EXPLORER_DEVICE=cpu: others may.")
        raise ExplorerError(_("TorchDR cannot map these means."), hint) from error
    except torch.OutOfMemoryError as error:
        raise ExplorerError(
            _("The GPU has too little memory to map {n:,} images.").format(n=len(mu)),
            _("Set EXPLORER_DEVICE=cpu, or install faiss."),
        ) from error


def with_callback(kind: type[Any], watch: Watch | None, steps: int) -> type[Any]:
    """A subclass of the TorchDR method ``kind`` that calls ``watch`` after every step."""

    def on_training_step_end(self: Any) -> Any:
        result = kind.on_training_step_end(self)
        if watch and watch((int(self.n_iter_) + 1) / steps, as_numpy_points(self.embedding_)):
            raise Stopped
        return result

    return type(kind.__name__, (kind,), {"on_training_step_end": on_training_step_end})


def as_numpy_points(embedding: Any) -> Points:
    """A tensor on any device as a NumPy copy."""
    return embedding.detach().cpu().numpy().astype(np.float32)
