"""The default map of a run."""

from __future__ import annotations

from explorer.maps.fits import Projection
from explorer.runs import LoadedRun
from explorer.ui.common import cached

METHOD, QUICK = "tsne", "pca"


def best_map(run: LoadedRun) -> Projection:
    """The kept t-SNE of the test split; while there is none the PCA."""
    projection = cached.projection(run, METHOD) or cached.projection(run, QUICK)
    assert projection is not None
    return projection
