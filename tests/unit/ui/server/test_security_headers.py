"""The policy that browsers are given."""

from __future__ import annotations

import pytest

from explorer.ui.server.security_headers import security_headers
from latent_explorer.frames import NOTEBOOKS


def test_only_this_server_and_named_sites_may_frame_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_FRAME_ANCESTORS", "https://school.example, https://*.uni.example:8443")
    policy = security_headers()["Content-Security-Policy"]
    assert policy.endswith("; frame-ancestors 'self' https://school.example https://*.uni.example:8443")


def test_pages_of_notebooks_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_FRAME_ANCESTORS", ",".join(NOTEBOOKS))
    assert security_headers()["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {' '.join(NOTEBOOKS)}")


def test_nothing_is_loaded_from_elsewhere() -> None:
    policy = security_headers()["Content-Security-Policy"]
    assert "http" not in policy
    assert "*" not in policy
    first, *others = policy.split("script-src ")[1].split(";")[0].split()
    assert first == "'self'"
    assert {one for one in others if not one.startswith("'sha256-")} == {"blob:", "'unsafe-eval'"}
    assert "'unsafe-eval'" not in policy.replace("'unsafe-eval'", "", 1)
