"""The flow: exactly undone, a density that integrates to 1, and of any number of coordinates."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.inference.densities.flow import Flow, FlowDensity, fit_flow, restored_flow
from explorer.inference.densities.sample import Sample
from explorer.inference.densities.splines import EDGE, numbers, spline


def stirred(dims: int, classes: int = 1, by: float = 0.2) -> Flow:
    """A flow away from the identity, in float64."""
    generator = torch.Generator().manual_seed(1)
    flow = Flow(dims, classes).double()
    with torch.no_grad():
        for weights in flow.parameters():
            weights.add_(by * torch.randn(weights.shape, generator=generator, dtype=weights.dtype))
    return flow.requires_grad_(False)


def noise(n: int, dims: int, scale: float = 2.0) -> torch.Tensor:
    return scale * torch.randn((n, dims), generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_a_spline_is_undone_by_its_inverse_and_its_slope_is_the_derivative() -> None:
    made_of = noise(500, numbers(8))
    x = noise(500, 1, 3.0)[:, 0].requires_grad_()
    y, log_slope = spline(x, made_of)
    (derivative,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(log_slope.exp(), derivative)
    back, log_back = spline(y, made_of, inverse=True)
    torch.testing.assert_close(back, x, atol=1e-9, rtol=0)
    torch.testing.assert_close(log_back, -log_slope, atol=1e-7, rtol=0)
    outside = x.abs() >= EDGE
    assert outside.any()
    assert (y[outside] == x[outside]).all()
    same, flat = spline(x, torch.zeros_like(made_of))
    torch.testing.assert_close(same, x)
    torch.testing.assert_close(flat, torch.zeros_like(flat), atol=1e-9, rtol=0)


@pytest.mark.parametrize(("dims", "classes"), [(1, 1), (2, 1), (5, 3)])
def test_codes_and_noise_are_undone_and_the_volume_is_that_of_the_jacobian(dims: int, classes: int) -> None:
    flow, codes = stirred(dims, classes), noise(40, dims)
    labels = torch.arange(40) % classes
    found, volume = flow.noise_of(codes, labels)
    torch.testing.assert_close(flow.codes_of(found, labels), codes, atol=1e-8, rtol=0)
    for row in range(3):
        label = labels[row : row + 1]
        jacobian = torch.autograd.functional.jacobian(lambda x: flow.noise_of(x[None], label)[0][0], codes[row])  # noqa: B023
        torch.testing.assert_close(volume[row], torch.linalg.slogdet(jacobian)[1], atol=1e-7, rtol=0)


@pytest.mark.parametrize("label", [0, 1])
def test_the_density_of_each_class_integrates_to_1(label: int) -> None:
    along = torch.linspace(-15, 15, 401, dtype=torch.float64)
    labels = torch.full((401**2,), label)
    log_density = stirred(2, 2, by=0.1).log_density(torch.cartesian_prod(along, along), labels)
    assert float(log_density.exp().sum() * (along[1] - along[0]) ** 2) == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize("dims", [1, 2])
def test_it_learns_two_clusters_which_one_normal_distribution_does_not(
    dims: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.inference.densities.flow.MOST_STEPS", 300)
    rng = np.random.default_rng(0)
    codes = 0.3 * rng.standard_normal((1200, dims)) + rng.choice([-1.0, 1.0], (1200, 1))
    labels = np.zeros(1200, np.int64)
    found = fit_flow(Sample(codes[200:], labels[200:]), Sample(codes[:200], labels[:200]), lambda done: None)
    normal = -0.5 * (codes**2 + np.log(2 * np.pi)).sum(1).mean()
    assert found.log_density(codes[:200], labels[:200]).mean() > normal + 0.3
    drawn = found.draw(np.zeros(2000, np.int64), 1.0, np.random.default_rng(0))
    assert (np.abs(drawn[:, 0]) < 0.35).mean() < 0.16  # between the clusters: of a normal distribution 27 %
    middle = found.draw(np.zeros(5, np.int64), 0.0, np.random.default_rng(0))
    assert np.ptp(middle, axis=0).max() < 1e-5  # without noise there is one code
    kept = restored_flow(found.arrays())
    np.testing.assert_array_equal(kept.log_density(codes, labels), found.log_density(codes, labels))


def test_draws_keep_their_class() -> None:
    labels = np.arange(600) % 2
    codes = 0.2 * np.random.default_rng(0).standard_normal((600, 2)) + np.where(labels == 1, 1.0, -1.0)[:, None]
    sample = Sample(codes, labels, 2)
    found: FlowDensity = fit_flow(sample, sample.at(np.arange(100)), lambda done: None)
    drawn = found.draw(labels, 1.0, np.random.default_rng(1))
    assert ((drawn.mean(1) > 0) == (labels == 1)).mean() > 0.98
