"""A device that this machine does not have."""

from __future__ import annotations

import pytest
import streamlit as st
import torch

from explorer.base import PROJECT
from explorer.inference import decoding
from explorer.runs.run import Run
from tests.pages.page import checked, open_page, words_and_messages

pytestmark = [
    pytest.mark.usefixtures("shipped_root"),
    pytest.mark.skipif(torch.cuda.is_available(), reason="there is one"),
]
SENTENCE = "This machine has no usable 'cuda' device"


@pytest.mark.parametrize("page", sorted(path.stem for path in (PROJECT / "pages").glob("*.py")))
def test_every_page_says_that_it_is_not_there(page: str, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
    monkeypatch.setattr(decoding, "MODEL_CACHE", decoding.ModelCache())
    monkeypatch.setenv("EXPLORER_DEVICE", "cuda")
    app = open_page("" if page == "explore" else page)
    if page == "models":
        app = checked(next(button for button in app.button if button.label == "Start").click().run())
    assert SENTENCE in words_and_messages(app)
