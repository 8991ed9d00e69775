"""Which hosts and pages count as ours."""

from __future__ import annotations

import pytest

from explorer.base.web_origins import is_our_host, is_our_page


@pytest.fixture(autouse=True)
def _hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOSTS", "VAE.example.org, 10.0.0.7,[fe80::1]")


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8501", "LOCALHOST:1", "127.0.0.1:8501", "[::1]:8501", "[::1]", "vae.example.org",
     "10.0.0.7:80", "[fe80::1]:80"],
)  # fmt: skip
def test_local_and_named_hosts_are_ours(host: str) -> None:
    assert is_our_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:8501", "localhost.evil.example", "x.vae.example.org", "localhost:port",
     "localhost@evil.example", "evil.example@localhost", "localhost/x", "[::1", "localhost:99999", "0.0.0.0", "*"],
)  # fmt: skip
def test_any_other_host_is_not(host: str) -> None:
    assert not is_our_host(host)


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        ("http://localhost:8501", "localhost:8501", True),
        ("http://localhost:9000", "localhost:8501", False),  # another server of this machine
        ("http://evil.example", "localhost:8501", False),
        ("https://vae.example.org", "localhost:8501", True),  # a proxy that changes Host
        ("https://vae.example.org.evil.example", "localhost:8501", False),
        ("null", "localhost:8501", False),
        ("", "", False),
    ],
)
def test_pages_are_ours_by_their_origin(origin: str, host: str, ours: bool) -> None:
    assert is_our_page(origin, host) is ours
