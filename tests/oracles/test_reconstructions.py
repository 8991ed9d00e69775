"""Measures of reconstructions through the posterior mean, over the whole test split."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from explorer.datasets import stratified
from tests.oracles.networks import Array
from tests.oracles.pictures import RADIUS, psnr, squared_error, ssim
from tests.oracles.shipped import ShippedRun, shipped_runs

ALL = slice(None)
ROUNDING = 1e-5  # of float32, relative


@cache
def images_and_reconstructions(run: ShippedRun) -> tuple[Array, Array]:
    """Test images and their reconstructions, [N, C, side, side] each."""
    decoded = run.networks.mean(run.latents["mu"], run.classes(ALL))
    return run.x(ALL).reshape(-1, *run.options["shape"]), decoded.reshape(-1, *run.options["shape"])


@pytest.mark.parametrize("run", shipped_runs())
def test_errors_of_each_image_and_their_mean(run: ShippedRun) -> None:
    errors = squared_error(*images_and_reconstructions(run))
    np.testing.assert_allclose(run.latents["mse"], errors, rtol=1e-4, atol=1e-7)
    assert run.figure("mse") == pytest.approx(errors.mean(), rel=ROUNDING)


@pytest.mark.parametrize("run", shipped_runs())
def test_peak_signal_to_noise_ratio(run: ShippedRun) -> None:
    assert run.figure("psnr") == pytest.approx(psnr(*images_and_reconstructions(run)).mean(), abs=1e-4)


@pytest.mark.parametrize("run", shipped_runs())
def test_structural_similarity(run: ShippedRun) -> None:
    about_each = ssim(*images_and_reconstructions(run))
    assert run.figure("ssim") == pytest.approx(about_each.mean(), abs=3e-5)
    inner = about_each[..., RADIUS:-RADIUS, RADIUS:-RADIUS]
    if inner.size:
        assert run.figure("ssim-inner") == pytest.approx(inner.mean(), abs=3e-5)
    else:
        assert run.figure("ssim-inner") is None


@pytest.mark.parametrize("run", shipped_runs(lambda run: not run.residual))
def test_effect_of_each_dimension(run: ShippedRun) -> None:
    chosen = stratified(run.labels(ALL), len(run.images()), run.measures["effect"]["n"])
    mu, classes = run.latents["mu"], run.classes(chosen)
    spread = np.sqrt(mu.var(0) + np.exp(run.latents["logvar"]).mean(0))
    still, *moved = (
        run.networks.mean(mu[chosen] + step, classes) for step in [np.zeros_like(spread), *np.diag(spread)]
    )
    effects = [255 * np.abs(one - still).mean() for one in moved]
    np.testing.assert_allclose(run.figure("effect"), effects, rtol=1e-4)
