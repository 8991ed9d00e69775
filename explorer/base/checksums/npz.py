"""Arrays in npz files, without pickle, with the SHA-256 of the file at its end.

The digits end the comment of the zip file that an npz is, so that every program reads it as before. Of a file
without them, as earlier versions wrote it, the CRC-32 of each array is checked.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib

import numpy as np
from numpy.typing import NDArray

from explorer.base.checksums.json_checksum import MISMATCH

DAMAGES = (  # exceptions that reading an npz or npy file with altered bytes may raise
    OSError, ValueError, EOFError, KeyError, TypeError, RuntimeError, MemoryError, struct.error, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip
MARK = b"sha256:"
DIGITS = 64


def npz_bytes(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    """The bytes of a compressed npz file with the arrays and its checksum."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return npz_with_checksum(buffer.getvalue())


def npz_with_checksum(content: bytes) -> bytes:
    """The bytes of an npz file with its checksum in place of a comment; the arrays stay as they are, byte for byte."""
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = MARK + b"0" * DIGITS
    return with_digits(buffer.getvalue()[:-DIGITS])


def with_digits(content: bytes) -> bytes:
    """The bytes, then their SHA-256 in hexadecimal."""
    return content + hashlib.sha256(content).hexdigest().encode()


def check_zip(archive: zipfile.ZipFile, content: bytes) -> None:
    """Raise ValueError for a zip file, without a comment, with a wrong CRC-32 or with fewer files than its end says."""
    if len(archive.infolist()) != int.from_bytes(content[-12:-10], "little"):
        raise ValueError("arrays are missing")
    if name := archive.testzip():
        raise ValueError(f"{name} has another CRC-32")


def npz_arrays(content: bytes) -> dict[str, NDArray[np.generic]]:
    """The arrays of an npz file by name; ValueError where it was altered or cut off."""
    before_digits = content[:-DIGITS]
    marked = before_digits.endswith(MARK)
    if marked and content != with_digits(before_digits):
        raise ValueError(MISMATCH)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            if not marked:
                check_zip(file.zip, content)
            return {key: file[key] for key in file.files}
    except DAMAGES as error:
        raise ValueError(str(error) or type(error).__name__) from error
