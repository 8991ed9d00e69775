"""What the map component tells, and what the docs say of it."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.base.runtime_settings import PROJECT
from explorer.ui.components.map.component import index_of, pack, unpack


@pytest.mark.parametrize("n", [1, 7, 8, 9, 1000])
def test_a_selection_comes_back_as_it_went(n: int) -> None:
    rng = np.random.default_rng(n)
    for mask in (rng.random(n) < 0.3, np.zeros(n, bool), np.ones(n, bool)):
        back = unpack(pack(mask), n)
        assert back is not None
        np.testing.assert_array_equal(back, mask)


@pytest.mark.parametrize("text", [None, 3, "", "not base 64!", "AAAA", "é"])
def test_what_does_not_fit_is_no_selection(text: object) -> None:
    assert unpack(text, 100) is None


@pytest.mark.parametrize(
    ("told", "index"), [(0, 0), (4, 4), (5, None), (-1, None), ("1", None), (None, None), (1.0, None)]
)
def test_only_an_image_of_the_map_is_an_index(told: object, index: int | None) -> None:
    assert index_of(told, 5) == index


def test_the_docs_name_the_payload_and_what_the_element_tells() -> None:
    text = (PROJECT / "docs" / "map.md").read_text()
    fields = ("plotly", "points", "facts", "sheets", "colour", "classes", "marked", "neighbours", "selection", "stamp")
    told = ("data-points", "data-hover", "data-marked", "data-selected", "data-neighbours", "data-colour")
    placed = ("out_of_sample", "data-out-of-sample")
    assert [name for name in (*fields, *told, *placed) if f"`{name}`" not in text] == []
