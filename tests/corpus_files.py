"""The bytes of hostile and odd files, made field by field where no program writes such a thing."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from tests.helpers import encoded, photo


def cut(kind: str, tenth: int) -> bytes:
    """A file without its end."""
    content = encoded(photo(size=(80, 60)), kind)
    return content[: len(content) * tenth // 10]


def plain(mode: str, side: int, kind: str, options: dict[str, Any]) -> bytes:
    """A file of one colour."""
    return encoded(Image.new(mode, (side, side), 1), kind, **options)


def noisy(kind: str) -> bytes:
    """A file whose second half is random."""
    content = encoded(photo(), kind)
    return content[: len(content) // 2] + noise(len(content) // 2)


def noise(n: int, seed: int = 0) -> bytes:
    """Random bytes."""
    return np.random.default_rng(seed).bytes(n)


def palette() -> Image.Image:
    """A picture of indexed colours."""
    return photo().convert("P", palette=Image.Palette.ADAPTIVE, colors=16)


def lab() -> Image.Image:
    """A picture in CIE Lab."""
    return Image.merge("LAB", [Image.fromarray(noise_band(seed)) for seed in range(3)])


def noise_band(seed: int) -> Any:
    """[30, 40] random bytes."""
    return np.random.default_rng(seed).integers(0, 256, (30, 40), np.uint8)


def srgb() -> bytes:
    """A colour profile that is whole."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def upright_picture() -> Image.Image:
    """No turn of it looks like another; in large squares, which a lossy format keeps."""
    squares = np.random.default_rng(3).integers(0, 2, (3, 4), np.uint8) * 255
    return Image.fromarray(squares.repeat(16, 0).repeat(16, 1))


def orientation_of(turn: int) -> bytes:
    """EXIF data with nothing but the orientation."""
    exif = Image.Exif()
    exif[0x0112] = turn
    return exif.tobytes()


def turned_file(kind: str, turn: int) -> bytes:
    """The upright picture as a camera held in that way stores it: where its first row and column are seen."""
    upright = np.asarray(upright_picture())
    stored = {
        1: upright,  # top, left
        2: upright[:, ::-1],  # top, right
        3: upright[::-1, ::-1],  # bottom, right
        4: upright[::-1],  # bottom, left
        5: upright.T,  # left, top
        6: upright[:, ::-1].T,  # right, top
        7: upright[::-1, ::-1].T,  # right, bottom
        8: upright[::-1].T,  # left, bottom
    }
    options = {"lossless": True} if kind == "WEBP" else {}
    return encoded(Image.fromarray(stored[turn]), kind, exif=orientation_of(turn), **options)


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int, more: bytes = b"", depth: int = 8, pixels: bytes = b"\0") -> bytes:
    """A colour PNG that claims this size."""
    size = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    body = png_chunk(b"IDAT", zlib.compress(pixels)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", size) + more + body


def gif_of(width: int, height: int, more: bytes = b"") -> bytes:
    """A GIF that claims this size."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + more
    return head + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\2\2\x4c\1\0;"


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG that claims this size."""
    content = bytearray(encoded(photo(), "JPEG"))
    struct.pack_into(">HH", content, content.index(b"\xff\xc0") + 5, height, width)
    return bytes(content)


def jpeg_of_scans(n: int) -> bytes:
    """A progressive JPEG whose last scan is there so often."""
    content = encoded(photo(), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * n + content[-2:]


def bmp_of(width: int, height: int, compression: int = 0, pixels: bytes = b"") -> bytes:
    """A palette BMP that claims this size."""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, compression, len(pixels), 1, 1, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078 + len(pixels), 0, 0, 1078) + head + bytes(1024) + pixels


def webp_of(width: int, height: int) -> bytes:
    """A lossless WebP that claims this size."""
    content = bytearray(encoded(photo(), "WEBP", lossless=True))
    struct.pack_into("<I", content, content.index(b"VP8L") + 9, (width - 1) | (height - 1) << 14)
    return bytes(content)


def tiff_of(width: int, height: int, n_tags: int = 0) -> bytes:
    """A grey TIFF that claims this size, with so many unknown tags of text that all lie at the same place."""
    known = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 81)]
    tags = known + [(1000 + i, 2, 90, 8) for i in range(n_tags)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return struct.pack("<2sHI", b"II", 42, 108) + bytes(100) + struct.pack("<H", len(tags)) + entries + bytes(4)
