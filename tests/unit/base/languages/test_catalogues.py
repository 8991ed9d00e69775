"""Texts in the language of whoever sees them, and catalogues that lack none of them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

from explorer.base.languages import ENGLISH, LANGUAGES, _, closest_language, component_words, ngettext, speak_as
from scripts import languages

OTHERS = [language for language in LANGUAGES if language != ENGLISH]
PLACE = re.compile(r"\{[^{}]*\}")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """Whatever a test speaks."""
    yield
    speak_as(lambda: ENGLISH)


def test_a_text_is_that_of_the_current_language() -> None:
    assert _("Explore") == "Explore"
    speak_as(lambda: "zh_CN")
    assert _("Explore") == "探索"
    assert _("a text that nobody translated") == "a text that nobody translated"
    assert _("") == ""
    speak_as(lambda: "tlh")
    assert (_("Explore"), ngettext("one", "many", 1), ngettext("one", "many", 2)) == ("Explore", "one", "many")


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh-CN", "zh_CN"),
        ("zh", "zh_CN"),
        ("zh_Hans_SG", "zh_CN"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_is_the_closest_to_the_browsers(locale: str | None, language: str) -> None:
    assert closest_language(locale) == language


def test_components_are_given_their_texts() -> None:
    assert component_words(ENGLISH) == {}
    assert component_words("zh_CN")["undo"] == "撤销"
    assert "" not in component_words("zh_CN")


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("domain", languages.SOURCES)
def test_no_text_is_missing(domain: str, language: str) -> None:
    assert languages.problems(domain, language) == []


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("domain", languages.SOURCES)
def test_a_translation_has_the_places_of_the_text(domain: str, language: str) -> None:
    for message in languages.updated(domain, language):
        for one in languages.as_tuple(message.id):
            for other in languages.as_tuple(message.string):
                assert sorted(PLACE.findall(one)) == sorted(PLACE.findall(other)), one


def test_texts_are_gathered_from_the_syntax_tree() -> None:
    source = b"""x = f"<b>{_('inside')}</b>"
y = _(names["a key"])
z = ngettext("one", "many", 2)
w = other("no text")
"""
    found = languages.python_texts(io.BytesIO(source), {"_": None, "ngettext": (1, 2)}, None, None)
    assert {text for _line, _function, text, _comments in found} == {"inside", ("one", "many")}


BOLD = re.compile(r"\*\*([^*\n]+?)\*\*(\S?)")
MARKS = "。，：；、）！？"


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_bold_ends_in_a_letter_where_a_letter_follows(language: str) -> None:
    """Markdown takes the stars between a punctuation mark and a letter for stars."""
    for message in languages.updated("pages", language):
        for text in languages.as_tuple(message.string):
            for words, after in BOLD.findall(text):
                assert words[-1] not in MARKS or not after or after in MARKS, text
