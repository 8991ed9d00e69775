"""Which device, and what it is called."""

from __future__ import annotations

import pytest
import torch

from explorer.base.devices import a_core_left, device_title, resolve_device
from explorer.base.errors import ExplorerError


def test_cuda_is_taken_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device().type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert resolve_device().type == "mps"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert resolve_device().type == "cpu"


def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ExplorerError, match=r"no usable 'cuda' device. Choose auto or cpu."):
        resolve_device("cuda")
    with pytest.raises(ExplorerError, match=r"There is no device 'tpu'."):
        resolve_device("tpu")


def test_titles() -> None:
    assert device_title(torch.device("cpu")) == "CPU"
    assert device_title(torch.device("mps")) == "Apple GPU"


def test_a_core_is_left_and_given_back() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        with a_core_left():
            assert torch.get_num_threads() == 1
            with a_core_left():
                assert torch.get_num_threads() == 1  # never none
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
