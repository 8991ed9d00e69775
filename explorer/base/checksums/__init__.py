"""Checksums that files carry in themselves, so that one copied alone is still checked: JSON objects and npz files."""

from explorer.base.checksums.json_checksum import with_checksum as with_checksum
from explorer.base.checksums.json_checksum import without_checksum as without_checksum
from explorer.base.checksums.npz import DAMAGES as DAMAGES
from explorer.base.checksums.npz import npz_arrays as npz_arrays
from explorer.base.checksums.npz import npz_bytes as npz_bytes
from explorer.base.checksums.npz import npz_with_checksum as npz_with_checksum
