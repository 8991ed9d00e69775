"""Whoever opens the docs finds every page of them, and no link leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base.runtime_settings import PROJECT

DOCS = PROJECT / "docs"
INDEX = DOCS / "README.md"
PAGES = sorted(path.stem for path in (PROJECT / "pages").glob("*.py"))
TEXTS = sorted([PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])


def linked(text: Path) -> Iterator[Path]:
    """The files that a page links to."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:|#", target):
            yield (text.parent / target.partition("#")[0]).resolve()


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(text: Path) -> None:
    assert [str(target) for target in linked(text) if not target.exists()] == []


def test_the_index_lists_all() -> None:
    listed = set(linked(INDEX))
    assert [str(path) for path in DOCS.rglob("*.md") if path != INDEX and path not in listed] == []


@pytest.mark.parametrize("page", PAGES)
def test_each_page_of_the_app_is_in_the_readme_and_has_its_own(page: str) -> None:
    own = DOCS / f"{page}.md"
    assert own.is_file()
    assert own in set(linked(PROJECT / "README.md"))
    assert f"| {page.title()} |" in (PROJECT / "README.md").read_text(encoding="utf-8")
