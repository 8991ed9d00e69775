"""A sample has each class's share, and one seed gives one sample."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from explorer.datasets.stratified_sample import allotted, stratified

labels_and_n = st.lists(st.integers(0, 6), min_size=1, max_size=200).flatmap(
    lambda labels: st.tuples(st.just(np.array(labels, np.int64)), st.integers(1, len(labels)))
)


@given(labels_and_n, st.integers(0, 2**32 - 1))
def test_a_sample_is_so_many_different_images_and_the_same_again(case: tuple[np.ndarray, int], seed: int) -> None:
    labels, n = case
    drawn = stratified(labels, len(labels), n, seed)
    assert len(drawn) == n
    assert (np.diff(drawn) > 0).all()
    assert 0 <= drawn[0] <= drawn[-1] < len(labels)
    np.testing.assert_array_equal(stratified(labels, len(labels), n, seed), drawn)


@given(labels_and_n)
def test_each_class_has_its_share_and_none_is_missing(case: tuple[np.ndarray, int]) -> None:
    labels, n = case
    names, sizes = np.unique(labels, return_counts=True)
    counts = np.array([(labels[stratified(labels, len(labels), n)] == name).sum() for name in names])
    np.testing.assert_array_equal(counts, allotted(sizes, n))
    fair = sizes * n / len(labels)
    assert (counts <= np.maximum(np.ceil(fair), 1)).all()
    if n >= len(names):
        assert (counts >= 1).all()
    if (fair >= 1).all():
        assert (np.abs(counts - fair) < 1).all()


@given(st.integers(1, 300), st.integers(1, 400))
def test_without_labels_any_images_are_drawn_and_never_more_than_there_are(total: int, n: int) -> None:
    drawn = stratified(None, total, n)
    assert len(drawn) == min(n, total)
    assert len(set(drawn.tolist())) == len(drawn)


def test_largest_remainders_then_one_for_each_class() -> None:
    assert allotted(np.array([50, 30, 20]), 10).tolist() == [5, 3, 2]
    assert allotted(np.array([55, 25, 20]), 10).tolist() == [6, 2, 2]
    assert allotted(np.array([9_900, 60, 40]), 10).tolist() == [8, 1, 1]
    assert allotted(np.array([9_900, 60, 40]), 2).tolist() == [2, 0, 0]


def test_another_seed_draws_others() -> None:
    assert (stratified(None, 1000, 100, 1) != stratified(None, 1000, 100, 2)).any()
