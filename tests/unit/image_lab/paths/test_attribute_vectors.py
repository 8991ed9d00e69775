"""Directions in latent space from groups and classes, and analogies."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.image_lab.paths.attribute_vectors import (
    Members,
    analogy,
    attribute_vector,
    common_split,
    of_all,
    of_class,
    of_group,
    with_attribute,
)
from explorer.inference.latents import Latents
from explorer.inference.likelihood.evaluation import PerImage
from explorer.maps.groups import Group


def latents(mu: list[list[float]], labels: list[int]) -> Latents:
    """Posteriors with these means."""
    rows = np.array(mu, np.float32)
    n = len(rows)
    values = PerImage(rows, np.zeros_like(rows), np.zeros(n, np.float32), np.zeros_like(rows), np.zeros(n, np.float32))
    return Latents(values, np.array(labels, np.int64), ("cat", "dog", "eel"))


LATENTS = latents([[0, 0], [2, 0], [4, 4], [6, 8]], [0, 0, 1, 1])


def test_a_vector_leads_from_one_class_s_mean_to_the_other_s() -> None:
    vector = attribute_vector(LATENTS, of_class(LATENTS, 1), of_class(LATENTS, 0))
    assert vector.tolist() == [4, 6]
    assert of_class(LATENTS, 1).name == "class dog"


def test_groups_and_all_images_are_members_too() -> None:
    group = of_group(Group("odd", "test", (3, 1, 3)))
    assert group.numbers.tolist() == [1, 3]
    assert attribute_vector(LATENTS, group, of_all(LATENTS)).tolist() == [1, 1]


def test_strengths_move_z_and_leave_the_class() -> None:
    code = np.array([1, 2, 0, 1], np.float32)
    moved = with_attribute(code, np.array([2, -1]), np.array([-1, 0, 0.5]))
    assert moved.tolist() == [[-1, 3, 0, 1], [1, 2, 0, 1], [2, 1.5, 0, 1]]
    assert code.tolist() == [1, 2, 0, 1]


@pytest.mark.parametrize(
    ("toward", "away", "sentence"),
    [
        (Members("a", np.array([], np.int64)), of_class(LATENTS, 0), "no images in a"),
        (of_class(LATENTS, 0), of_class(LATENTS, 2), "no images in class eel"),
        (of_class(LATENTS, 0), of_class(LATENTS, 0), "are the same images"),
        (of_group(Group("b", "test", (1, 0))), of_class(LATENTS, 0), "are the same images"),
        (of_group(Group("far", "test", (1, 99))), of_class(LATENTS, 0), "not in this split"),
        (of_group(Group("minus", "test", (-1,))), of_class(LATENTS, 0), "not in this split"),
    ],
)
def test_what_makes_no_direction_is_a_sentence(toward: Members, away: Members, sentence: str) -> None:
    with pytest.raises(ExplorerError, match=sentence):
        attribute_vector(LATENTS, toward, away)


def test_groups_of_different_splits_are_refused() -> None:
    test, train = Group("one", "test", (0,)), Group("other", "train", (0,))
    assert common_split([]) == "test"
    assert common_split([train, train]) == "train"
    with pytest.raises(ExplorerError, match=r"'other' \(train\) and 'one' \(test\)"):
        common_split([train, test])


def test_an_analogy_completes_the_parallelogram() -> None:
    a, b, c = (np.array(z, np.float32) for z in ([0, 0], [1, 2], [5, -1]))
    assert analogy(a, b, c, 2).tolist() == [6, 1]
    assert analogy(a, a, c, 2).tolist() == c.tolist()


def test_an_analogy_changes_the_class_only_where_it_began_as_one() -> None:
    a, b = np.array([0, 1, 0, 0], np.float32), np.array([1, 0, 1, 0], np.float32)
    same, other = np.array([5, 1, 0, 0], np.float32), np.array([5, 0, 0, 1], np.float32)
    assert analogy(a, b, same, 1).tolist() == [6, 0, 1, 0]
    assert analogy(a, b, other, 1).tolist() == [6, 0, 0, 1]
