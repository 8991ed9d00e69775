"""The measures of known factors on a tiny run: what they give, and where they say nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.inference.likelihood.evaluation import PerImage
from explorer.measures.bench import Bench
from explorer.measures.diagnosis import caution
from explorer.measures.measured_value import jackknife_stderr
from explorer.measures.registry import MEASURES, taken
from explorer.measures.report import details
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run

NAMES = ("dci-disentanglement", "dci-completeness", "dci-informativeness", "factor-vae", "sap", "modularity")
LEVELS = np.column_stack([np.arange(360) % 4, np.arange(360) // 4 % 5])  # of the 360 test images


def bench_of(trained: Run, mu: NDArray[np.floating], factors: NDArray[np.int64] = LEVELS) -> Bench:
    """A run whose images have these factors [N, F] and codes [N, K]."""
    bench = Bench(load_run(trained), "test", 1)
    assert bench.found is not None
    bench.found = replace(bench.found, factors=factors, factor_names=tuple("ab")[: factors.shape[1]])
    wide, none = mu.astype(np.float32), np.zeros(len(mu), np.float32)
    bench.rows = PerImage(wide, np.full_like(wide, -9), none, np.zeros_like(wide), none)
    return bench


def test_a_perfect_code_has_all_with_its_error_and_its_table(trained: Run) -> None:
    noted: list[float] = []
    bench = bench_of(trained, LEVELS * np.array([1.0, -3.0]))
    bench.note = noted.append
    for name in NAMES:
        one = taken(MEASURES[name], bench)
        assert one.value == pytest.approx(1, abs=0.01), name
        assert one.n == 360
        assert 0 <= one.errors[0] < 0.01
        if one.by_factor:
            assert list(one.by_factor) == ["a", "b"]
            table = np.array(list(one.by_factor.values()))
            assert table.argmax(1).tolist() == [0, 1], name
            assert details(MEASURES[name], one)["by_factor"]["b"] == list(one.by_factor["b"])
        if name == "dci-completeness":
            assert caution(one) == "By a lasso 1.0."
        if name == "factor-vae":
            assert caution(one) == "Chance is 0.50."
            assert one.beside["above_chance"] == 1
    assert noted == sorted(noted)
    assert len(noted) >= 10  # the forests were learned once
    assert caution(taken(MEASURES["mig"], bench)).startswith("With 20 bins and no correction ")


def test_with_one_factor_or_one_dimension_every_code_would_be_perfect(trained: Run) -> None:
    one_factor = bench_of(trained, LEVELS * np.array([1.0, -3.0]), LEVELS[:, :1])
    for name in ("dci-disentanglement", "factor-vae", "modularity"):
        assert "two factors or more" in taken(MEASURES[name], one_factor).absent
    one_dimension = bench_of(trained, LEVELS[:, :1] * 1.0)
    assert "two dimensions or more" in taken(MEASURES["dci-completeness"], one_dimension).absent


def test_a_collapsed_code_has_nothing_of_any_factor(trained: Run) -> None:
    bench = bench_of(trained, np.zeros((360, 2)))
    for name in ("dci-disentanglement", "dci-completeness", "dci-informativeness", "factor-vae", "sap"):
        assert taken(MEASURES[name], bench).value == 0, name
    assert taken(MEASURES["modularity"], bench).absent == "No dimension is active."


def test_few_images_and_few_of_each_value_are_no_ground(trained: Run) -> None:
    few = np.arange(60)
    bench = bench_of(trained, LEVELS[few] * np.array([1.0, -3.0]), LEVELS[few])
    assert bench.found is not None
    bench.found = replace(bench.found, pixels=bench.found.pixels[few], labels=None)
    for name in ("dci-completeness", "dci-informativeness", "sap"):
        assert taken(MEASURES[name], bench).absent == "It cannot be known from 60 images: it takes 100 or more."
    many = np.column_stack([np.arange(360) % 45, np.arange(360) % 2])
    absent = taken(MEASURES["factor-vae"], bench_of(trained, many * 1.0, many)).absent
    assert absent == "A factor has no value that 25 images or more share."


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(0).standard_normal(20_000)
    found = [jackknife_stderr(lambda own: float(values[own].mean()), 20_000, groups) for groups in (10, 200)]
    assert found == pytest.approx([1 / np.sqrt(20_000)] * 2, rel=0.5)
    assert found[1] == pytest.approx(1 / np.sqrt(20_000), rel=0.15)
