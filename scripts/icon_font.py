"""Write the icons of exported pages: a subset of the Material Symbols font that Streamlit ships (Apache License 2.0).

Run again where a component of an exported page gets another icon: ``uv run --with fonttools --with brotli --with
streamlit scripts/icon_font.py``. A test names an icon that is missing.
"""

from __future__ import annotations

import re
from pathlib import Path

import streamlit
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

PROJECT = Path(__file__).parents[1]
COMPONENTS = PROJECT / "explorer" / "ui" / "components"
TARGET = PROJECT / "explorer" / "exporting" / "page" / "icons.woff2"
LATER = ("pause", "lock", "lock_open")  # that buttons come to show
ICON = re.compile(r'<button[^>]*class="[^"]*\bicon\b[^"]*"[^>]*>(\w+)<|<button type="button" class="icon"[^>]*>(\w+)<')


def icons() -> list[str]:
    """The names of all icons that an exported page shows."""
    html = "".join((COMPONENTS / name).read_text(encoding="utf-8") for name in ("live/live.html", "map/map.html"))
    return sorted({first or second for first, second in ICON.findall(html)} | {*LATER})


def main() -> None:
    """Write ``icons.woff2``: glyphs of the icons and of their names' letters, with the ligatures between these."""
    (source,) = (Path(streamlit.__file__).parent / "static" / "static" / "media").glob("MaterialSymbols-Rounded*")
    font = TTFont(source)
    names = icons()
    letters = {font.getBestCmap()[ord(letter)] for name in names for letter in name}
    options = Options(layout_closure=False, layout_features=["*"], flavor="woff2", notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(glyphs=[*letters, *names])
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(TARGET)
    print(f"{len(names)} icons, {TARGET.stat().st_size:,} bytes: {', '.join(names)}")


if __name__ == "__main__":
    main()
