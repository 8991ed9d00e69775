"""How the components' sources are put together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.ui.components import canvas, film, live, paste
from explorer.ui.components import map as latent_map
from explorer.ui.components.registry import joined

SOURCES: dict[str, tuple[Path, list[tuple[str, ...]]]] = {
    "canvas": (canvas.HERE, [canvas.MODULES]),
    "film": (film.HERE, [film.MODULES]),
    "live": (live.HERE, [live.MODULES]),
    "map": (latent_map.HERE, [latent_map.MODULES, latent_map.WARM_MODULES]),
    "paste": (paste.HERE, [paste.MODULES]),
}
each = pytest.mark.parametrize("name", SOURCES)


def source(name: str) -> str:
    """The joined text of the component itself."""
    folder, sources = SOURCES[name]
    return joined(folder, sources[0])


@each
def test_every_module_is_joined_and_none_is_long(name: str) -> None:
    folder, sources = SOURCES[name]
    assert {path.name for path in folder.glob("*.js")} == {module for modules in sources for module in modules}
    assert all(len(modules) == len(set(modules)) for modules in sources)
    assert all(len((folder / module).read_text().splitlines()) <= 400 for modules in sources for module in modules)


@each
def test_the_joined_source_has_one_export_and_no_import(name: str) -> None:
    text = source(name)
    assert not re.findall(r"^import ", text, flags=re.MULTILINE)
    assert re.findall(r"^export .*", text, flags=re.MULTILINE) == ["export default function (component) {"]


@each
def test_modules_import_only_what_stands_before_them(name: str) -> None:
    folder, sources = SOURCES[name]
    for modules in sources:
        for i, module in enumerate(modules):
            for wanted in re.findall(r'from "\./(.+)";', (folder / module).read_text()):
                assert wanted in modules[:i]


@each
def test_no_name_is_defined_twice_in_the_joined_source(name: str) -> None:
    names = re.findall(r"^(?:class|function|const|let|async function) (\w+)", source(name), flags=re.MULTILINE)
    assert len(names) == len(set(names))
