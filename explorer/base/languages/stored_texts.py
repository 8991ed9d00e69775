"""English texts that were kept in a file, or come from another process, in the language of whoever sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from string import Formatter

from explorer.base.languages.catalogues import ENGLISH, PAGES, catalogue, current_language

KEPT = 4096  # translations
NUMBER = r"[-\d.,%]+"  # what a place with a format specification holds
LEAST_LETTERS = 8  # outside of the places, where one may hold any text

Pattern = tuple[re.Pattern[str], str]  # of an English text with places, and its translation


def translate_stored(text: str) -> str:
    """A finished English text in the current language; as it is where the catalogue does not have it.

    It is looked for as it is, then among the texts with places, whose content is looked for in turn.
    """
    return translated(text, current_language())


@lru_cache(maxsize=KEPT)
def translated(text: str, language: str) -> str:
    """As ``translate_stored``, in this language."""
    if language == ENGLISH or not text:
        return text
    known = catalogue(PAGES, language).gettext(text)
    if known != text:
        return known
    for pattern, translation in patterns(language):
        if found := pattern.fullmatch(text):
            return filled(translation, {name: translated(part, language) for name, part in found.groupdict().items()})
    return text


@cache
def patterns(language: str) -> list[Pattern]:
    """The texts with places, those of most letters first."""
    entries = getattr(catalogue(PAGES, language), "_catalog", {})
    with_places = [(key, text) for key, text in entries.items() if isinstance(key, str) and "{" in key and text]
    by_length = sorted(with_places, key=lambda entry: -letters(entry[0]))
    return [(re.compile(pattern_of(key), re.DOTALL), text) for key, text in by_length if is_telling(key)]


def parts(text: str) -> Iterator[tuple[str, str | None, bool]]:
    """The text before each place, the place's name, and whether it is a number."""
    nameless = 0
    for literal, name, specification, _conversion in Formatter().parse(text):
        if name == "":
            nameless += 1
        yield literal, f"nameless_{nameless}" if name == "" else name, bool(specification)


def letters(text: str) -> int:
    """How many letters a text has outside of its places."""
    return sum(len(re.findall(r"[^\W\d_]", literal)) for literal, _, _ in parts(text))


def is_telling(text: str) -> bool:
    """Whether what fits a text with places is hardly anything else. What is no name (x_{1}) is no place."""
    found = [part for part in parts(text) if part[1] is not None]
    if not all(name and name.isidentifier() for _, name, _ in found):
        return False
    return letters(text) >= LEAST_LETTERS or (letters(text) > 0 and all(is_number for _, _, is_number in found))


def pattern_of(text: str) -> str:
    """A regular expression of what the text becomes when its places are filled."""
    found, seen = "", set()
    for literal, name, is_number in parts(text):
        found += re.escape(literal)
        if name in seen:
            found += f"(?P={name})"
        elif name is not None:
            seen.add(name)
            found += f"(?P<{name}>{NUMBER if is_number else '.+?'})"
    return found


def filled(text: str, values: dict[str, str]) -> str:
    """The text with its places filled by finished texts."""
    return "".join(literal + (values.get(name, "") if name else "") for literal, name, _ in parts(text))
