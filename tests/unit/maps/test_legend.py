"""The legend of a drawn map: every name in letters that the font has, none wider than its place."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from explorer.base.palette import CLASS_MARKS, class_colour
from explorer.maps import legend
from explorer.maps.legend import (
    LEGEND_WIDTH,
    TEXT_WIDTH,
    draw_legend,
    draw_mark,
    fonts,
    has_letters,
    legible,
    shortened,
)

OWN = fonts()[0]


def test_letters_that_a_font_lacks_are_known() -> None:
    assert has_letters(OWN, "a plain name, 12")
    assert not has_letters(OWN, "日")


def test_a_name_is_drawn_in_a_font_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [font for font in fonts() if has_letters(font, "жизнь")]
    assert legible("cat", 3) == ("cat", OWN)
    if others:  # as on most machines
        assert legible("жизнь", 3) == ("жизнь", others[0])
    monkeypatch.setattr(legend, "fonts", lambda: [OWN])  # a machine without any font
    assert legible("été", 3) == ("ete", OWN)
    assert legible("日本", 3) == ("class 3", OWN)


def test_a_long_name_ends_in_an_ellipsis_where_its_place_does() -> None:
    assert shortened("i" * 20, OWN) == "i" * 20  # by width, not by letters
    for name in ("W" * 20, "a name of many words that goes on"):
        text = shortened(name, OWN)
        assert text.endswith("…")
        assert name.startswith(text[:-1])
        assert TEXT_WIDTH * 0.8 < OWN.getlength(text) <= TEXT_WIDTH


def test_classes_are_listed_in_natural_order_with_their_own_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def unshortened(text: str, font: ImageFont.FreeTypeFont) -> str:
        written.append(text)
        return text

    monkeypatch.setattr(legend, "shortened", unshortened)
    picture = Image.new("RGB", (LEGEND_WIDTH, 1200), "white")
    draw_legend(ImageDraw.Draw(picture), ("1", "10", "2"), 0, 1200)
    assert written == ["1", "2", "10"]
    seen = ["#" + bytes(np.asarray(picture)[40 * row + 10, 10]).hex().upper() for row in (1, 2, 3)]
    assert seen == [class_colour(0), class_colour(2), class_colour(1)]


def test_what_does_not_fit_is_counted() -> None:
    full, over = (Image.new("RGB", (LEGEND_WIDTH, 200), "white") for _ in range(2))
    draw_legend(ImageDraw.Draw(full), ("a", "b", "c"), 0, 200)  # three lines
    draw_legend(ImageDraw.Draw(over), ("a", "b", "c", "d"), 0, 200)
    assert np.asarray(full)[120:140, :30].min() < 255  # a mark
    assert np.asarray(over)[120:140, :30].min() == 255  # "and 2 more"
    assert np.asarray(over)[120:150, 40:].min() < 255


def test_marks_differ() -> None:
    drawn = set()
    for mark in CLASS_MARKS:
        picture = Image.new("1", (41, 41))
        draw_mark(ImageDraw.Draw(picture), (20, 20), 18, mark, "white")
        assert picture.getpixel((20, 20))
        drawn.add(picture.tobytes())
    assert len(drawn) == len(CLASS_MARKS)
