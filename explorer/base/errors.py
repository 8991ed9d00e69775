"""The error whose text visitors see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.base.languages import N_, _, joined

RESTORE = N_("Restore it, or train the run again.")


@dataclass(frozen=True)
class Refusal:
    """Why something was not taken, to be kept: an error itself keeps the frames it went through, and all they hold."""

    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Message and hint in one line."""
        return joined(self.message, self.hint)


class ExplorerError(Exception):
    """An error that a person can correct: ``message`` says what is wrong, ``hint`` what to do.

    Both are whole sentences in plain words. The command line prints them and exits with status 2; a page
    shows them beside what failed.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def refusal(self) -> Refusal:
        """The sentences alone."""
        return Refusal(self.message, self.hint)

    def __str__(self) -> str:
        """Message and hint in one line."""
        return str(self.refusal)


class DamagedFileError(ExplorerError):
    """A file whose content is not what it should be: cut off, altered, or something else under its name."""


def damaged(path: Path, reason: object, hint: str = RESTORE) -> DamagedFileError:
    """The sentence for a damaged file; ``hint`` says how to have a good one again."""
    return DamagedFileError(_("{path} is damaged: {reason}.").format(path=path, reason=reason), _(hint))
