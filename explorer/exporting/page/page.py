"""The page: its content, the joined modules of the components, styles, and the card of the model."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from explorer.exporting.html_template import html_template
from explorer.exporting.page.bundle import bundled, markup, style_sheet
from explorer.exporting.page.content import PageOptions, page_content
from explorer.exporting.report import Subject, card_rows
from explorer.runs import LoadedRun
from models import VAE

FOLDER = Path(__file__).parent
INSTEAD = {"live/engine_worker.js": "page/engine_worker.js", "map/resources.js": "page/resources.js"}
STYLES = ("live/live.css", "map/map.css", "page/page.css")
PageProgress = Callable[[float, str], None]


@dataclass(frozen=True)
class ExportedPage:
    """The HTML file, the names of the maps in it, and the number of images whose codes it holds."""

    html: bytes
    maps: tuple[str, ...]
    images: int


def page_of(
    run: LoadedRun,
    model: VAE,
    *,
    latents: bool = True,
    thumbnails: bool = False,
    progress: PageProgress | None = None,
) -> ExportedPage:
    """The page of a run, whose model is ``model``: of the same files the same bytes.

    Parameters
    ----------
    latents : whether posterior means, labels and maps of the test images are in it.
    thumbnails : whether the images themselves are, small.
    progress : called with the share done and what is done next.

    Raises
    ------
    ExplorerError
        For a run without a decoder, a decoder that browsers cannot run, thumbnails of images that are not here.
    """
    say = progress or (lambda share, title: None)
    subject = Subject(run, model)
    say(0.0, "Decoder, latents and maps")
    content = page_content(subject, PageOptions(latents, thumbnails))
    say(0.9, "Page")
    script, engine = script_text("page/page.js"), script_text("decoder/worker.js")
    html = html_template(FOLDER / "page.html").render(
        name=run.name,
        subject=subject,
        content=content,
        encoded=base64.b64encode(content.content).decode(),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        engine=engine,
        style=style_sheet(*STYLES),
        icons=base64.b64encode((FOLDER / "icons.woff2").read_bytes()).decode(),
        live=markup("live/live.html"),
        map=markup("map/map.html"),
        rows={name: text for name, text in card_rows(subject).items() if text},
    )
    say(1.0, "")
    return ExportedPage(html.encode(), content.maps, content.images)


@cache
def script_text(main: str) -> str:
    """The script of a main module, such that no text in it ends the element that holds it."""
    return bundled(main, INSTEAD).replace("</script", "<\\/script").replace("<!--", "<\\!--")
