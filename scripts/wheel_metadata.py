"""Hatchling's hook that gives the wheel its dependencies: those of requirements.txt, which names them once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


def dependencies(text: str) -> list[str]:
    """The requirements in a file of them, without comments."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


class DependenciesHook(MetadataHookInterface):
    """Found by its base class."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in the dependencies."""
        metadata["dependencies"] = dependencies((Path(self.root) / "requirements.txt").read_text(encoding="utf-8"))
