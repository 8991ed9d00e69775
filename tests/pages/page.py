"""A page of the app without a browser: opened, read, given files. Whatever runs must leave no exception on it."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from streamlit.testing.v1 import AppTest

from explorer.base import PROJECT

TEXT = ("markdown", "caption", "html")


def open_page(
    name: str = "", query: Mapping[str, str | Sequence[str]] | None = None, session: Mapping[str, Any] | None = None
) -> AppTest:
    """A page, after it has run; ``query`` is the link's, ``session`` what was there before.

    ``name`` is that of its file in ``pages/``; without one it is the page that opens first.
    """
    app = AppTest.from_file(PROJECT / "explorer" / "ui" / "main.py", default_timeout=60)
    for key, value in (query or {}).items():
        app.query_params[key] = value
    for key, value in (session or {}).items():
        app.session_state[key] = value
    if name:
        app.switch_page(str(PROJECT / "pages" / f"{name}.py"))
    return checked(app.run())


def checked(app: AppTest) -> AppTest:
    """The same, after making sure that no exception is on the page."""
    assert not app.exception, app.exception[0].message
    return app


def upload(app: AppTest, name: str, content: bytes, kind: str = "image/png") -> AppTest:
    """The Image page after a file was dropped on it."""
    return checked(app.file_uploader[0].set_value((name, content, kind)).run())


def words(app: AppTest) -> str:
    """All that can be read on the page but for messages."""
    return values(app, TEXT)


def words_and_messages(app: AppTest) -> str:
    """All that can be read on the page."""
    return values(app, (*TEXT, "warning", "info"))


def values(app: AppTest, kinds: Sequence[str]) -> str:
    """What the elements of these kinds say."""
    return "\n".join(str(getattr(part, "value", "")) for kind in kinds for part in app.get(kind))


def reconstructed(app: AppTest) -> bool:
    """Whether a reconstruction stands on the page."""
    return "decoded from its mean" in words(app)


def metrics(app: AppTest) -> dict[str, str]:
    """The numbers of the page, by their labels."""
    return {metric.label: metric.value for metric in app.metric}


def given(app: AppTest, component: str) -> Any:
    """What the one component of this name on the page was given."""
    found = [part.proto for part in app.get("bidi_component") if part.proto.component_name == component]
    assert len(found) == 1
    return found[0]


def shown_map(app: AppTest) -> dict[str, Any]:
    """The data of the map."""
    return dict(json.loads(given(app, "latent_map").json))


def shown_film(app: AppTest) -> dict[str, Any]:
    """The data of the film."""
    return dict(json.loads(given(app, "decoded_film").json))


def live_payload(app: AppTest) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Header and blobs of the live decoder."""
    content = given(app, "live_decoder").bytes
    size = struct.unpack_from("<I", content)[0]
    header = json.loads(content[4 : 4 + size])
    blobs = content[4 + size :]
    return header, {name: blobs[at : at + length] for name, (at, length) in header["blobs"].items()}
