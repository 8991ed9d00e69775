"""The error whose text people see."""

from __future__ import annotations


class ExplorerError(Exception):
    """An error that a person can correct.

    Attributes
    ----------
    message : what is wrong, a sentence.
    hint : what to do, a sentence; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Message and hint in one line."""
        return f"{self.message} {self.hint}".strip()
