"""Draw the data set ``emoji`` again: ``emoji.webp`` and ``emoji.csv`` in ``explorer/datasets``.

usage: python scripts/make_emoji.py FONT EMOJI_TEST

FONT is NotoColorEmoji.ttf, of Debian's package fonts-noto-color-emoji (2.042); EMOJI_TEST is Unicode's emoji-test.txt
(https://unicode.org/Public/emoji/), which Debian's package unicode-data (15.0.0) holds. Neither need be installed:

    apt-get download fonts-noto-color-emoji unicode-data
    for package in *.deb; do dpkg -x "$package" unpacked; done
    python scripts/make_emoji.py unpacked/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf \\
        unpacked/usr/share/unicode/emoji/emoji-test.txt

Drawn are the fully-qualified emoji without a skin tone that the font has as one glyph; of those that look the same the
first, and of territories with the flag of a country the country. It needs Pillow with libraqm, which its wheels carry.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from explorer.base import write_atomic
from explorer.datasets import stratified
from explorer.datasets.emoji import COLUMNS, GROUPS, SHEET, SIDE, TABLE
from explorer.images import Pixels

SIZE = 109  # pixels, the only one that the font's bitmaps have
GLYPH = (136, 128)  # width and height of such a bitmap
DRAWN_SIDE = 60  # pixels of the 64: a margin of 2
LEVELS = 52  # values of a channel, multiples of 5: invisible, and two fifths smaller without loss
TEST_SHARE = 0.15
SKIN_TONES = range(0x1F3FB, 0x1F400)
WITH_THE_FLAG_OF_OTHERS = (
    "flag: Bouvet Island",
    "flag: Ceuta & Melilla",
    "flag: Clipperton Island",
    "flag: Diego Garcia",
    "flag: U.S. Outlying Islands",
)  # that come before the country in the list
LINE = re.compile(r"(?P<code>[0-9A-F ]+?) *; fully-qualified *# \S+ E[\d.]+ (?P<name>.+)")


@dataclass(frozen=True)
class Entry:
    """A line of emoji-test.txt: code points in hexadecimal, the name, the group."""

    code: str
    name: str
    group: str

    @property
    def text(self) -> str:
        """The emoji itself."""
        return "".join(chr(int(point, 16)) for point in self.code.split())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("font", type=Path)
    parser.add_argument("emoji_test", type=Path)
    options = parser.parse_args()
    font = ImageFont.truetype(options.font, SIZE, layout_engine=ImageFont.Layout.RAQM)
    lines = options.emoji_test.read_text(encoding="utf-8").splitlines()
    drawn = distinct((entry, picture(font, entry.text)) for entry in entries(lines) if is_one_glyph(font, entry.text))
    write_atomic(SHEET, webp(list(drawn.values())))
    write_atomic(TABLE, table(list(drawn)).encode())
    print(f"{len(drawn):,} emoji, {SHEET.stat().st_size:,} bytes")
    return 0


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """The fully-qualified emoji without a skin tone, in the order of the file."""
    group = ""
    for line in lines:
        if line.startswith("# group: "):
            group = line.removeprefix("# group: ").strip()
        elif found := LINE.fullmatch(line.strip()):
            entry = Entry(found["code"], found["name"], group)
            if entry.name not in WITH_THE_FLAG_OF_OTHERS and not any(ord(point) in SKIN_TONES for point in entry.text):
                yield entry


def is_one_glyph(font: ImageFont.FreeTypeFont, text: str) -> bool:
    """Whether the font draws the text as one of its bitmaps; what it lacks is drawn as several, or as none."""
    return font.getbbox(text) == (0, 0, *GLYPH) and font.getlength(text) <= GLYPH[0]


def picture(font: ImageFont.FreeTypeFont, text: str) -> Pixels:
    """The emoji on white, uint8 [64, 64, 3]."""
    width, height = GLYPH
    glyph = Image.new("RGBA", (width, width), "white")
    layer = Image.new("RGBA", (width, width), (255, 255, 255, 0))
    ImageDraw.Draw(layer).text((0, (width - height) // 2), text, font=font, embedded_color=True)
    glyph.alpha_composite(layer)
    small = glyph.convert("RGB").resize((DRAWN_SIDE, DRAWN_SIDE), Image.Resampling.LANCZOS)
    whole = Image.new("RGB", (SIDE, SIDE), "white")
    whole.paste(small, ((SIDE - DRAWN_SIDE) // 2,) * 2)
    step = 255 / (LEVELS - 1)
    return (np.rint(np.asarray(whole) / step) * step).astype(np.uint8)


def distinct(drawn: Iterable[tuple[Entry, Pixels]]) -> dict[Entry, Pixels]:
    """The first of each picture."""
    seen: dict[bytes, Entry] = {}
    return {entry: pixels for entry, pixels in drawn if seen.setdefault(pixels.tobytes(), entry) is entry}


def webp(pictures: Sequence[Pixels]) -> bytes:
    """A sheet of pictures [64, 64, 3], row by row, as a WebP without loss; white where there are none."""
    rows = -(-len(pictures) // COLUMNS)
    cells = np.full((rows * COLUMNS, SIDE, SIDE, 3), 255, np.uint8)
    cells[: len(pictures)] = pictures
    whole = cells.reshape(rows, COLUMNS, SIDE, SIDE, 3).swapaxes(1, 2).reshape(rows * SIDE, COLUMNS * SIDE, 3)
    file = io.BytesIO()
    Image.fromarray(whole).save(file, "WEBP", lossless=True, quality=100, method=6)
    return file.getvalue()


def table(drawn: Sequence[Entry]) -> str:
    """The table of the emoji, with a stratified test split."""
    labels = np.array([GROUPS.index(entry.group) for entry in drawn])
    held_out = set(stratified(labels, len(drawn), round(TEST_SHARE * len(drawn))).tolist())
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["code", "name", "group", "split"])
    for place, entry in enumerate(drawn):
        writer.writerow([entry.code, entry.name, entry.group, "test" if place in held_out else "train"])
    return file.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
