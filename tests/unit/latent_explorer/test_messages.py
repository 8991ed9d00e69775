"""Messages between two processes."""

from __future__ import annotations

import io

import numpy as np
import pytest

from latent_explorer.messages import receive, send


def test_what_is_sent_is_received() -> None:
    pipe = io.BytesIO()
    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3).T, np.array(["a", "bc"]), np.zeros((0, 2), np.int64)]
    send(pipe, {"run": "µ"}, arrays)
    send(pipe, {"second": None})
    pipe.seek(0)
    facts, found = receive(pipe)
    assert facts == {"run": "µ"}
    for ours, theirs in zip(arrays, found, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    assert receive(pipe) == ({"second": None}, [])
    with pytest.raises(EOFError):
        receive(pipe)


def test_objects_are_not_sent() -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        send(io.BytesIO(), {}, [np.array([{}], object)])


def test_a_message_that_is_cut_off() -> None:
    pipe = io.BytesIO()
    send(pipe, {}, [np.zeros(100)])
    with pytest.raises(EOFError):
        receive(io.BytesIO(pipe.getvalue()[:-1]))
