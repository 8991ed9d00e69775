"""Tests that need an NVIDIA GPU; elsewhere they are skipped. ``benchmarks/gpu.py`` runs them before it measures.

They need torch, NumPy, SciPy, safetensors and pytest alone: neither Streamlit nor openTSNE nor umap-learn.
"""

from __future__ import annotations

import pytest
import torch

from explorer.base import resolve_device


@pytest.fixture(scope="session", autouse=True)
def card() -> torch.device:
    """The GPU, as the product resolves it."""
    if not torch.cuda.is_available():
        pytest.skip("this machine has no NVIDIA GPU that torch can use")
    return resolve_device("cuda")
