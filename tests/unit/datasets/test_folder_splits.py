"""The draw of a test split: about a tenth of each class, and no image moves because another came or went."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from explorer.datasets.folder_splits import MUST_HAVE_TEST, drawn, spread


def digests(n: int, salt: str = "") -> list[str]:
    """Digests of ``n`` different contents."""
    return [hashlib.sha256(f"{salt}{i}".encode()).hexdigest() for i in range(n)]


def test_about_a_tenth_of_each_class_is_tested() -> None:
    labels = ["a"] * 3000 + ["b"] * 1000
    test = drawn(digests(4000), labels)
    assert test[:3000].mean() == pytest.approx(0.1, abs=0.02)
    assert test[3000:].mean() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("more", [1, 7])
def test_images_that_come_move_no_others(more: int) -> None:
    names = digests(600)
    before = drawn(names, ["a"] * 600)
    after = drawn(digests(more, "new") + names, ["a"] * (600 + more))
    np.testing.assert_array_equal(after[more:], before)


def test_every_class_of_some_size_has_a_test_image() -> None:
    labels = [str(i // MUST_HAVE_TEST) for i in range(40 * MUST_HAVE_TEST)]
    test = drawn(digests(len(labels)), labels)
    assert {label for label, one in zip(labels, test, strict=True) if one} == set(labels)


def test_copies_are_on_one_side() -> None:
    names = digests(50) * 2
    test = drawn(names, ["a"] * 100)
    np.testing.assert_array_equal(test[:50], test[50:])


@pytest.mark.parametrize("n", range(2, 12))
@pytest.mark.parametrize("salt", ["x", "y", "z"])
def test_both_splits_have_an_image(n: int, salt: str) -> None:
    assert 0 < drawn(digests(n, salt), [""] * n).sum() < n
    assert 0 < drawn([salt.encode().hex() * 8] * n, [""] * n).sum() < n  # copies of one image


def test_the_first_images_show_all_classes() -> None:
    assert spread(["a1", "a2", "a3", "b1", "c1", "c2"], list("aaabcc")) == ["a1", "b1", "c1", "a2", "c2", "a3"]
