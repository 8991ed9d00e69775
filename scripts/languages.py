"""Gather all visible texts into the catalogues, and compile those: ``python scripts/languages.py``.

Texts of Python stand in ``_("...")``, ``N_("...")`` and ``ngettext("...", "...", n)``, those of JavaScript in
``gettext("...")``, those of a component's HTML where they are. Translations are written into
``explorer/base/languages/*/LC_MESSAGES/*.po``. ``--check`` changes nothing, and fails where a catalogue is not up to
date or has no translation of a text.
"""

from __future__ import annotations

import argparse
import ast
import gettext
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

sys.path.insert(0, str(Path(__file__).parents[1]))

from explorer.base.languages.catalogues import COMPONENTS, ENGLISH, FOLDER, LANGUAGES, PAGES
from explorer.base.languages.html_texts import replace_texts

PROJECT = Path(__file__).parents[1]
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)  # the same texts are the same bytes, whenever they were compiled
# Of each catalogue: the files by pattern and how texts are found in them, and the functions that mark texts.
SOURCES: dict[str, tuple[list[tuple[str, str]], dict[str, tuple[int, ...] | None]]] = {
    PAGES: (
        [(f"{folder}/**.py", f"{__name__}:python_texts") for folder in ("explorer", "pages", "models")],
        {"_": None, "N_": None, "ngettext": (1, 2)},
    ),
    COMPONENTS: (
        [
            ("explorer/ui/components/**.js", "javascript"),
            ("explorer/ui/components/**.html", f"{__name__}:html_texts"),
        ],
        {"gettext": None, "N_": None},
    ),
}


def python_texts(
    fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str | tuple[str, ...], list[str]]]:
    """An extractor of Python's texts by its syntax tree: also those within f-strings, but no keys of what is named."""
    for node in ast.walk(ast.parse(fileobj.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in keywords:
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if texts:
                yield node.lineno, node.func.id, texts[0] if len(texts) == 1 else tuple(texts), []


def html_texts(
    fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's extractor of a component's HTML: texts of elements, but for icons, and the attributes that are read."""
    found: list[str] = []

    def keep(text: str) -> str:
        """Note the text; what the HTML becomes does not matter."""
        found.append(text)
        return text

    replace_texts(fileobj.read().decode("utf-8"), keep)
    for text in found:
        yield 1, "", text, []


def gathered(domain: str) -> Catalog:
    """All texts of a catalogue as the source has them now."""
    methods, keywords = SOURCES[domain]
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    found = extract_from_dir(PROJECT, methods, {}, keywords, directory_filter=lambda path: "/." not in str(path))
    for _, _, text, _, context in found:
        catalogue.add(text, context=context)
    return catalogue


def updated(domain: str, language: str) -> Catalog:
    """The kept catalogue with the texts as they are now: new ones are empty, old ones gone."""
    path = po_path(domain, language)
    kept = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.is_file() else Catalog(locale=language)
    fresh = Catalog(locale=language, charset="utf-8", fuzzy=False, header_comment="")
    for message in gathered(domain):
        if message.id:
            known = kept.get(message.id if isinstance(message.id, str) else message.id[0])
            fresh.add(message.id, known.string if known else "")
    return fresh


def po_path(domain: str, language: str) -> Path:
    """Where a catalogue is kept."""
    return FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


def po_bytes(catalogue: Catalog) -> bytes:
    """A catalogue as text, sorted, without what changes from day to day."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, no_location=True, omit_header=True, sort_output=True)
    return HEADER.format(language=catalogue.locale).encode() + out.getvalue()


HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def mo_bytes(catalogue: Catalog) -> bytes:
    """A catalogue as gettext reads it."""
    out, undated = io.BytesIO(), read_po(io.BytesIO(po_bytes(catalogue)), locale=str(catalogue.locale))
    undated.creation_date = UNDATED
    write_mo(out, undated)
    return out.getvalue()


def entries(content: bytes) -> dict[str, str]:
    """What gettext reads in a compiled catalogue; its bytes depend on the version of Babel."""
    return dict(getattr(gettext.GNUTranslations(io.BytesIO(content)), "_catalog"))  # noqa: B009


def missing(catalogue: Catalog) -> list[Message]:
    """The texts without a translation."""
    return [message for message in catalogue if message.id and not all(as_tuple(message.string))]


def as_tuple(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """One text, or the forms of a plural."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def problems(domain: str, language: str) -> list[str]:
    """What is not up to date in a catalogue, and the texts that it does not translate."""
    catalogue, path = updated(domain, language), po_path(domain, language)
    kept = {suffix: path.with_suffix(suffix) for suffix in (".po", ".mo")}
    stale = [
        file
        for file, wanted, read in ((kept[".po"], po_bytes, bytes), (kept[".mo"], mo_bytes, entries))
        if not file.is_file() or read(file.read_bytes()) != read(wanted(catalogue))
    ]
    return [f"{file} is not up to date" for file in stale] + [f"no {language}: {m.id}" for m in missing(catalogue)]


def write(domain: str, language: str) -> None:
    """Bring a catalogue up to date."""
    catalogue, path = updated(domain, language), po_path(domain, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(po_bytes(catalogue))
    path.with_suffix(".mo").write_bytes(mo_bytes(catalogue))
    print(f"{path}: {len(catalogue)} texts, {len(missing(catalogue))} without a translation")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    found = []
    for language in LANGUAGES:
        for domain in SOURCES:
            if language == ENGLISH:
                continue
            if check:
                found += problems(domain, language)
            else:
                write(domain, language)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
