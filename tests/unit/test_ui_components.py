"""How the components' sources are put together."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.ui import canvas, film, live, paste
from explorer.ui import map as latent_map

SOURCES: dict[str, tuple[Path, list[tuple[str, ...]], Callable[[], str]]] = {
    "canvas": (canvas.HERE, [canvas.MODULES], canvas.source),
    "film": (film.HERE, [film.MODULES], film.source),
    "live": (live.HERE, [live.MODULES], live.source),
    "map": (latent_map.HERE, [latent_map.MODULES, latent_map.WARM_MODULES], latent_map.source),
    "paste": (paste.HERE, [paste.MODULES], paste.source),
}
each = pytest.mark.parametrize("name", SOURCES)


@each
def test_every_module_is_joined_and_none_is_long(name: str) -> None:
    folder, joined, _ = SOURCES[name]
    assert {path.name for path in folder.glob("*.js")} == {module for modules in joined for module in modules}
    assert all(len(modules) == len(set(modules)) for modules in joined)
    assert all(len((folder / module).read_text().splitlines()) <= 400 for modules in joined for module in modules)


@each
def test_the_joined_source_has_one_export_and_no_import(name: str) -> None:
    text = SOURCES[name][2]()
    assert not re.findall(r"^import ", text, flags=re.MULTILINE)
    assert re.findall(r"^export .*", text, flags=re.MULTILINE) == ["export default function (component) {"]


@each
def test_modules_import_only_what_stands_before_them(name: str) -> None:
    folder, joined, _ = SOURCES[name]
    for modules in joined:
        for i, module in enumerate(modules):
            for wanted in re.findall(r'from "\./(.+)";', (folder / module).read_text()):
                assert wanted in modules[:i]


@each
def test_no_name_is_defined_twice_in_the_joined_source(name: str) -> None:
    names = re.findall(r"^(?:class|function|const|let|async function) (\w+)", SOURCES[name][2](), flags=re.MULTILINE)
    assert len(names) == len(set(names))
