"""What the pad's grid holds while z is moved along directions."""

from __future__ import annotations

import numpy as np

from explorer.inference.latent_space.latent_directions import principal_directions, view_along
from explorer.inference.latent_space.latent_geometry import View
from explorer.inference.live_payload.coordinates import reach_along
from explorer.ui.components.live.along_directions import held_along

MU = np.random.default_rng(0).standard_normal((400, 64)) * np.geomspace(40, 0.01, 64)
DIRECTIONS = principal_directions(MU)
VIEW = View(0, 1, basis="directions")


def test_a_move_on_the_pad_holds_the_same_and_another_does_not() -> None:
    z = np.random.default_rng(1).standard_normal(64).astype(np.float32)
    before = held_along(DIRECTIONS, z, VIEW, None)
    on_pad = DIRECTIONS.moved(z, [0, 1], np.array([30.0, -5.0])).round(4)
    assert held_along(DIRECTIONS, on_pad, VIEW, before) is before
    elsewhere = held_along(DIRECTIONS, DIRECTIONS.moved(z, [2], np.array([9.0])), VIEW, before)
    np.testing.assert_allclose(DIRECTIONS.coordinates(elsewhere)[:3], [0, 0, 9], atol=1e-4)
    assert held_along(DIRECTIONS, z, VIEW, np.zeros(3, np.float32)).shape == (64,)


def test_sliders_and_pad_reach_the_data_and_what_the_prior_draws() -> None:
    reach = reach_along(DIRECTIONS, has_prior=True)
    assert (reach >= 3).all()
    assert (reach >= DIRECTIONS.farthest).all()
    assert (reach >= 3 * DIRECTIONS.sd).all()
    assert reach_along(DIRECTIONS, has_prior=False).min() < 3
    view = view_along(DIRECTIONS, has_prior=False)
    assert (view.x, view.y, view.scale, view.basis) == (0, 1, "linear", "directions")
    np.testing.assert_allclose([view.hi_x, view.hi_y, -view.lo_x], 3 * DIRECTIONS.sd[[0, 1, 0]], rtol=0.05)
