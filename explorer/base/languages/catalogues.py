"""Texts in the language of whoever sees them.

``_("Draw {n} images").format(n=3)`` : what varies stands in braces, so that the sentence can be translated as a whole.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "zh_CN": "简体中文"}  # each by its own name
PAGES = "pages"  # the catalogue of what Python says
COMPONENTS = "components"  # the catalogue of what JavaScript says

_speaker: list[Callable[[], str]] = [lambda: ENGLISH]
_fixed: ContextVar[str | None] = ContextVar("language", default=None)


def speak_as(language: Callable[[], str]) -> None:
    """From now on ``language`` tells, with each text, in which language it is wanted."""
    _speaker[0] = language


def current_language() -> str:
    """The language of the text that is wanted now; English outside the pages."""
    return _fixed.get() or _speaker[0]()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Have texts in ``language`` within the block, whoever looks: files that leave the app are English."""
    token = _fixed.set(language)
    try:
        yield
    finally:
        _fixed.reset(token)


def _(text: str) -> str:
    """``text`` in the current language."""
    return catalogue(PAGES, current_language()).gettext(text) if text else ""


def N_(text: str) -> str:  # noqa: N802 (gettext's name)
    """``text`` as it is: it is translated where it is shown."""
    return text


def ngettext(one: str, many: str, n: int) -> str:
    """Of two texts that which goes with the number, in the current language."""
    return catalogue(PAGES, current_language()).ngettext(one, many, n)


def component_words(language: str) -> dict[str, str]:
    """What the components say in a language, by the English texts; empty for English."""
    known = catalogue(COMPONENTS, language)
    entries = getattr(known, "_catalog", {})
    return {key: text for key, text in entries.items() if isinstance(key, str) and key}


def closest_language(locale: str | None) -> str:
    """The language for a browser's locale, such as 'zh-Hans-CN'; English for those that are not here."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return next((language for language in LANGUAGES if language.split("_")[0] == code), ENGLISH)


@cache
def catalogue(domain: str, language: str) -> gettext.NullTranslations:
    """The catalogue of a domain, read once; an empty one for English and for languages that are not here."""
    if language == ENGLISH or language not in LANGUAGES:
        return gettext.NullTranslations()
    return gettext.translation(domain, FOLDER, [language])
