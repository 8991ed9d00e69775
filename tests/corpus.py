"""Hostile and odd files, each with what must become of it: made here, so that nothing unsafe lies in the repository."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from tests.corpus_files import (
    bmp_of,
    cut,
    gif_of,
    jpeg_of,
    jpeg_of_scans,
    lab,
    noise,
    noisy,
    orientation_of,
    palette,
    plain,
    png_chunk,
    png_of,
    srgb,
    tiff_of,
    turned_file,
    webp_of,
)  # fmt: skip
from tests.helpers import digit_picture, encoded, photo, zipped

GOOD = ""  # no reason to refuse it
DAMAGED, NO_IMAGE, TOO_MANY = "is damaged or cut off", "is not an image", "has too many pixels"
ODD, EMPTY = "is packed in an unusual way", "is empty"
SIX = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
TURNED = ("JPEG", "PNG", "WEBP", "TIFF")


@dataclass(frozen=True)
class Case:
    """A file: what kind of trouble it is, its name, how it is made, and the reason to refuse it (``GOOD``: none).

    A zip's ``expected`` has the reason of each of its files, or one for the whole.
    """

    kind: str
    name: str
    make: Callable[[], bytes]
    expected: str | dict[str, str] = GOOD


def cases() -> list[Case]:
    """The corpus."""
    return [case for make in KINDS for case in make()]


def cut_off() -> Iterator[Case]:
    """Six formats, cut at every tenth of the length."""
    for kind in SIX:
        for tenth in range(1, 10):
            expected = NO_IMAGE if (kind, tenth) == ("GIF", 1) else DAMAGED  # cut within its table of colours
            yield Case(f"cut off {kind}", f"cut-{tenth}.{kind.lower()}", partial(cut, kind, tenth), expected)


def wrong_suffix() -> Iterator[Case]:
    """Formats under the name of another one."""
    for kind, other in zip(SIX, (*SIX[1:], SIX[0]), strict=True):
        yield Case("wrong suffix", f"really-{kind}.{other.lower()}", partial(encoded, photo(), kind))


def at_the_limit() -> Iterator[Case]:
    """The largest pictures that are taken, each decoded in full."""
    made: dict[str, tuple[str, int, str, dict[str, Any]]] = {
        "grey.png": ("L", 8000, "PNG", {}),
        "alpha.png": ("RGBA", 8000, "PNG", {"compress_level": 1}),
        "sixteen.png": ("I;16", 8000, "PNG", {"compress_level": 1}),
        "palette.gif": ("P", 8000, "GIF", {}),
        "plain.jpg": ("RGB", 8000, "JPEG", {}),
        "progressive.jpg": ("RGB", 8000, "JPEG", {"progressive": True, "subsampling": 0}),
        "cmyk.jpg": ("CMYK", 6900, "JPEG", {"progressive": True}),
        "turned.tiff": ("RGB", 6900, "TIFF", {"compression": "tiff_lzw", "tiffinfo": {274: 6}}),
        "lab.tiff": ("LAB", 6900, "TIFF", {"compression": "tiff_lzw"}),
        "float.tiff": ("F", 6900, "TIFF", {"compression": "tiff_lzw"}),
        "bilevel.tiff": ("1", 6900, "TIFF", {"compression": "group4"}),
        "large.webp": ("RGB", 4890, "WEBP", {"method": 0}),
    }
    for name, (mode, side, kind, options) in made.items():
        yield Case("largest taken", name, partial(plain, mode, side, kind, options))


def dimension_bombs() -> Iterator[Case]:
    """Small files that claim enormous pictures."""
    yield Case("dimension bomb", "bomb.png", lambda: png_of(20_000, 20_000), TOO_MANY)
    yield Case("dimension bomb", "long.png", lambda: png_of(1, 64_000_001), TOO_MANY)
    yield Case("dimension bomb", "huge.png", lambda: png_of(2**31 - 1, 2**31 - 1), TOO_MANY)
    yield Case("dimension bomb", "bomb.gif", lambda: gif_of(65_535, 65_535), TOO_MANY)
    yield Case("dimension bomb", "bomb.jpg", lambda: jpeg_of(65_500, 65_500), TOO_MANY)
    yield Case("dimension bomb", "bomb.bmp", lambda: bmp_of(30_000, 30_000), TOO_MANY)
    yield Case("dimension bomb", "bomb.webp", lambda: webp_of(16_383, 16_383), TOO_MANY)
    yield Case("dimension bomb", "bomb.tiff", lambda: tiff_of(40_000, 40_000), TOO_MANY)
    yield Case("dimension bomb", "bomb.ppm", lambda: b"P6\n40000 40000\n255\n" + bytes(99), TOO_MANY)


def time_bombs() -> Iterator[Case]:
    """Files that would keep a parser or a slow decoder busy."""
    chunk = png_chunk(b"teSt", b"")
    yield Case("time bomb", "chunks.png", lambda: png_of(9, 9, chunk * 500_000), ODD)
    yield Case("time bomb", "marks.jpg", lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 1_000_000, ODD)
    yield Case("time bomb", "words.gif", lambda: gif_of(9, 9, b"!\xfe" + b"\1a" * 1_000_000 + b"\0"), ODD)
    yield Case("time bomb", "tags.tiff", lambda: tiff_of(9, 9, 20_000), ODD)
    yield Case("time bomb", "scans.jpg", lambda: jpeg_of_scans(1000), ODD)
    yield Case("time bomb", "runs.bmp", lambda: bmp_of(5000, 5000, 1, b"\1\7" * 10_000_000), TOO_MANY)
    yield Case("time bomb", "words.ppm", lambda: b"P3\n3000 3000\n255\n" + b"7 " * 15_000_000, TOO_MANY)
    yield Case("time bomb", "odd.ppm", lambda: b"P6\n3000 3000\n100\n" + bytes(27_000_000), TOO_MANY)


def small_and_long() -> Iterator[Case]:
    """1 x 1, and pictures of a single row or column."""
    for kind in SIX:
        for kind_of, size in (("one pixel", (1, 1)), ("one column", (1, 10_000)), ("one row", (10_000, 1))):
            yield Case(kind_of, f"{size[0]}x{size[1]}.{kind.lower()}", partial(encoded, photo(size=size), kind))


def modes() -> Iterator[Case]:
    """Unusual bits, palettes and colour spaces."""
    deep = Image.fromarray(np.linspace(0, 65535, 1200).astype(np.uint16).reshape(30, 40))
    made: dict[str, dict[str, Callable[[], bytes]]] = {
        "16 bits": {
            "deep.png": lambda: encoded(deep),
            "deep.tiff": lambda: encoded(deep, "TIFF"),
            "deep.pgm": lambda: encoded(deep, "PPM"),
            "deep-colour.ppm": lambda: b"P6\n40 30\n65535\n" + bytes(range(240)) * 30,
            "deep-colour.png": lambda: png_of(4, 3, depth=16, pixels=bytes(range(25)) * 3),
        },
        "1 bit": {f"1.{kind}": partial(encoded, photo().convert("1"), kind) for kind in (*SIX, "PPM")},
        "palette": {f"p.{kind}": partial(encoded, palette(), kind) for kind in ("PNG", "GIF", "BMP", "TIFF")}
        | {"p-clear.png": lambda: encoded(palette(), transparency=0)},
        "CMYK": {f"c.{kind}": partial(encoded, photo().convert("CMYK"), kind) for kind in ("JPEG", "TIFF")},
        "Lab": {"lab.tiff": lambda: encoded(lab(), "TIFF"), "l.tiff": lambda: encoded(lab().resize((1, 1)), "TIFF")},
        "float": {"f.tiff": lambda: encoded(Image.fromarray(np.array([[np.nan, np.inf, -1e30]], np.float32)), "TIFF")},
        "alpha only": {
            "clear.png": lambda: encoded(Image.new("RGBA", (20, 20))),
            "clear.webp": lambda: encoded(Image.new("RGBA", (20, 20)), "WEBP"),
            "clear.tiff": lambda: encoded(Image.new("RGBA", (20, 20)), "TIFF"),
            "la.png": lambda: encoded(Image.merge("LA", (Image.new("L", (40, 30)), photo().convert("L")))),
            "la.tiff": lambda: encoded(Image.merge("LA", (Image.new("L", (40, 30)), photo().convert("L"))), "TIFF"),
        },
        "animated": {
            f"film.{kind}": partial(encoded, photo(1), kind, save_all=True, append_images=[photo(2), photo(3)])
            for kind in ("GIF", "PNG", "WEBP", "TIFF")
        },
    }
    for kind, files in made.items():
        for name, make in files.items():
            yield Case(kind, name.lower(), make)


def exif_turned() -> Iterator[Case]:
    """EXIF's eight ways to hold a camera."""
    for kind in TURNED:
        for turn in range(1, 9):
            make = partial(turned_file, kind, turn)
            yield Case("EXIF turned", f"turned-{turn}.{kind.lower()}", make)


def metadata_broken() -> Iterator[Case]:
    """Metadata that lies, or is none; the picture itself is whole."""
    exifs = {
        "noise": b"Exif\0\0" + noise(300),
        "cut": b"Exif\0\0II*\0\x08\0\0\0\x05",
        "circle": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0",
        "turn-9": orientation_of(9),
        "turn-text": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x04six\0\0\0\0\0",
    }
    profiles = {
        "noise": noise(500),
        "cut": srgb()[:200],
        "lab": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
        "large": noise(900_000),
    }
    for kind in ("JPEG", "PNG", "WEBP"):
        for name, exif in exifs.items():
            make = partial(encoded, photo(), kind, exif=exif)
            yield Case("EXIF broken", f"exif-{name}.{kind.lower()}", make)
        for name, profile in profiles.items():
            make = partial(encoded, photo(), kind, icc_profile=profile)
            yield Case("ICC broken", f"icc-{name}.{kind.lower()}", make)


def no_pictures() -> Iterator[Case]:
    """What only says that it is a picture."""
    texts = {
        "drawing": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "paper": b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n",
        "page": b"<!doctype html><html><body><script>alert(1)</script></body></html>",
        "script": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nquit\n",
        "words": b"These are words, not pixels.",
        "program": b"\x7fELF\x02\x01\x01" + bytes(57),
        "pickle": b"\x80\x04\x95\x1a\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
        "icon": b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0" + bytes(1128),
        "zip": b"PK\3\4 but not really",
    }
    for name, content in texts.items():
        yield Case("no picture", f"{name}.png", partial(bytes, content), NO_IMAGE)
    yield Case("no picture", "phone.png", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is a HEIC picture")
    for name in ("empty.png", "empty.jpg", "empty.gif"):
        yield Case("empty", name, lambda: b"", EMPTY)
    for seed in range(10):
        yield Case("random bytes", f"noise-{seed}.png", partial(noise, 4000, seed), NO_IMAGE)
    for kind in SIX:
        make = partial(noisy, kind)
        expected = GOOD if kind in ("BMP", "TIFF", "WEBP") else DAMAGED  # any bytes are pixels of these
        yield Case("random pixels", f"noise.{kind.lower()}", make, expected)


def names() -> Iterator[Case]:
    """Names that are trouble by themselves, of a good and of a bad file each."""
    odd = {
        "emoji": "\N{BIRD}\N{DOG FACE}",
        "newline": "two\nlines\r\tand a tab",
        "long": "x" * 300,
        "backwards": "gnp\N{RIGHT-TO-LEFT OVERRIDE}exe",
        "climber": "../../etc/passwd",
        "markup": "<img src=x onerror=alert(1)>**bold**$x$",
        "blank": " ",
    }
    for name in odd.values():
        yield Case("odd name", f"{name}.png", lambda: encoded(photo()))
        yield Case("odd name", f"{name}-words.png", lambda: b"words", NO_IMAGE)


def zips() -> Iterator[Case]:
    """Archives: hostile ones, and hostile files in good ones, with a good picture beside."""
    good = encoded(digit_picture())
    inner = zipped({"1.png": good})
    link = zipfile.ZipInfo("link.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    beside = {"good.png": GOOD}
    rows: list[tuple[str, str, Callable[[], bytes], str | dict[str, str]]] = [
        ("zip", "good.zip", lambda: zipped({"good.png": good}), beside),
        (
            "zip ratio",
            "flat.zip",
            lambda: zipped({"flat.bmp": bytes(30 * 2**20), "good.png": good}),
            beside | {"flat.bmp": "would unpack to more than 200 times"},
        ),
        (
            "zip ratio",
            "large.zip",
            lambda: zipped({"large.bmp": bytes(40 * 2**20), "good.png": good}),
            beside | {"large.bmp": "is too large"},
        ),
        (
            "zip in zip",
            "nested.zip",
            lambda: zipped({"in.zip": inner, "in.png": zipped({"in.zip": inner}), "good.png": good}),
            beside | {"in.zip": "an archive in an archive", "in.png": "an archive in an archive"},
        ),
        (
            "zip paths",
            "paths.zip",
            lambda: zipped({"../../up.png": good, "/root.png": good, "C:\\disk.png": good, "good.png": good}),
            beside | {"up.png": GOOD, "root.png": GOOD, "disk.png": GOOD},
        ),
        (
            "zip link",
            "link.zip",
            lambda: zipped([(link, b"/etc/passwd"), ("good.png", good)]),
            beside | {"link.png": "a link"},
        ),
        ("zip cut off", "cut.zip", lambda: zipped({"good.png": good})[:-30], "is no zip, or damaged"),
        ("zip cut off", "noise.zip", lambda: b"PK\3\4" + noise(3000), "is no zip, or damaged"),
        ("zip entries", "many.zip", lambda: zipped({f"{i}.png": b"" for i in range(20_001)}), "holds too many files"),
        ("zip entries", "none.zip", lambda: zipped({}), "holds no files"),
        (
            "zip contents",
            "mixed.zip",
            lambda: zipped({"words.png": b"words", "half.png": good[:60], "none.png": b"", "good.png": good}),
            beside | {"words.png": NO_IMAGE, "half.png": DAMAGED, "none.png": EMPTY},
        ),
    ]
    for kind, name, make, expected in rows:
        yield Case(kind, name, make, expected)


KINDS: tuple[Callable[[], Iterator[Case]], ...] = (
    cut_off, wrong_suffix, at_the_limit, dimension_bombs, time_bombs, small_and_long, modes, exif_turned,
    metadata_broken, no_pictures, names, zips,
)  # fmt: skip
