"""Arrays in npz files, without pickle."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import numpy as np
from numpy.typing import NDArray

DAMAGES = (  # exceptions that reading an npz or npy file with altered bytes may raise
    OSError, ValueError, EOFError, KeyError, TypeError, RuntimeError, MemoryError, struct.error, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip


def npz_bytes(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    """The bytes of a compressed npz file with the arrays."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
