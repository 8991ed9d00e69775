"""How the components' JavaScript is served: as the files are, for good under their hash, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.ui.components.modules import HERE, SHARED, loader, module_routes, modules, modules_url, read_modules

COMPONENTS = {path.parent.name for path in HERE.glob("*/*.html")}
WORKERS = ("decoder/worker.js",)  # started by their address
FACELESS = ("map/warm.js", "shared/rerun.js")  # mounted without HTML
MAIN_MODULES = sorted([*(f"{name}/{name}.js" for name in COMPONENTS), *FACELESS])
IMPORT = re.compile(r'^import (?:[^;]*? from )?"(.+?)";$', re.MULTILINE)

each_main = pytest.mark.parametrize("main", MAIN_MODULES)
each_module = pytest.mark.parametrize("name", sorted(modules().sources))


@pytest.fixture
def client() -> TestClient:
    """The route alone."""
    return TestClient(Starlette(routes=module_routes()))


def asked_for(main: str) -> list[str]:
    """The modules that a component's loader asks for, the main one first."""
    found = re.search(r"= (\[.+?\])\.map", loader(main))
    assert found
    names: list[str] = json.loads(found.group(1))
    return names


def reached(client: TestClient, main: str) -> set[str]:
    """The paths of all modules that a main module leads to, fetched and followed as a browser does."""
    base = f"{modules_url()}/"
    waiting, seen = [urljoin(base, main)], set[str]()
    while waiting:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        reply = client.get(url)
        assert reply.status_code == 200, url
        waiting += [urljoin(url, target) for target in IMPORT.findall(reply.text)]
    return {url.removeprefix(base) for url in seen}


def test_the_components_are_these() -> None:
    assert {"canvas", "film", "live", "map", "paste", "picker"} == COMPONENTS
    assert set(MAIN_MODULES) <= set(modules().sources)


@each_module
def test_a_module_is_served_as_its_file_is_and_kept_for_good(client: TestClient, name: str) -> None:
    reply = client.get(f"{modules_url()}/{name}")
    assert (reply.status_code, reply.content) == (200, (HERE / name).read_bytes())
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["x-content-type-options"] == "nosniff"
    head = client.head(f"{modules_url()}/{name}")
    assert (head.status_code, head.headers) == (200, reply.headers)


NOT_THERE = [
    "", "/", "/live", "/live/", "/live/nothing.js", "/live.js", "/live/live.js/", "/live/LIVE.JS", "//live/live.js",
    "/live/__init__.py", "/live/live.html", "/live/live.css", "/modules.py", "//etc/passwd", "/live/live.js%00",
    "/%2e%2e/modules.py", "/live/..%2Flive/live.js", "/live/..%2F..%2F..%2F..%2Fapp.py", "/..%5Cmodules.py",
]  # fmt: skip


@pytest.mark.parametrize("path", NOT_THERE)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(modules_url() + path).status_code == 404
    assert client.head(modules_url() + path).status_code == 404


def test_another_hash_is_not_served(client: TestClient) -> None:
    other = modules_url().replace(modules().version, "0" * 32)
    assert client.get(f"{other}/live/live.js").status_code == 404


def test_modules_are_only_read(client: TestClient) -> None:
    assert client.post(f"{modules_url()}/live/live.js").status_code == 405


def test_the_hash_changes_with_a_name_and_with_a_byte(tmp_path: Path) -> None:
    def version(**files: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        (folder / "one").mkdir(parents=True)
        for stem, text in files.items():
            (folder / "one" / f"{stem}.js").write_text(text)
        return read_modules(folder).version

    versions = [version(a="1", b="2"), version(a="1", b="3"), version(a="1", c="2"), version(a="1"), version(a="12")]
    assert len(set(versions)) == len(versions)
    assert version(a="1", b="2") == versions[0]


@each_module
def test_imports_are_relative_and_lead_to_our_own_or_shared_modules(name: str) -> None:
    text = (HERE / name).read_text(encoding="utf-8")
    targets = IMPORT.findall(text)
    assert len(targets) == len(re.findall("^import ", text, re.MULTILINE)), "each import is understood"
    assert not re.findall(r"^\s*[^/*\s].*\bimport\(", text, re.MULTILINE), "no module is imported later"
    for target in targets:
        assert target.startswith(("./", "../")), target
        path = (HERE / name).parent.joinpath(target).resolve()
        assert path.is_file(), target
        assert path.parent.name in {name.split("/")[0], SHARED}, target


def test_every_module_is_reached(client: TestClient) -> None:
    found = set[str]().union(*(reached(client, main) for main in (*MAIN_MODULES, *WORKERS)))
    assert found == set(modules().sources)


@each_main
def test_a_loader_asks_at_once_for_all_that_its_main_module_leads_to(client: TestClient, main: str) -> None:
    names = asked_for(main)
    assert names[0] == main
    assert len(names) == len(set(names))
    assert reached(client, main) <= set(names)


@each_main
def test_a_main_module_exports_what_mounts_it(main: str) -> None:
    exported = re.findall(r"^export default ", (HERE / main).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(exported) == 1


@each_module
def test_no_module_is_long(name: str) -> None:
    assert len((HERE / name).read_text(encoding="utf-8").splitlines()) <= 350


@pytest.mark.parametrize("base", ["tools/vae", "/tools/vae/"])
def test_a_base_path_stands_before_every_address(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    monkeypatch.setattr(st, "get_option", lambda name: base)
    client = TestClient(Starlette(routes=module_routes()))
    assert modules_url() == f"/tools/vae/component-modules/{modules().version}"
    assert f'new URL("{modules_url()}/", document.baseURI)' in loader("live/live.js")
    assert client.get(f"{modules_url()}/live/live.js").status_code == 200
    assert client.get(f"{modules_url().removeprefix('/tools/vae')}/live/live.js").status_code == 404
