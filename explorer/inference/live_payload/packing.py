"""A JSON object and binary parts as one byte string, as ``live/payload.js`` reads them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any


def pack(header: Mapping[str, Any], blobs: Mapping[str, bytes]) -> bytes:
    """uint32 length of the JSON, the JSON (with each blob's offset and length), the blobs."""
    places, offset = {}, 0
    for name, blob in blobs.items():
        places[name] = (offset, len(blob))
        offset += len(blob)
    text = json.dumps({**header, "blobs": places}, allow_nan=False).encode()
    return struct.pack("<I", len(text)) + text + b"".join(blobs.values())
