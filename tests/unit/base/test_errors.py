"""The one error that visitors see."""

import gc
import weakref

from explorer.base.errors import ExplorerError, Refusal


def test_message_and_hint_make_one_line() -> None:
    error = ExplorerError("It is not here.", "Look elsewhere.")
    assert (error.message, error.hint, str(error)) == (
        "It is not here.",
        "Look elsewhere.",
        "It is not here. Look elsewhere.",
    )


def test_a_hint_is_not_needed() -> None:
    assert str(ExplorerError("It is not here.")) == "It is not here."


def test_a_refusal_holds_nothing_but_the_sentences() -> None:
    def refused() -> ExplorerError:
        class Large:
            """What a frame on the way holds."""

        large = Large()
        large_alive.append(weakref.ref(large))
        try:
            raise ExplorerError("It is not here.", "Look elsewhere.")
        except ExplorerError as error:
            return error

    large_alive: list[weakref.ref[object]] = []
    kept = refused()
    assert large_alive[0]() is not None, "an error keeps its frames"
    refusal = kept.refusal
    assert (str(refusal), refusal) == (str(kept), Refusal("It is not here.", "Look elsewhere."))
    del kept
    gc.collect()
    assert large_alive[0]() is None
