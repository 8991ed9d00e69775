"""Decoders go to our own pages, for good, where the server shares them; a reason goes where there is none to send."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.base.runtime_settings import SHIPPED_RUNS, settings
from explorer.exporting.decoder_program import building
from explorer.runs.loaded_run import LoadedRun, load_run
from explorer.runs.run import Run
from explorer.ui.components.live import decoder_route
from explorer.ui.components.live.decoder_route import Decoders, decoder_routes, decoder_url


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The route alone, with nothing offered."""
    monkeypatch.setattr(decoder_route, "OFFERED", Decoders())
    return TestClient(Starlette(routes=decoder_routes()))


@pytest.fixture
def run() -> LoadedRun:
    """A small shipped run."""
    return load_run(Run(SHIPPED_RUNS / "digits-2d"))


def test_a_decoder_that_a_page_shows_is_sent_and_kept_for_good(client: TestClient, run: LoadedRun) -> None:
    url = decoder_url(run)
    assert url is not None
    reply = client.get(url)
    assert reply.status_code == 200
    (length,) = struct.unpack_from("<I", reply.content)
    assert json.loads(reply.content[4 : 4 + length])["shape"] == [1, 8, 8]
    assert "immutable" in reply.headers["cache-control"]
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert reply.headers["content-length"] == str(len(reply.content))
    assert client.get(url, headers={"origin": "http://testserver"}).content == reply.content


def test_other_weights_and_other_options_have_another_address(client: TestClient, run: LoadedRun) -> None:
    options = {**run.model.options, "output": "params"}
    others = [replace(run, status=replace(run.status, weights_sha256="0" * 64)),
              replace(run, model=replace(run.model, options=options))]  # fmt: skip
    assert len({decoder_url(one) for one in (run, *others)}) == 3
    assert decoder_url(run) == decoder_url(run)


def test_nothing_goes_to_foreign_pages_or_without_an_offer(client: TestClient, run: LoadedRun) -> None:
    url = str(decoder_url(run))
    assert client.get(url, headers={"origin": "http://example.org"}).status_code == 403
    assert client.get("/decoders/" + "0" * 40).status_code == 404
    assert client.get("/decoders/..%2F..%2Fetc").status_code == 404


def test_private_weights_stay(client: TestClient, run: LoadedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    url = str(decoder_url(run))
    monkeypatch.setenv("EXPLORER_WEIGHTS", "private")
    settings.cache_clear()
    try:
        assert decoder_url(run) is None
        assert client.get(url).status_code == 404
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_decoder_that_is_too_large_is_not_sent_and_said_so(
    client: TestClient, run: LoadedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MOST_BYTES", 1000)
    reply = client.get(str(decoder_url(run)))
    assert reply.status_code == 422
    assert "more than" in reply.text
    assert reply.headers["content-type"].startswith("text/plain")


def test_the_last_few_are_kept(client: TestClient, run: LoadedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder_route, "MAX_OFFERED", 2)
    url = str(decoder_url(run))
    for digit in "12":
        decoder_url(replace(run, status=replace(run.status, weights_sha256=digit * 64)))
    assert client.get(url).status_code == 404
