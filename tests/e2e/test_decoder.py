"""In a real browser: the worker's pictures are torch's, and what lies around z follows the hand."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, Route, expect

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.exporting.decoder_program.building import decoder_for_browsers
from explorer.inference.decoding import decode_with
from explorer.runs.loaded_run import load_model, load_run
from explorer.runs.run import Run
from explorer.ui.components.modules import modules_url
from models import VAE, model_spec
from tests.e2e.serving import Server
from tests.e2e.visitor import CAUGHT_UP, LIVE, open_live
from tests.unit.ui.components.test_decoder_engine import CASES, WITHIN, codes

pytestmark = pytest.mark.browser

N = 12  # codes a model
DECODE = """
([worker, source, codes]) => new Promise((resolve, reject) => {
    const started = new Worker(worker, { type: "module" });
    const pixels = [];
    let told;
    started.onerror = (event) => reject(new Error(`worker: ${event.message}`));
    started.onmessage = ({ data }) => {
        if (data.kind === "failed") reject(new Error(data.reason));
        if (data.kind === "ready") {
            told = data;
            started.postMessage({ kind: "grid", id: 1, codes: Float32Array.from(codes) });
        }
        if (data.kind !== "tiles") return;
        for (const part of data.parts) for (const pixel of part) pixels.push(String.fromCharCode(pixel));
        if (!data.done) return;
        started.terminate();
        resolve({ pixels: btoa(pixels.join("")), ms: told.ms, engine: told.engine });
    };
    started.postMessage({ kind: "load", source });
})
"""


def models() -> dict[str, tuple[VAE, str]]:
    """The shipped ones, and random ones of every architecture."""
    found: dict[str, tuple[VAE, str]] = {}
    for path in sorted(SHIPPED_RUNS.iterdir()):
        run = load_run(Run(path))
        found[path.name] = load_model(run, torch.device("cpu")), run.model.name
    for case, (name, options) in CASES.items():
        torch.manual_seed(0)
        found[case] = model_spec(name).build({"latent": 5, "hidden": (32,), **options}).eval(), name
    return found


def test_the_workers_pictures_are_torchs(page: Page, app_url: str) -> None:
    content: dict[str, bytes] = {}

    def send(route: Route) -> None:
        route.fulfill(body=content["decoder"], content_type="application/octet-stream")

    page.route("**/tested-decoder", send)
    page.goto(app_url)
    worst: dict[str, int] = {}
    for case, (model, name) in models().items():
        content["decoder"] = decoder_for_browsers(model, name).content
        z = codes(model, N)
        source, worker = f"{app_url}/tested-decoder", f"{modules_url()}/decoder/worker.js"
        told: dict[str, Any] = page.evaluate(DECODE, [worker, source, z.ravel().tolist()])
        assert told["engine"] == "wasm"
        found = np.frombuffer(b64decode(told["pixels"]), np.uint8).reshape(N, *model.config.shape).astype(int)
        worst[case] = int(np.abs(found - decode_with(model, z)).max())
    assert max(worst.values()) <= WITHIN, worst


MANIFOLD = """() => {
    const canvas = document.querySelector('.pad-back');
    return Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).join();
}"""


def test_the_manifold_and_the_classes_follow_while_the_hand_is_down(page: Page, app_url: str) -> None:
    open_live(page, app_url, "/?model=mnist-cvae-8d&transport=browser")
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "browser")
    strip = "() => document.querySelectorAll('.class-choice canvas')[3].toDataURL()"
    before = page.evaluate(MANIFOLD), page.evaluate(strip)
    link = page.url
    box = page.locator(".slider-row[data-dim] .track").nth(4).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=3)
    page.wait_for_function(f"(before) => ({MANIFOLD})() !== before", arg=before[0])
    page.wait_for_function(f"(before) => ({strip})() !== before", arg=before[1])
    assert page.url == link  # the hand is still down: nothing of it came from Python
    page.mouse.up()


@pytest.mark.parametrize("missing", ["WebAssembly", "Worker"])
def test_a_browser_that_lacks_something_shows_pictures_all_the_same(page: Page, app_url: str, missing: str) -> None:
    page.add_init_script(f"delete globalThis.{missing}")
    page.route("**/decoder/kernels.js", lambda route: route.fulfill(
        body="delete globalThis.WebAssembly;\n" + route.fetch().text(), content_type="text/javascript"
    ))  # fmt: skip
    open_live(page, app_url)
    page.locator(f"{LIVE} .random").click()
    page.wait_for_function(CAUGHT_UP)
    page.wait_for_function("() => document.querySelector('.rate').title")
    expect(page.locator(LIVE)).to_have_attribute(
        "data-transport", "browser" if missing == "WebAssembly" else "websocket"
    )


def test_private_weights_stay_on_the_server(page: Page, tmp_path: Path) -> None:
    server = Server(tmp_path, EXPLORER_WEIGHTS="private")
    server.start()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    try:
        open_live(page, server.url)
        page.locator(f"{LIVE} .random").click()
        page.wait_for_function(CAUGHT_UP)
        expect(page.locator(LIVE)).to_have_attribute("data-transport", "websocket")
    finally:
        server.stop()
    assert not [url for url in asked if "/decoder" in url]
