"""Bits and quality of codes, JPEGs and PNGs, against an exact arithmetic coder and what Pillow and torchmetrics say."""

from __future__ import annotations

import io
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin
from scipy.stats import norm
from torchmetrics.functional.image import peak_signal_noise_ratio

from explorer.image_lab.compression import (
    CODE_STEPS,
    QUALITIES,
    CodeModel,
    code_model,
    compared,
    decoder_bytes,
    encoded,
    jpeg_payload,
    jpeg_rate,
    least_bits,
    png_payload,
    png_rate,
    psnr_db,
)
from explorer.images.image_io import Pixels
from explorer.inference.decoding import model_of
from explorer.inference.latents import Latents, latents_of, originals
from explorer.inference.likelihood.evaluation import PerImage
from explorer.inference.reconstruction import reconstruct
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run

UNIT = CodeModel(np.array([0.0, 0.5, -1.0]), np.array([1.0, 0.6, 0.2]), 1.0)
SPAN = 200  # whole numbers of either sign that the oracle can write


def table(model: CodeModel, dim: int, step: float) -> tuple[list[int], list[Fraction]]:
    """The numbers that dimension ``dim`` can have, and where each one's share of [0, 1] begins, as fractions."""
    numbers = list(range(-SPAN, SPAN + 1))
    edges = norm.cdf((np.array([*numbers, SPAN + 1]) - 0.5) * step, model.mean[dim], model.spread[dim])
    return numbers, [Fraction(0), *(Fraction(float(edge)) for edge in edges[1:-1]), Fraction(1)]


def arithmetic_code(model: CodeModel, code: NDArray[np.int64], step: float) -> str:
    """The bits of an exact arithmetic coder: the shortest binary fraction within the message's interval."""
    low, width = Fraction(0), Fraction(1)
    for dim, number in enumerate(code):
        numbers, edges = table(model, dim, step)
        at = numbers.index(int(number))
        low, width = low + width * edges[at], width * (edges[at + 1] - edges[at])
    length = 0
    while (value := math.ceil(low * 2**length)) + 1 > (low + width) * 2**length:
        length += 1
    return f"{value:0{length}b}" if length else ""


def arithmetic_decode(model: CodeModel, bits: str, step: float) -> list[int]:
    """What ``arithmetic_code`` wrote."""
    value = Fraction(int(bits or "0", 2), 2 ** len(bits))
    found = []
    for dim in range(len(model.mean)):
        numbers, edges = table(model, dim, step)
        at = next(i for i in range(len(numbers)) if edges[i] <= value < edges[i + 1])
        found.append(numbers[at])
        value = (value - edges[at]) / (edges[at + 1] - edges[at])
    return found


@pytest.mark.parametrize("step", [2.0, 0.5, 0.125])
def test_an_arithmetic_coder_needs_the_ideal_length_and_at_most_two_bits_more(step: float) -> None:
    mu = np.random.default_rng(0).normal(UNIT.mean, UNIT.spread, (20, 3)).astype(np.float32)
    codes = UNIT.rounded(mu, step)
    ideal = UNIT.bits(codes, step).sum(1)
    for code, bits in zip(codes, ideal, strict=True):
        written = arithmetic_code(UNIT, code, step)
        assert arithmetic_decode(UNIT, written, step) == code.tolist()
        assert bits - 1e-6 <= len(written) + 1e-6
        assert len(written) <= bits + 2


def test_probabilities_add_up_to_one_and_far_ones_are_still_numbers() -> None:
    every = np.repeat(np.arange(-400, 401)[:, None], 3, 1)
    np.testing.assert_allclose((2.0 ** -UNIT.bits(every, 0.25)).sum(0), 1, rtol=1e-9)
    far = UNIT.bits(np.array([[400, -400, 400]]), 0.25)
    assert np.isfinite(far).all()
    expected = -norm.logpdf(100, 0, 1) / math.log(2)
    assert far[0, 0] == pytest.approx(expected, rel=0.01)
    np.testing.assert_allclose(UNIT.bits(-every, 0.25)[:, 0], UNIT.bits(every, 0.25)[:, 0])


def test_rounding_loses_at_most_half_a_step() -> None:
    mu = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    for step in CODE_STEPS:
        restored = UNIT.restored(UNIT.rounded(mu, step), step)
        assert np.abs(restored - mu).max() <= step / 2 + 1e-6


def latents_with(mu: NDArray[np.float32], kl: float) -> Latents:
    """Latents with these means."""
    zero = np.zeros(len(mu), np.float32)
    return Latents(PerImage(mu, mu * 0, zero, np.full(mu.shape, kl, np.float32), zero), None, ())


def test_the_model_is_that_of_held_out_means() -> None:
    mu = np.random.default_rng(0).normal([0, 3], [1, 0.001], (2000, 2)).astype(np.float32)
    model = code_model(latents_with(mu, 1.0))
    np.testing.assert_allclose(model.mean, mu.mean(0), atol=1e-5)
    assert model.unit == 1
    assert model.spread.tolist() == [pytest.approx(mu[:, 0].std(), rel=1e-5), 0.05]
    assert model.bits(model.rounded(mu, 0.25), 0.25)[:, 1].max() < 0.1, "a dead dimension costs next to nothing"
    assert code_model(latents_with(mu, 1.0), classes=8).class_bits == 3
    scaled = code_model(latents_with(10 * mu, 0.0))  # an autoencoder: its own scale is the unit
    np.testing.assert_array_equal(scaled.rounded(10 * mu, 0.5), code_model(latents_with(mu, 0.0)).rounded(mu, 0.5))


def test_the_ideal_length_is_near_the_entropy_of_what_is_written() -> None:
    mu = np.random.default_rng(0).normal(0, 0.9, (50_000, 1)).astype(np.float32)
    model = code_model(latents_with(mu, 1.0))
    codes = model.rounded(mu, 0.5)
    _, counts = np.unique(codes, return_counts=True)
    entropy = -(counts / len(mu) * np.log2(counts / len(mu))).sum()
    assert model.bits(codes, 0.5).mean() == pytest.approx(entropy, rel=0.005)


def smooth(n: int, channels: int = 1, side: int = 32) -> Pixels:
    """Pictures that JPEG likes: [N, C, side, side]."""
    phase = np.random.default_rng(0).uniform(0, 6, (n, channels, 1, 1))
    along = np.linspace(0, 6, side)
    return np.rint(127 + 100 * np.sin(along[:, None] + phase) * np.cos(along + phase)).astype(np.uint8)


def test_psnr_is_torchmetrics() -> None:
    images = smooth(3)
    noisy = np.clip(images.astype(int) + np.random.default_rng(1).integers(-20, 20, images.shape), 0, 255)
    found = psnr_db(noisy.astype(np.uint8), images)
    for i in range(3):
        one, other = (torch.from_numpy(part[i].astype(np.float32)) / 255 for part in (noisy, images))
        assert found[i] == pytest.approx(float(peak_signal_noise_ratio(one, other, 1.0)), rel=1e-5)
    assert psnr_db(images, images).tolist() == [math.inf] * 3


@pytest.mark.parametrize("channels", [1, 3])
def test_jpegs_are_pillows_and_the_payload_is_what_follows_the_headers(channels: int) -> None:
    images = smooth(2, channels)
    rate = jpeg_rate(images)
    assert rate.bits.shape == (len(QUALITIES), 2)
    content = encoded(images[0], "JPEG", quality=QUALITIES[-1], optimize=True)
    assert rate.bits[-1, 0] == 8 * len(content)
    head = len(content) - jpeg_payload(content) - 2
    assert content[-2:] == b"\xff\xd9"
    with Image.open(io.BytesIO(content)) as image:
        assert isinstance(image, JpegImagePlugin.JpegImageFile)
        image.load()
    assert b"\xff\xc4" in content[:head], "the tables count as header"
    assert (np.diff(rate.psnr_db.mean(1)) >= -0.1).all(), "a higher quality is no worse"
    assert (rate.payload_bits < rate.bits).all()


def test_a_png_loses_nothing_and_its_payload_is_its_idat() -> None:
    images = smooth(2)
    rate = png_rate(images)
    assert np.isinf(rate.psnr_db).all()
    content = encoded(images[0], "PNG", optimize=True)
    assert png_payload(content) == len(content) - 57  # signature 8, IHDR 25, an IDAT's frame 12, IEND 12
    assert rate.payload_bits[0, 0] == 8 * png_payload(content)


def test_the_finest_code_is_the_reconstruction(trained: Run) -> None:
    images, latents, model = originals(load_run(trained)), latents_of(load_run(trained)), model_of(load_run(trained))
    assert images is not None
    results = reconstruct(model, images.pixels[:5])
    found, pictures = compared(model, code_model(latents), images.pixels[:5], latents.mu[:5])
    assert pictures.shape == (len(CODE_STEPS), *images.pixels[:5].shape)
    for i, result in enumerate(results):
        assert found.code.psnr_db[-1, i] == pytest.approx(-10 * math.log10(result.mse), abs=0.3)
    assert (np.diff(found.code.mean().bits[:, 0]) > 0).all(), "finer steps cost more"
    assert decoder_bytes(model) == 4 * sum(p.numel() for p in model.decoder.parameters())


def test_the_rival_is_the_smallest_that_is_no_worse() -> None:
    rate = jpeg_rate(smooth(1))
    for psnr in (0.0, float(np.median(rate.psnr_db))):
        way = least_bits(rate, psnr)
        assert way is not None
        good = rate.psnr_db[:, 0] >= psnr
        assert rate.bits[way, 0] == rate.bits[good, 0].min()
    assert least_bits(rate, math.inf) is None
