"""The one error that visitors see."""

from explorer.base.errors import ExplorerError


def test_message_and_hint_make_one_line() -> None:
    error = ExplorerError("It is not here.", "Look elsewhere.")
    assert (error.message, error.hint, str(error)) == (
        "It is not here.",
        "Look elsewhere.",
        "It is not here. Look elsewhere.",
    )


def test_a_hint_is_not_needed() -> None:
    assert str(ExplorerError("It is not here.")) == "It is not here."
