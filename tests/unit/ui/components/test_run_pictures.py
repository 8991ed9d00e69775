"""The pictures of listed runs are sent, for good; nothing else is."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.training.own_runs.trash import trash_run
from explorer.ui.components import run_pictures
from explorer.ui.components.run_pictures import RunPictures, picture_routes, picture_url
from tests.helpers import replace_weights


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The route alone, with nothing made."""
    monkeypatch.setattr(run_pictures, "KEPT", RunPictures())
    return TestClient(Starlette(routes=picture_routes()))


@pytest.mark.parametrize("name", ["tiny", "a b & <i>#?..", "名前"])
def test_the_picture_of_a_run_is_kept_for_good(client: TestClient, trained: Run, name: str) -> None:
    run = Run(trained.path.rename(trained.path.with_name(name)))
    reply = client.get(picture_url(load_run(run)))
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png")
    assert reply.content.startswith(b"\x89PNG")
    assert "immutable" in reply.headers["cache-control"]
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_picture_is_made_once(client: TestClient, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter([b"first", b"second"])
    monkeypatch.setattr(run_pictures, "run_picture", lambda run: next(made))
    for _ in range(3):
        assert client.get(picture_url(load_run(trained))).content == b"first"


def test_the_pictures_made_last_are_kept(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_pictures, "run_picture", lambda run: run.version.encode())
    kept, runs = RunPictures(size=2), []
    for _ in range(3):
        replace_weights(trained)
        runs.append(load_run(trained))
        kept.picture(runs[-1])
    assert list(kept.made) == [run.key for run in runs[1:]]


def test_other_weights_have_another_address_and_the_former_leads_nowhere(client: TestClient, trained: Run) -> None:
    former = picture_url(load_run(trained))
    replace_weights(trained)
    assert picture_url(load_run(trained)) != former
    assert client.get(former).status_code == 404


def test_what_is_not_listed_leads_nowhere(client: TestClient, trained: Run, tmp_path: Path) -> None:
    version = picture_url(load_run(trained)).split("/")[2]
    shutil.copytree(trained.path, tmp_path / "outside")
    for name in ("..%2Foutside", "..", "%2Fetc", "none", "tiny%00", unquote(str(tmp_path / "outside"))):
        assert client.get(f"/run-pictures/{version}/{name}").status_code == 404, name
    url = picture_url(load_run(trained))
    trash_run(trained)
    assert client.get(url).status_code == 404


def test_a_damaged_run_leads_nowhere(client: TestClient, trained: Run) -> None:
    url = picture_url(load_run(trained))
    (trained.path / "weights.safetensors").write_bytes(b"nothing")
    assert client.get(url).status_code == 404
