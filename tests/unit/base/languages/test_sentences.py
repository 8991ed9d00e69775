"""Sentences after one another, as each script writes them."""

from __future__ import annotations

from explorer.base.languages import joined


def test_sentences_are_joined_as_their_script_does() -> None:
    assert joined("One.", "", "Two.") == "One. Two."
    assert joined("一。", "二。") == "一。二。"
    assert joined() == joined("") == ""
