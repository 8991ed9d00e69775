"""z in a link: spelled out where it is short, packed where it is long."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from explorer.ui.common.latent_link import PACKED, packed, unpacked


def test_a_long_z_comes_back_to_four_decimals_in_a_link_that_servers_take() -> None:
    z = np.random.default_rng(0).standard_normal(1024).astype(np.float32)
    text = packed(z)
    assert text.startswith(PACKED)
    assert text.isascii()
    assert not set(text) & set("+/=&# ")
    assert len(text) < 3500
    np.testing.assert_allclose(unpacked(text, 1024), z, atol=5.1e-5)


def test_what_differs_little_from_the_mean_is_short() -> None:
    z = np.zeros(1024, np.float32)
    z[[3, 700]] = [999.9, -2.5]
    assert len(packed(z)) < 100
    np.testing.assert_allclose(unpacked(packed(z), 1024), z, atol=1e-4)


@pytest.mark.parametrize("text", ["~", "~!!!!", "~AAAA", "~é", "~" + "A" * 400])
def test_what_was_not_packed_is_refused(text: str) -> None:
    with pytest.raises((ValueError, zlib.error)):
        unpacked(text, 200)


@pytest.mark.parametrize("numbers", [199, 201, 100_000])
def test_a_packed_z_of_another_size_is_refused(numbers: int) -> None:
    with pytest.raises(ValueError, match="reshape"):
        unpacked(packed(np.ones(numbers)), 200)
