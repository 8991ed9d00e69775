"""The components' JavaScript modules joined to one script, since a page opened from a disk may not import modules.

A module becomes a function that returns its exports, called once, after the modules that it imports. This holds for
modules without circles whose exports are never assigned again, which is checked: another one raises ``ValueError``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from explorer.base import PROJECT

COMPONENTS = PROJECT / "explorer" / "ui" / "components"
IMPORT = re.compile(r'^import (?:\{(?P<names>[^}]*)\}|(?P<default>\w+)) from "(?P<source>[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?P<kind>(?:async )?function\*?|class|const) (?P<name>\w+)", re.MULTILINE)
DEFAULT = re.compile(r"^export default ", re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)  # on lines of its own
LEFT = re.compile(r"^(?:import|export)\b.*|\bimport(?:\.meta|\().*", re.MULTILINE)
DEFAULT_NAME = "byDefault"


@cache
def module_source(name: str) -> str:
    """The text of a module, ``live/live.js``."""
    return (COMPONENTS / name).read_text(encoding="utf-8")


def bundled(main: str, instead: Mapping[str, str] | None = None) -> str:
    """One script that does what the module ``main`` (``page/page.js``) does.

    ``instead`` : modules that take the place of others, by the path of these.
    """
    order: list[str] = []
    visit(main, instead or {}, order, [])
    numbers = {name: number for number, name in enumerate(order)}
    return '"use strict";\n' + "".join(as_function(name, numbers, instead or {}) for name in order)


def visit(name: str, instead: Mapping[str, str], order: list[str], above: list[str]) -> None:
    """Append a module to ``order``, behind those that it imports."""
    if name in above:
        raise ValueError(f"Modules import each other in a circle: {' '.join([*above, name])}")
    if name in order:
        return
    for found in IMPORT.finditer(module_source(name)):
        visit(target_of(name, found["source"], instead), instead, order, [*above, name])
    order.append(name)


def target_of(name: str, source: str, instead: Mapping[str, str]) -> str:
    """The module that ``source`` leads to from the module ``name``."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), source))
    return instead.get(path, path)


def as_function(name: str, numbers: Mapping[str, int], instead: Mapping[str, str]) -> str:
    """The statement that holds the exports of a module."""

    def taken(found: re.Match[str]) -> str:
        module = f"m{numbers[target_of(name, found['source'], instead)]}"
        if found["default"]:
            return f"const {found['default']} = {module}.{DEFAULT_NAME};\n"
        names = re.sub(r"\s+as\s+", ": ", found["names"].strip())
        return f"const {{ {names} }} = {module};\n"

    source = COMMENT.sub("", module_source(name))
    exports = [found["name"] for found in EXPORT.finditer(source)]
    text = EXPORT.sub(r"\g<kind> \g<name>", IMPORT.sub(taken, source))
    if DEFAULT.search(text):
        text, exports = DEFAULT.sub(f"const {DEFAULT_NAME} = ", text), [*exports, DEFAULT_NAME]
    if left := LEFT.search(text):
        raise ValueError(f"{name} cannot be joined with others: {left[0]}")
    return f"// {name}\nconst m{numbers[name]} = (() => {{\n{text}\nreturn {{ {', '.join(exports)} }};\n}})();\n"


def style_sheet(*names: str) -> str:
    """Style sheets of components, joined."""
    return "".join(Path(COMPONENTS / name).read_text(encoding="utf-8") for name in names)


def markup(name: str) -> str:
    """The HTML of a component, ``live/live.html``."""
    return (COMPONENTS / name).read_text(encoding="utf-8")
