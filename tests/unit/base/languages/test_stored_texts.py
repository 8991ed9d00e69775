"""Texts that were kept in English are found again in the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from explorer.base import too_few
from explorer.base.languages import ENGLISH, current_language, speak_as, speaking, translate_stored
from explorer.base.languages.stored_texts import is_telling


@pytest.fixture
def chinese() -> Iterator[None]:
    """A visitor who reads Chinese."""
    speak_as(lambda: "zh_CN")
    yield
    speak_as(lambda: ENGLISH)


def test_in_english_a_text_stays_as_it_is() -> None:
    assert translate_stored("The images have no labels.") == "The images have no labels."


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("The images have no labels.", "图像没有标签。"),
        ("half has no encoder.", "half 没有编码器。"),
        ("It cannot be known from 1,200 training images: it takes 5,000 or more.", None),
        ("nobody has ever written this", "nobody has ever written this"),
        ("", ""),
    ],
)
def test_a_stored_text_is_shown_in_the_current_language(stored: str, shown: str | None) -> None:
    assert translate_stored(stored) == (too_few(1200, 5000, "training image") if shown is None else shown)


@pytest.mark.usefixtures("chinese")
def test_a_text_that_is_translated_stays_as_it_is() -> None:
    reason = too_few(3, 10)
    assert "3 张图像" in reason
    assert translate_stored(reason) == reason


@pytest.mark.usefixtures("chinese")
def test_files_are_written_in_a_language_of_their_own() -> None:
    with speaking(ENGLISH):
        assert current_language() == ENGLISH
        assert too_few(3, 10) == "It cannot be known from 3 images: it takes 10 or more."
    assert current_language() == "zh_CN"


def test_what_would_fit_too_much_or_has_no_places_is_left_alone() -> None:
    assert is_telling("half of {n:,} images")
    assert is_telling("{count} cannot be known")
    assert not is_telling("{title}: {n:,}")
    assert not is_telling("a set x_{1} of numbers")
