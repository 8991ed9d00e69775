"""The map's colours: the same class the same colour, magnitudes from low to high, nothing assumed of labels."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.base.palette import class_colour
from explorer.ui.components.map.colourings import NONE, STEPS, choices, clusters, named, scale
from tests.helpers import LABELS_OF_FIVE, five_latents


def test_classes_have_their_names_and_colours() -> None:
    found = choices(five_latents(LABELS_OF_FIVE))["class"].make(five_latents(LABELS_OF_FIVE), False)
    assert found.codes.tolist() == LABELS_OF_FIVE.tolist()
    assert found.names[:3] == ("nil", "one", "two")
    assert found.names[7] == "7"
    assert found.palette == tuple(class_colour(i) for i in range(8))


def test_names_are_listed_in_natural_order_and_keep_their_codes() -> None:
    found = named("class", np.array([0, 1, 2]), ("1", "10", "2"), "none")
    assert found.codes.tolist() == [0, 1, 2]
    assert [found.names[code] for code in found.order] == ["1", "2", "10"]
    assert found.palette == tuple(class_colour(i) for i in range(3))


def test_more_than_ten_classes_have_other_marks() -> None:
    found = clusters("cluster", np.arange(12))
    assert found.marks == ("circle",) * 10 + ("square",) * 2
    assert len(set(zip(found.palette, found.marks, strict=True))) == 12


def test_without_labels_there_is_no_colour_by_class() -> None:
    assert next(iter(choices(five_latents(LABELS_OF_FIVE)))) == "class"
    assert "class" not in choices(five_latents(None))
    assert five_latents(None).class_name(0) is None


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("key", list(choices(five_latents(LABELS_OF_FIVE))))
def test_every_choice_codes_every_point(key: str, dark: bool) -> None:
    found = choices(five_latents(LABELS_OF_FIVE))[key].make(five_latents(LABELS_OF_FIVE), dark)
    assert found.codes.shape == (5,)
    valued = found.codes[found.codes != NONE]
    assert valued.max(initial=0) < (len(found.names) or STEPS)
    assert found.title
    assert not (found.names and found.ticks)


def test_every_dimension_can_be_chosen_the_busiest_first() -> None:
    keys = [key for key in choices(five_latents(LABELS_OF_FIVE)) if key.startswith("z")]
    assert keys == [f"z{dim}" for dim in five_latents(LABELS_OF_FIVE).order()]


def test_a_scale_rises_with_the_value_and_its_ends_hold_outliers() -> None:
    values = np.concatenate([np.linspace(0, 1, 1000), [1e6]]).astype(np.float32)
    found = scale("t", values, ("#000000", "#ffffff"))
    assert (np.diff(found.codes.astype(int)) >= 0).all()
    assert (found.codes[0], found.codes[-1]) == (0, STEPS - 1)
    assert len(np.unique(found.codes)) == STEPS
    assert float(found.ticks[-1]) == pytest.approx(0.99, abs=0.01)


def test_a_dimension_is_centred_on_zero() -> None:
    found = scale("t", np.array([-1.0, 0, 3]), ("#000000", "#ffffff"), centred=True)
    assert float(found.ticks[0]) == -float(found.ticks[-1])
    assert found.codes[1] in (STEPS // 2 - 1, STEPS // 2)


@pytest.mark.parametrize("values", [[2.0, 2.0], [np.nan, np.nan], [np.inf, 1.0], []])
def test_odd_values_are_no_trouble(values: list[float]) -> None:
    found = scale("t", np.array(values, np.float32), ("#000000", "#ffffff"))
    assert (found.codes == NONE).tolist() == [not np.isfinite(value) for value in values]


def test_points_in_no_cluster_have_no_colour() -> None:
    found = clusters("c", np.array([1, 0, -1, 0]))
    assert found.codes.tolist() == [1, 0, NONE, 0]
    assert found.names == ("1", "2")
    assert clusters("c", np.array([-1, -1])).names == ()
