"""What every form of a foreign model becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from explorer.importing.conventions import Conventions
from explorer.importing.source import SourceFiles


@dataclass(frozen=True)
class Imported:
    """A model of ours: its form, name and options, the content of its weights file, what was assumed and checked.

    ``images`` says of a form that brings images of its own how many these are, "n_test", and their "classes".
    ``run`` holds config and status where it came as a run of ours; ``latents`` the files of its latents by name.
    """

    form: str
    model: str
    options: dict[str, Any]
    variational: bool
    weights: bytes
    assumed: tuple[str, ...] = ()
    checks: dict[str, Any] = field(default_factory=dict)
    images: dict[str, Any] = field(default_factory=dict)
    run: dict[str, Any] | None = None
    latents: dict[str, bytes] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """All but the files, ready for JSON."""
        return {name: value for name, value in asdict(self).items() if name not in ("weights", "latents")}


@dataclass(frozen=True)
class Form:
    """One entry of ``FORMS``: ``accepts`` looks at the kinds of the files, ``read`` opens them.

    ``takes`` names what can be said of such a model, among the attributes of ``Conventions``.
    """

    title: str
    accepts: Callable[[SourceFiles], bool]
    read: Callable[[SourceFiles, Conventions, str | None], Imported]
    takes: tuple[str, ...] = ()
