"""z in the page's link, absent at the prior's mean: ``?z=0.5000,-1.2000``, or packed where that would be long."""

from __future__ import annotations

import base64
import binascii
import zlib

import numpy as np
import streamlit as st
from numpy.typing import NDArray

Z_PARAMETER = "z"
DECIMALS = 4  # the precision of the component
FEW = 128  # numbers that a link spells out; of 1,024 that would be 8,000 characters, too many for some servers
PACKED = "~"  # begins a packed z


def read_z(latent: int) -> NDArray[np.float32] | None:
    """z [K] of the link, or None where it has none that fits."""
    text = st.query_params.get(Z_PARAMETER)
    if text is None or len(text) > 32 * latent:
        return None
    try:
        z = unpacked(text, latent) if text.startswith(PACKED) else spelled(text)
    except (ValueError, binascii.Error, zlib.error):
        return None
    return z if z.shape == (latent,) and np.isfinite(z).all() else None


def write_z(z: NDArray[np.floating]) -> None:
    """Put z into the link, to four decimals."""
    if not np.any(z):
        st.query_params.pop(Z_PARAMETER, None)
        return
    text = packed(z) if len(z) > FEW else ",".join(f"{value:.{DECIMALS}f}" for value in z)
    if st.query_params.get(Z_PARAMETER) != text:
        st.query_params[Z_PARAMETER] = text


def spelled(text: str) -> NDArray[np.float32]:
    """The numbers of a text with commas."""
    return np.array([float(part) for part in text.split(",")], np.float32)


def packed(z: NDArray[np.floating]) -> str:
    """z [K] as int32 ten-thousandths, all lowest bytes first, compressed, in base64: 3,000 characters for 1,024."""
    units = np.rint(np.asarray(z, np.float64) * 10**DECIMALS).astype("<i4")
    planes = units.view(np.uint8).reshape(-1, 4).T  # [4, K]: the high bytes are nearly all alike
    return PACKED + base64.urlsafe_b64encode(zlib.compress(planes.tobytes(), 9)).decode().rstrip("=")


def unpacked(text: str, latent: int) -> NDArray[np.float32]:
    """The z [K] that was packed. ValueError or zlib.error for anything else; no more than K numbers are unpacked."""
    content = base64.urlsafe_b64decode(text.removeprefix(PACKED) + "=" * (-(len(text) - len(PACKED)) % 4))
    planes = zlib.decompressobj().decompress(content, 4 * latent + 1)
    units = np.frombuffer(planes, np.uint8).reshape(4, latent).T
    return (np.ascontiguousarray(units).view("<i4")[:, 0] / 10**DECIMALS).astype(np.float32)
