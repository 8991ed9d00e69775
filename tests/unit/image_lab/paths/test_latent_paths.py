"""Paths between images, against decoders whose shortest ways are known."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from explorer.base.errors import ExplorerError
from explorer.image_lab.paths.latent_paths import KINDS, PATH_STEPS, Path, path_through, picture_steps
from explorer.inference.latent_space.latent_codes import codes
from explorer.inference.latents import latents_of
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.run import find_run
from models.vae import VAE

PAIRS = 20


class Known(torch.nn.Module):
    """A decoder that is a formula: codes [..., D] -> pictures [..., 1, 1, pixels]."""

    def __init__(self, latent: int, code: int | None = None) -> None:
        super().__init__()
        self.config, self.code = SimpleNamespace(latent=latent), code or latent
        generator = torch.Generator().manual_seed(0)
        self.weight = torch.nn.Parameter(torch.randn((self.code, 6), generator=generator))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """A linear one."""
        return (z @ self.weight)[..., None, None, :]


class Polar(Known):
    """Radius and angle to a place in the plane: the shortest way between two places is known to be straight there."""

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        radius, angle = z[..., 0], z[..., 1]
        return torch.stack([radius * angle.cos(), radius * angle.sin()], -1)[..., None, None, :]


def through(model: Known, stops: list[list[float]], kind: str) -> Path:
    """A path of a decoder that is a formula."""
    return path_through(cast(VAE, model), [np.array(stop, np.float32) for stop in stops], kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_begins_ends_and_stops_at_its_images(kind: str) -> None:
    stops: list[list[float]] = [[1, 0.5, -1], [-2, 1, 0], [0.5, 2, 2]]
    path = through(Known(3), stops, kind)
    assert path.codes.shape == (2 * PATH_STEPS + 1, 3)
    np.testing.assert_array_equal(path.codes[list(path.stops)], np.array(stops, np.float32))
    assert path.travelled[0] == 0
    assert (np.diff(path.travelled) >= 0).all()


def test_with_a_linear_decoder_the_geodesic_is_the_straight_line() -> None:
    model, a, b = Known(3), [1.0, 0.5, -1.0], [-2.0, 1.0, 0.0]
    straight, geodesic = through(model, [a, b], "straight"), through(model, [a, b], "geodesic")
    np.testing.assert_allclose(geodesic.codes, straight.codes, atol=2e-3)
    with torch.no_grad():
        expected = ((torch.tensor(b) - torch.tensor(a)) @ model.weight).norm().item()
    assert straight.length == pytest.approx(expected, rel=1e-5)
    assert geodesic.length == pytest.approx(expected, rel=1e-5)


def test_the_geodesic_of_polar_coordinates_is_the_chord() -> None:
    a, b = [1.0, 0.0], [1.5, 2.0]
    chord = math.sqrt(1 + 1.5**2 - 2 * 1.5 * math.cos(2.0))
    spiral, _ = quad(lambda t: math.hypot(0.5, 2.0 * (1 + 0.5 * t)), 0, 1)
    assert through(Polar(2), [a, b], "straight").length == pytest.approx(spiral, rel=1e-4)
    assert through(Polar(2), [a, b], "geodesic").length == pytest.approx(chord, rel=1e-3)
    assert spiral > 1.2 * chord


def test_the_steps_are_measured_across_batches() -> None:
    model, z = Known(3), np.random.default_rng(0).standard_normal((2500, 3)).astype(np.float32)
    pictures = z.astype(np.float64) @ model.weight.detach().double().numpy()
    expected = np.linalg.norm(np.diff(pictures, axis=0), axis=1)
    np.testing.assert_allclose(picture_steps(cast(VAE, model), z), expected, rtol=1e-4)


def test_frames_are_even_steps_of_the_picture() -> None:
    path = through(Polar(2), [[0.2, 0.0], [3.0, 2.5]], "straight")
    frames = path.at(path.even(8))
    np.testing.assert_array_equal(frames[[0, -1]], path.codes[[0, -1]])
    radius = frames[:, 0]
    assert np.diff(radius)[0] > 2 * np.diff(radius)[-1]  # the plane is wider outside: smaller steps of z there
    inside = [path.travelled[np.abs(path.codes[:, 0] - r).argmin()] for r in radius]
    np.testing.assert_allclose(np.diff(inside), path.length / 8, atol=2 * path.length / PATH_STEPS)


def test_every_image_is_among_the_even_steps() -> None:
    stops: list[list[float]] = [[1, 0], [1.5, 2], [4, 0]]
    path = through(Polar(2), stops, "straight")
    shares = path.even(4)
    assert len(shares) == 9
    np.testing.assert_allclose(path.at(shares)[[0, 4, 8]], np.array(stops), atol=1e-6)
    assert np.ptp(np.diff(shares)[:4]) < 1e-9
    assert np.ptp(np.diff(shares)[4:]) < 1e-9


def test_the_class_goes_evenly_on_every_path() -> None:
    model = Known(2, code=4)
    for kind in KINDS:
        path = through(model, [[1, 0.5, 1, 0], [-1, 2, 0, 1]], kind)
        shares = np.linspace(0, 1, PATH_STEPS + 1)
        np.testing.assert_allclose(path.codes[:, 2:], np.stack([1 - shares, shares], 1), atol=1e-6)


def test_between_equal_images_nothing_moves() -> None:
    path = through(Known(2), [[1, 2], [1, 2]], "straight")
    assert path.length == 0
    np.testing.assert_array_equal(path.at(path.even(4)), np.tile([1, 2], (5, 1)))


def test_progress_grows_to_the_end() -> None:
    reported: list[float] = []
    stops = [np.array(stop, np.float32) for stop in ([1, 0], [1.5, 2], [2, 0])]
    path_through(cast(VAE, Polar(2)), stops, "geodesic", reported.append)
    assert reported == sorted(reported)
    assert 0 < reported[0] < 0.5 < reported[-1] <= 1


@pytest.mark.parametrize(("stops", "sentence"), [([[1, 2]], "two images"), ([[1, 2], [1, 2, 3]], "do not fit")])
def test_what_is_no_path_is_a_sentence(stops: list[list[float]], sentence: str) -> None:
    if len(stops) == 2:
        stops = [stops[1], stops[1]]
    with pytest.raises(ExplorerError, match=sentence):
        through(Known(2), stops, "straight")


def test_a_model_keeps_its_gradients_and_its_weights() -> None:
    model = Polar(2)
    through(model, [[1, 0], [1.5, 2]], "geodesic")
    assert model.weight.grad is None


def test_the_geodesic_leaves_a_core_to_others() -> None:
    before, seen = torch.get_num_threads(), set()
    try:
        torch.set_num_threads(2)
        stops = [np.array(stop, np.float32) for stop in ([1, 0], [1.5, 2])]
        path_through(cast(VAE, Polar(2)), stops, "geodesic", lambda _: seen.add(torch.get_num_threads()))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert 1 in seen  # while the curve is looked for


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mnist-2d", "mnist-16d"])
def test_the_geodesic_is_no_longer_than_the_straight_line(name: str) -> None:
    run = find_run(name)
    model, latents = load_model(load_run(run), torch.device("cpu")), latents_of(load_run(run))
    ends = np.random.default_rng(0).choice(len(latents), (PAIRS, 2), replace=False)
    ratios = []
    for pair in ends:
        stops = list(codes(load_run(run), latents.mu[pair], None))
        lengths = [path_through(model, stops, kind).length for kind in ("straight", "geodesic")]
        ratios.append(lengths[1] / lengths[0])
    print(f"{name}: geodesic / straight of {PAIRS} pairs: median {np.median(ratios):.3f}, most {max(ratios):.3f}")
    assert max(ratios) <= 1
    assert sum(ratio < 0.999 for ratio in ratios) >= 0.9 * PAIRS  # found, not only fallen back on the straight line
