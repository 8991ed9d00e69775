"""Components of ours: one JavaScript source made of a few ES modules, and addresses below Streamlit's base path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


@cache
def component(name: str, folder: Path, modules: tuple[str, ...]) -> Any:
    """The component ``name``: its modules, the folder's HTML and CSS, called as it is; registered once a process."""
    return st.components.v2.component(
        name,
        html=(folder / f"{folder.name}.html").read_text(),
        css=(folder / f"{folder.name}.css").read_text(),
        js=joined(folder, modules),
        isolate_styles=False,
    )


def below_base(route: str) -> str:
    """A route of ours below Streamlit's base path, which Streamlit gives to its own routes only."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}{route}" if base else route


def joined(folder: Path, modules: Sequence[str]) -> str:
    """The modules, in the order of their imports, as one: a component takes one source text.

    The ``import`` lines between them and the ``export`` words of all but the last are left out.
    """
    parts = []
    for name in modules:
        text = re.sub(r"^import .*;\n", "", (folder / name).read_text(), flags=re.MULTILINE)
        parts.append(text if name == modules[-1] else re.sub(r"^export (?!default)", "", text, flags=re.MULTILINE))
    return "\n".join(parts)
