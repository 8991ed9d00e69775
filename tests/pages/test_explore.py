"""The Explore page without a browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.images.image_io import grid, to_png
from explorer.inference.decoding import decode
from explorer.inference.latent_space.latent_geometry import View, manifold_grid
from explorer.inference.latents import latents_of
from explorer.inference.live_payload.coordinates import slider_limit
from explorer.inference.live_socket import HANDLES
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.ui.common import state
from explorer.ui.components.live.component import Events
from explorer.ui.components.live.panel import asked, numbers_of, view_of
from tests.helpers import replace_weights
from tests.pages.page import live_payload, metrics, open_page

pytestmark = pytest.mark.usefixtures("shipped_root")


def test_the_component_gets_what_it_draws(trained: Run) -> None:
    header, blobs = live_payload(open_page())
    latents = latents_of(load_run(trained))
    view = View(**header["view"])
    assert header["run"] == "tiny"
    assert header["z"] == [0, 0]
    assert HANDLES.run(header["handle"]).path == trained.path
    assert [dim["index"] for dim in header["dims"]] == latents.order().tolist()
    assert np.frombuffer(blobs["points"], "<f4").reshape(-1, 2) == pytest.approx(latents.mu[:, [view.x, view.y]])
    assert blobs["labels"] == latents.labels.astype(np.uint8).tobytes()  # type: ignore[union-attr]
    expected = grid(decode(load_run(trained), manifold_grid(np.zeros(2, np.float32), view)), columns=view.size)
    assert blobs["background"] == to_png(expected)


def test_a_link_with_z_is_followed(trained: Run) -> None:
    app = open_page(query={"z": "0.5000,-1.2500"})
    assert live_payload(app)[0]["z"] == [0.5, -1.25]
    assert (
        metrics(app)["Draws of the prior farther out"] == f"{np.exp(-0.5 * (0.25 + 1.5625)):.0%}"
    )  # in two dimensions
    density = f"{-0.5 * (0.25 + 1.5625) - np.log(2 * np.pi):.1f} nats"
    assert density in next(metric.help for metric in app.metric if metric.label == "Draws of the prior farther out")


@pytest.mark.parametrize("z", ["1", "1,2,3", "a,b", "nan,0", "1e9,0", ",", "0," * 5000])
def test_a_link_with_a_bad_z_starts_at_the_middle(trained: Run, z: str) -> None:
    assert live_payload(open_page(query={"z": z}))[0]["z"] == [0, 0]


def test_a_z_that_another_page_carries_over_moves_the_component(trained: Run) -> None:
    before = {
        state.Z: {"tiny": np.array([1, 2], np.float32)},
        state.STAMPS: {"tiny": 3},
        state.POSTERIORS: {"tiny": (np.array([1, 2]), np.array([0.1, 0.2]))},
    }
    header, _ = live_payload(open_page(session=before))
    assert header["z"] == [1, 2]
    assert header["stamp"] == 3
    assert header["ellipse"] == {"mu": [1, 2], "sigma": [0.1, 0.2]}


def test_samples_follow_temperature_and_seed(trained: Run) -> None:
    app = open_page()
    first = app.get("image")[-1].proto.imgs[0].url
    next(button for button in app.button if button.label == "Draw again").click().run()
    second = app.get("image")[-1].proto.imgs[0].url
    app.slider[0].set_value(0.5).run()
    assert len({first, second, app.get("image")[-1].proto.imgs[0].url}) == 3
    assert "temperature 0.5" in app.get("image")[-1].proto.imgs[0].caption


def test_without_any_model_it_says_what_to_do(runs_root: Path) -> None:
    app = open_page()
    assert "no trained model" in app.warning[0].value


def test_a_damaged_run_is_a_sentence(trained: Run) -> None:
    (trained.path / "weights.safetensors").write_bytes(b"broken")
    app = open_page()
    assert "checksum does not match" in app.warning[0].value


@pytest.mark.parametrize(
    "asked_for",
    [None, 5, {}, {"x": 9}, {"x": "0"}, {"lo_x": 2, "hi_x": 1}, {"lo_x": -1e9}, {"hi_y": float("nan")},
     {"scale": "log"}, {"size": 10_000}, {"lo_x": None}],
)  # fmt: skip
def test_a_view_that_makes_no_sense_is_the_home_view(trained: Run, asked_for: Any) -> None:
    latents = latents_of(load_run(trained))
    assert view_of(latents, asked_for) == latents.home_view()
    assert view_of(latents, asked_for, size=10) == replace(latents.home_view(), size=10)


def test_a_sensible_view_is_taken(trained: Run) -> None:
    view = view_of(latents_of(load_run(trained)), {"lo_x": -1.5, "hi_x": 0.5, "scale": "linear", "size": 10})
    assert (view.lo_x, view.hi_x, view.scale, view.size) == (-1.5, 0.5, "linear", 10)


@pytest.mark.parametrize("values", [None, "1,2", [1], [1, 2, 3], [1, None], [1, float("inf")], [1, 1e6], {"a": 1}])
def test_numbers_from_a_browser_are_checked(values: Any) -> None:
    assert numbers_of(values, 2) is None


def test_a_request_of_the_fragment_is_checked(trained: Run) -> None:
    for bad in (None, {}, {"seq": "1", "z": [0, 0]}, {"seq": 1}, {"seq": 1, "z": [0]}):
        assert asked(load_run(trained), bad) is None


def test_the_sliders_reach_every_posterior_mean(trained: Run) -> None:
    latents = latents_of(load_run(trained))
    assert slider_limit(latents) >= min(10, np.abs(latents.mu).max())


def test_new_weights_come_with_their_grid_order_and_handle(trained: Run) -> None:
    app = open_page()
    before, blobs = live_payload(app)
    replace_weights(trained)
    app.run()
    assert not app.exception
    after, new = live_payload(app)
    assert after["version"] == load_run(trained).version != before["version"]
    assert after["handle"] != before["handle"]
    assert HANDLES.run(after["handle"]).key == load_run(trained).key
    view = View(**after["view"])
    assert new["background"] == to_png(
        grid(decode(load_run(trained), manifold_grid(np.zeros(2), view)), columns=view.size)
    )
    assert new["background"] != blobs["background"]
    order = latents_of(load_run(trained)).order().tolist()
    assert [dim["index"] for dim in after["dims"]] == order
    assert after["dims"] != before["dims"]


def test_a_part_of_the_page_alone_finds_new_weights(trained: Run) -> None:
    """A fragment that holds a former value of the run has the whole page drawn again."""
    app = open_page()
    replace_weights(trained)
    next(button for button in app.button if button.label == "Draw again").click().run()  # a fragment
    assert not app.exception
    assert live_payload(app)[0]["version"] == load_run(trained).version


@pytest.mark.parametrize(("weights", "offered"), [("shared", True), ("private", False)])
def test_the_page_to_share_is_offered_where_weights_may_leave(
    trained: Run, monkeypatch: pytest.MonkeyPatch, weights: str, offered: bool
) -> None:
    monkeypatch.setenv("EXPLORER_WEIGHTS", weights)
    assert ("Share" in [button.label for button in open_page().button]) == offered


def test_a_decoder_that_browsers_cannot_run_is_said_in_the_dialog(
    trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.exporting.decoder_program.building.MOST_BYTES", 1000)
    app = open_page()
    next(button for button in app.button if button.label == "Share").click().run()
    assert "more than the 0 MB" in app.warning[0].value


def test_what_the_browser_decodes_is_left_out(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, Any] = {"z": [1, 1], "stamp": 0, "browser": True}
    monkeypatch.setattr(
        "explorer.ui.components.live.panel.component_events", lambda key: Events(said, None, None, None)
    )
    app = open_page()
    header, blobs = live_payload(app)
    assert header["z"] == [1, 1]
    assert blobs.keys() == {"points", "labels"}
    said["browser"] = False
    assert "background" in live_payload(app.run())[1]
