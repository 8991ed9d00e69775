from __future__ import annotations

import pytest

from explorer.base.text.suggestion import did_you_mean

KNOWN = ("digits", "mnist", "fashion-mnist", "My run")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("MNIST", "mnist"), ("minst", "mnist"), ("fashion_mnist", "fashion-mnist"), ("my-run", "My run")],
)
def test_a_similar_name_is_suggested(name: str, meant: str) -> None:
    assert did_you_mean(name, KNOWN) == f"Did you mean '{meant}'? "


@pytest.mark.parametrize("name", ["", "cifar", "x"])
def test_nothing_is_suggested_where_nothing_is_similar(name: str) -> None:
    assert did_you_mean(name, KNOWN) == ""
