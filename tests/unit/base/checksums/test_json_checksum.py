"""Checksums in JSON objects: of the values, whatever their layout; absent from files of earlier versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.base.checksums.json_checksum import MISMATCH, with_checksum, without_checksum
from explorer.base.errors import DamagedFileError
from explorer.base.files import read_json, write_json

VALUE: dict[str, Any] = {"name": "a", "share": 0.1, "sizes": [1, 2], "more": {"none": None, "yes": True}}


def test_an_object_comes_back_as_it_was() -> None:
    assert without_checksum(json.loads(json.dumps(with_checksum(VALUE)))) == VALUE


def test_order_and_layout_do_not_count() -> None:
    turned = dict(reversed(with_checksum(VALUE).items()))
    assert without_checksum(json.loads(json.dumps(turned, indent=7))) == VALUE


def test_one_without_a_checksum_is_of_an_earlier_version() -> None:
    assert without_checksum(VALUE) == VALUE


@pytest.mark.parametrize("change", [{"share": 0.2}, {"sizes": [1]}, {"new": 1}, {"sha256": None}, {"name": "A"}])
def test_an_altered_one_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=MISMATCH):
        without_checksum({**with_checksum(VALUE), **change})


def test_each_flipped_bit_of_a_file_is_noticed_or_changes_no_value(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, VALUE)
    whole, refused = path.read_bytes(), 0
    for place in np.random.default_rng(0).permutation(8 * len(whole))[:400]:
        content = bytearray(whole)
        content[place // 8] ^= 1 << (place % 8)
        path.write_bytes(content)
        try:
            found = read_json(path)
        except DamagedFileError:
            refused += 1
        else:
            assert {key: found.get(key) for key in VALUE} == VALUE  # a blank, or the name of the checksum
    assert refused > 300
