"""Arrays in npz files: whole or refused, readable by numpy alone, and as earlier versions wrote them."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.base.checksums.npz import npz_arrays, npz_bytes

ARRAYS: dict[str, NDArray[np.generic]] = {
    "mu": np.random.default_rng(0).normal(size=(360, 2)).astype(np.float32),
    "weights": np.array("abc"),
}


def flipped(content: bytes, place: int) -> bytes:
    """The bytes with one bit changed."""
    altered = bytearray(content)
    altered[place // 8] ^= 1 << (place % 8)
    return bytes(altered)


def same(found: dict[str, NDArray[np.generic]]) -> bool:
    """Whether these are ``ARRAYS``."""
    return found.keys() == ARRAYS.keys() and all(np.array_equal(found[name], ARRAYS[name]) for name in ARRAYS)


def earlier(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    """The file that earlier versions wrote."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def test_arrays_come_back_as_they_were() -> None:
    assert same(npz_arrays(npz_bytes(ARRAYS)))
    assert npz_bytes(ARRAYS) == npz_bytes(ARRAYS)


def test_numpy_reads_it_without_us() -> None:
    with np.load(io.BytesIO(npz_bytes(ARRAYS)), allow_pickle=False) as file:
        assert same(dict(file))


def test_a_flipped_bit_is_refused_before_anything_is_parsed() -> None:
    whole = npz_bytes(ARRAYS)
    for place in np.random.default_rng(1).permutation(8 * (len(whole) - 80))[:500]:
        with pytest.raises(ValueError, match="its checksum does not match"):
            npz_arrays(flipped(whole, int(place)))


@pytest.mark.parametrize("length", [0, 1, 70, 200, 1000, -120, -93])
def test_one_that_was_cut_off_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        npz_arrays(npz_bytes(ARRAYS)[:length])


def test_damage_at_its_very_end_leaves_the_arrays_or_is_refused() -> None:
    whole = npz_bytes(ARRAYS)
    for content in (flipped(whole, place) for place in range(8 * (len(whole) - 93), 8 * len(whole))):
        with contextlib.suppress(ValueError):
            assert same(npz_arrays(content))
    for length in range(1, 93):
        with contextlib.suppress(ValueError):
            assert same(npz_arrays(whole[:-length]))


def test_one_without_a_checksum_is_read_and_its_arrays_are_checked() -> None:
    whole, refused = earlier(ARRAYS), 0
    assert same(npz_arrays(whole))
    everywhere = np.random.default_rng(2).permutation(8 * len(whole))[:1000].tolist()
    for place in [*everywhere, *range(8 * (len(whole) - 140), 8 * len(whole))]:  # the directory, bit by bit
        try:
            found = npz_arrays(flipped(whole, place))
        except ValueError:
            refused += 1
        else:
            assert same(found)  # a time stamp, for one
    assert refused > 1000
