"""Which pages count as ours."""

from __future__ import annotations

import pytest

from explorer.base.web_origins import is_our_page


@pytest.fixture(autouse=True)
def _hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOSTS", "vae.example.org")


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        ("http://localhost:8501", "localhost:8501", True),
        ("http://localhost:9000", "localhost:8501", False),  # another server of this machine
        ("http://evil.example", "localhost:8501", False),
        ("https://vae.example.org", "localhost:8501", True),  # a proxy that changes Host
        ("https://vae.example.org.evil.example", "localhost:8501", False),
        ("http://[::1", "localhost:8501", False),
        ("null", "localhost:8501", False),
        ("", "", False),
    ],
)
def test_pages_are_ours_by_their_origin(origin: str, host: str, ours: bool) -> None:
    assert is_our_page(origin, host) is ours
