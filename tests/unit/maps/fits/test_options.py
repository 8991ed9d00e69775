"""Options of maps: what is refused, and what few points allow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.maps.fits.options import MapOptions, affinity_neighbours, effective_perplexity, in_metric


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"perplexity": 1.0}, "The perplexity is 1."),
        ({"perplexity": float("nan")}, "The perplexity is nan."),
        ({"exaggeration": 0.5}, "The exaggeration is 0.5."),
        ({"metric": "far"}, "There is no metric 'far'."),
        ({"seed": -1}, "The seed is -1."),
        ({"dims": (-1, 0)}, "The dimensions are -1 and 0."),
        ({"sample": 4}, "The sample is 4."),
        ({"dims": (2, 2)}, "The dimensions are 2 and 2."),
    ],
)
def test_values_without_a_meaning(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        MapOptions(**options)
    assert caught.value.message == sentence


def test_few_points_lower_the_perplexity() -> None:
    assert effective_perplexity(60_000, MapOptions()) == 30
    assert effective_perplexity(31, MapOptions()) == 10
    assert [affinity_neighbours(n, MapOptions()) for n in (60_000, 31, 5, 3)] == [15, 5, 2, 2]
    assert affinity_neighbours(60_000, MapOptions(perplexity=100)) == 50


def test_cosine_is_euclidean_among_unit_vectors() -> None:
    mu = np.array([[3, 4], [0.3, 0.4], [0, 0]], np.float32)
    data, metric = in_metric(mu, "cosine")
    assert metric == "euclidean"
    assert data == pytest.approx(np.array([[0.6, 0.8], [0.6, 0.8], [0, 0]]))
    assert in_metric(mu, "manhattan")[0] is mu
