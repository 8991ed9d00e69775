"""``show``: what it refuses before anything starts, how images are divided, and where a page is shown."""

from __future__ import annotations

import socket
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from torch import nn

from latent_explorer import ExplorerError, frames, show
from latent_explorer.session import SERVED, Session
from latent_explorer.showing import splits_of, titled

IMAGES = np.random.default_rng(0).random((20, 8, 8))
ENCODER = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
DECODER = nn.Sequential(nn.Linear(2, 64), nn.Sigmoid())


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        ((ENCODER, DECODER), {}, "There are no images to see the model with. Call show(encoder, decoder, images)."),
        (("digits-2d", None, IMAGES), {}, "A run is shown with its own decoder and images."),
    ],
)
def test_what_starts_nothing(given: tuple[Any, ...], options: dict[str, Any], said: str) -> None:
    with pytest.raises(ExplorerError) as told:
        show(*given, **options)
    assert said in str(told.value)
    assert SERVED.app is None


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        ((ENCODER, DECODER, IMAGES * 2), {}, "out of the range from 0 to 1"),
        ((ENCODER, DECODER, [IMAGES[0], IMAGES[0, :4]]), {}, "The images are of mixed sizes: 4 x 8 and 8 x 8"),
        ((ENCODER, DECODER, IMAGES, [1, 2]), {}, "There are 2 labels for 20 images"),
        ((ENCODER, DECODER, IMAGES[:1]), {}, "There is 1 image."),
        ((ENCODER, DECODER, IMAGES), {"pixels": (1, 0)}, "Give the values of black and of white"),
        ((ENCODER, DECODER, IMAGES), {"posterior": "sigma"}, "There is no posterior 'sigma'"),
        ((ENCODER, DECODER, IMAGES), {"name": "a b"}, "'a b' cannot be a run's name"),
        ((ENCODER, DECODER, IMAGES), {"name": "digits-2d"}, "digits-2d"),
        ((ENCODER, DECODER, np.zeros((3, 300, 300))), {}, "at most 256 x 256"),
        ((ENCODER, DECODER, IMAGES), {}, "encode returns one tensor, [2, 2] for 2 images"),
        (("mnist-3d",), {}, "There is no run 'mnist-3d'"),
    ],
)
def test_bad_input_is_a_sentence_and_leaves_no_app(
    given: tuple[Any, ...], options: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    monkeypatch.setattr(SERVED, "begin", lambda: started.append("began"))
    monkeypatch.setattr(SERVED, "end", lambda: started.append("ended"))
    with pytest.raises(ExplorerError) as told:
        show(*given, **options)
    assert said in str(told.value)
    assert started == ["began", "ended"]


def test_a_port_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        monkeypatch.setenv("EXPLORER_PORT", str(port))
        with pytest.raises(ExplorerError, match=f"Port {port} is in use"):
            show("digits-2d")
    assert SERVED.app is None


def test_an_app_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_SLOTS", "many")
    SERVED.begin()
    with pytest.raises(ExplorerError, match="The app did not start: Error: EXPLORER_SLOTS is 'many'"):
        Session("digits-2d")
    assert SERVED.app is None


@pytest.mark.parametrize("n", [2, 3, 10, 11, 25])
def test_one_in_ten_is_a_training_image_and_one_at_least(n: int) -> None:
    splits = splits_of(n)
    assert len(splits) == n
    assert (splits == "train").sum() == max(1, n // 10)
    assert (splits == "test").any()


def test_titles_are_those_of_the_code() -> None:
    assert titled(ENCODER) == "Sequential"
    assert titled(splits_of) == "splits_of"


class Kernel:
    """Stands in for IPython where it runs a notebook."""

    kernel = object()


def test_a_notebook_shows_a_frame_and_may_hold_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[Any] = []
    display = SimpleNamespace(IFrame=lambda *given: given, display=shown.append)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=Kernel, display=display))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(frames, "open_browser", lambda _: pytest.fail("opened a browser"))
    frames.show_page("http://localhost:1/?model=a")
    assert shown == [("http://localhost:1/?model=a", "100%", frames.HEIGHT)]
    assert capsys.readouterr().out == "Latent Explorer: http://localhost:1/?model=a\n"
    monkeypatch.setenv(frames.ANCESTORS, "https://example.org")
    assert frames.variables()[frames.ANCESTORS].startswith("https://example.org,http://localhost:*,")
    assert frames.interactive()


def test_colab_shows_the_port_of_its_own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    output = SimpleNamespace(serve_kernel_port_as_iframe=lambda port, **more: asked.append((port, more)))
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace(output=output))
    frames.show_frame("http://localhost:8501/?model=a")
    assert asked == [(8501, {"path": "/?model=a", "height": frames.HEIGHT})]


def test_elsewhere_a_browser_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    monkeypatch.setattr(frames, "open_browser", opened.append)
    frames.show_page("http://localhost:1/")
    assert opened == ["http://localhost:1/"]
    assert frames.variables() == {}
