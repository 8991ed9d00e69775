"""Which device, and what it is called."""

from __future__ import annotations

import pytest
import torch

from explorer.base.devices import device_title, resolve_device
from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import settings


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


def test_auto_is_what_the_setting_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("EXPLORER_DEVICE", "cpu")
    assert (resolve_device().type, resolve_device("auto").type, resolve_device("cuda").type) == ("cpu", "cpu", "cuda")
    settings.cache_clear()
    monkeypatch.setenv("EXPLORER_DEVICE", "cuda")
    assert (resolve_device().type, resolve_device("cpu").type) == ("cuda", "cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ExplorerError, match=r"no usable 'cuda' device. It is what EXPLORER_DEVICE says. Choose"):
        resolve_device()


def test_convolutions_on_cuda_are_exact_and_repeatable(monkeypatch: pytest.MonkeyPatch) -> None:
    cudnn = torch.backends.cudnn
    monkeypatch.setattr(cudnn, "deterministic", False)
    monkeypatch.setattr(cudnn, "allow_tf32", True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    resolve_device("cpu")
    assert (cudnn.allow_tf32, cudnn.deterministic) == (True, False)
    resolve_device("cuda")
    assert (cudnn.allow_tf32, cudnn.deterministic) == (False, True)


def test_titles() -> None:
    assert device_title(torch.device("cpu")) == "CPU"
    assert device_title(torch.device("mps")) == "Apple GPU"
