"""The figure of bits against quality."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.image_lab.compression import Comparison, Rate
from explorer.ui.image.compress import code_sentence, in_sigmas
from explorer.ui.image.figures_compress import rate_figure


def rate(ways: tuple[float, ...], bits: list[float], psnr: list[float], n: int = 1) -> Rate:
    """The same for each of ``n`` images; half of it without headers."""
    rate_bits, psnr_db = (np.repeat(np.array(column, float)[:, None], n, 1) for column in (bits, psnr))
    return Rate(ways, rate_bits, psnr_db, rate_bits / 2)


def comparison(n: int = 1) -> Comparison:
    """Two codes, three JPEGs of which the last loses nothing, a PNG."""
    return Comparison(
        rate((1.0, 0.25), [30, 60], [18, 22], n),
        rate((5, 50, 95), [1500, 2500, 4000], [20, 30, math.inf], n),
        rate((0,), [2000], [math.inf], n),
    )


@pytest.mark.parametrize("dark", [False, True])
def test_lines_stand_where_the_numbers_are(dark: bool) -> None:
    chart = rate_figure(comparison(), comparison(7), 7, 1, 28.0, dark)
    lines = {trace.name: trace for trace in chart.data if trace.name}
    assert list(lines["latent code"].x) == [30, 60]
    assert list(lines["JPEG"].x) == [1500, 2500], "what is lossless has no PSNR to stand at"
    assert list(lines["JPEG without headers"].x) == [750, 1250]
    assert list(lines["PNG, lossless"].x) == [2000, 2000]
    assert list(lines["KL"].x) == [28, 28]
    assert {"latent code, mean of 7", "JPEG, mean of 7"} <= set(lines)
    low, high = chart.layout.xaxis.range
    assert 10**low < 28
    assert 10**high > 2500
    ring = next(trace for trace in chart.data if trace.marker.symbol == "circle-open")
    assert (ring.x[0], ring.y[0]) == (60, 22)


def test_without_data_and_prior_there_are_fewer_lines() -> None:
    names = [trace.name for trace in rate_figure(comparison(), None, 0, 0, None, False).data if trace.name]
    assert names == ["latent code", "JPEG", "JPEG without headers", "PNG, lossless"]


def test_the_sentence_holds_the_code_against_the_smallest_jpeg_as_good() -> None:
    assert code_sentence(comparison(), 0) == (
        "At the PSNR of this picture (18.0 dB) the code needs **30.0 bits**, JPEG **1,500** (quality 5, 20.0 dB). "
        "PNG keeps every pixel in 2,000."
    )
    assert "JPEG **2,500** (quality 50, 30.0 dB)" in code_sentence(comparison(), 1)


def test_steps_are_fractions_of_sigma() -> None:
    assert [in_sigmas(step) for step in (2.0, 1.0, 0.125)] == ["2 σ", "1 σ", "1/8 σ"]
