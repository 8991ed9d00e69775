"""What is taken of Unicode's list of emoji, and that a sheet is read as it was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer.datasets.emoji import COLUMNS, GROUPS, SIDE, cells
from scripts.make_emoji import Entry, distinct, entries, table, webp

LINES = """
# group: Smileys & Emotion
# subgroup: face-smiling
1F600                                      ; fully-qualified     # 😀 E1.0 grinning face
263A FE0F                                  ; fully-qualified     # ☺️ E0.6 smiling face
263A                                       ; unqualified         # ☺ E0.6 smiling face
# group: People & Body
1F44B                                      ; fully-qualified     # 👋 E0.6 waving hand
1F44B 1F3FB                                ; fully-qualified     # 👋🏻 E1.0 waving hand: light skin tone
# group: Flags
1F1E7 1F1FB                                ; fully-qualified     # 🇧🇻 E2.0 flag: Bouvet Island
1F1F3 1F1F4                                ; fully-qualified     # 🇳🇴 E2.0 flag: Norway
# group: Component
1F3FB                                      ; component           # 🏻 E1.0 light skin tone
# group: Activities
1FA85                                      ; fully-qualified     # 🪅 E13.0 piñata
""".splitlines()


def test_fully_qualified_emoji_without_a_skin_tone_and_flags_of_countries_are_taken() -> None:
    assert list(entries(LINES)) == [
        Entry("1F600", "grinning face", "Smileys & Emotion"),
        Entry("263A FE0F", "smiling face", "Smileys & Emotion"),
        Entry("1F44B", "waving hand", "People & Body"),
        Entry("1F1F3 1F1F4", "flag: Norway", "Flags"),
        Entry("1FA85", "piñata", "Activities"),
    ]
    assert Entry("263A FE0F", "", "").text == "\u263a\ufe0f"


def test_of_equal_pictures_the_first_is_kept() -> None:
    one, two, three = (Entry(code, code, GROUPS[0]) for code in ("41", "42", "43"))
    black, white = np.zeros((SIDE, SIDE, 3), np.uint8), np.full((SIDE, SIDE, 3), 255, np.uint8)
    assert list(distinct([(one, black), (two, white), (three, black)])) == [one, two]


def test_a_sheet_is_read_as_it_was_written(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (COLUMNS + 2, SIDE, SIDE, 3), np.uint8)
    (tmp_path / "sheet.webp").write_bytes(webp(list(pictures)))
    found = cells(tmp_path / "sheet.webp")
    assert found.shape == (2 * COLUMNS, 3, SIDE, SIDE)
    assert np.array_equal(found[: COLUMNS + 2], pictures.transpose(0, 3, 1, 2))
    assert (found[COLUMNS + 2 :] == 255).all()


def test_a_table_holds_out_the_same_share_of_each_group() -> None:
    drawn = [Entry(f"{place:X}", f"one, {place}", GROUPS[place % 2]) for place in range(40)]
    lines = table(drawn).splitlines()
    assert lines[0] == "code,name,group,split"
    assert lines[1].startswith('0,"one, 0",Smileys & Emotion,t')
    held_out = [line for line in lines if line.endswith(",test")]
    assert len(held_out) == 6
    assert sum("Smileys" in line for line in held_out) == 3
