"""An exported page: well-formed, closed to the network, the same again, and safe from hostile names."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from explorer.exporting.page.page import page_of
from explorer.inference.decoding import load_with_model
from explorer.runs.run import Run

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")

HOSTILE = "</script><script>alert(1)</script><img src=//evil.example>"


class Scripts(HTMLParser):
    """The script elements of a page, by their type, and what its elements refer to."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.kinds: list[str] = []
        self.texts: list[str] = []
        self.targets: list[str] = []
        self.handlers: list[str] = []
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what may be run or fetched."""
        given = dict(attrs)
        if tag == "script":
            self.kinds.append(given.get("type") or "")
        self.targets += [f"{given[name]}" for name in ("src", "href", "srcset", "action", "data") if name in given]
        self.handlers += [name for name in given if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        """The text of a script."""
        if self.lasttag == "script" and self.kinds and len(self.texts) < len(self.kinds) and data.strip():
            self.texts.append(data)


def html_of(run: Run, latents: bool = True) -> bytes:
    """The page of a run."""
    return page_of(*load_with_model(run), latents=latents).html


def test_only_its_own_script_runs_and_nothing_is_asked_for(trained: Run) -> None:
    html = html_of(trained)
    page = Scripts(html)
    assert page.kinds == ["text/plain", "text/plain", "module"]
    (policy,) = re.findall(rb'Content-Security-Policy" content="([^"]+)"', html)
    (allowed,) = re.findall(r"sha256-([^']+)'", policy.decode())
    assert allowed == base64.b64encode(hashlib.sha256(page.texts[2].encode()).digest()).decode()
    assert policy.startswith(b"default-src 'none'")
    assert all(target.startswith("#") for target in page.targets)
    assert page.handlers == []
    assert b"http" not in re.sub(rb'http-equiv="|http://www\.w3\.org/', b"", html[: html.index(b'id="engine"')])


def test_it_has_the_same_bytes_again(trained: Run) -> None:
    said: list[tuple[float, str]] = []
    first = page_of(*load_with_model(trained), progress=lambda share, title: said.append((share, title))).html
    assert html_of(trained) == first
    assert said[0][0] == 0
    assert said[-1] == (1, "")


def test_a_hostile_name_stays_a_name(trained: Run) -> None:
    run, model = load_with_model(trained)
    hostile = replace(run, data=replace(run.data, name=HOSTILE, classes=(HOSTILE,) * 10))
    page = Scripts(page_of(hostile, model).html)
    assert page.kinds == ["text/plain", "text/plain", "module"]
    assert not [target for target in page.targets if "evil" in target]


def test_the_card_says_what_the_model_is(trained: Run) -> None:
    html = html_of(trained, latents=False).decode()
    for words in ("tiny", "digits", "nats per image", "one draw of z", trained.status().weights_sha256):
        assert words in html, words
    assert 'id="map"' not in html
    assert "codes of" not in html
    assert "codes of 360 test images" in html_of(trained).decode()
