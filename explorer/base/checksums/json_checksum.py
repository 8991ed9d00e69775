"""A JSON object with its SHA-256 as one of its entries. Files of earlier versions have none and are read without."""

from __future__ import annotations

import hashlib
import json
from typing import Any

SHA256 = "sha256"  # the key
MISMATCH = "its checksum does not match"


def with_checksum(value: dict[str, Any]) -> dict[str, Any]:
    """The JSON object with the SHA-256 of its content as one more entry."""
    return {**value, SHA256: digest_of(value)}


def without_checksum(value: Any) -> dict[str, Any]:
    """The content of a JSON object, with or without a checksum; ValueError where it is none or was altered since."""
    if not isinstance(value, dict):
        raise ValueError("it holds no JSON object")
    content = {key: entry for key, entry in value.items() if key != SHA256}
    if SHA256 in value and value[SHA256] != digest_of(content):
        raise ValueError(MISMATCH)
    return content


def digest_of(value: dict[str, Any]) -> str:
    """The SHA-256 of a JSON object's values, whatever its layout and the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
