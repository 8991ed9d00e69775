"""``python -m explorer export``: a run to take along, as a folder for tools and as one page for people."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.base.text import size_text
from explorer.cli.progress_bar import ProgressLine
from explorer.runs import LoadedRun, find_run

if TYPE_CHECKING:
    from models import VAE

Result = dict[str, Any]


def add_export(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The ``export`` command's options."""
    export = add("export", export_command, "a run to take along: files for tools, a page for people", run=True)
    export.add_argument("--out", metavar="DIR", help="weights, latents, and the networks as ONNX, into this folder")
    export.add_argument("--html", metavar="FILE", help="a page with a live decoder, for any browser, without a server")
    export.add_argument("--thumbnails", action="store_true", help="with --html: the test images themselves, small")
    export.add_argument(
        "--no-latents", action="store_true", help="with --html: neither codes nor labels of the test images, no map"
    )


def export_command(options: argparse.Namespace) -> tuple[Result, str]:
    """A folder that is a run elsewhere with ONNX for other tools, a page, or both."""
    from explorer.images import refuse_folder
    from explorer.inference import load_with_model

    check_options(options)
    found = find_run(options.run, paths=True)
    if options.html is not None:
        refuse_folder(Path(options.html))
    run, model = load_with_model(found)
    result: Result = {"run": run.name, "files": [], "left_out": []}
    page = written_page(run, model, options) if options.html is not None else ({}, [])  # first: it may be refused
    folder = written_folder(run, model, Path(options.out)) if options.out is not None else ({}, [])
    for facts, _ in (folder, page):
        result = {**result, **facts, "files": [*result["files"], *facts.get("files", [])]}
    return result, "\n".join([*folder[1], *page[1]])


def check_options(options: argparse.Namespace) -> None:
    """Raise ExplorerError where nothing is to be written, or what only a page has is asked for without one."""
    if options.out is None and options.html is None:
        raise ExplorerError("It is not said what to export.", "Give --out DIR, --html FILE, or both.")
    if options.html is None and (options.thumbnails or options.no_latents):
        flag = "--thumbnails" if options.thumbnails else "--no-latents"
        raise ExplorerError(f"{flag} is about the page, and none is asked for.", "Give --html FILE as well.")
    if options.thumbnails and options.no_latents:
        raise ExplorerError(
            "--thumbnails shows images on the map, which --no-latents leaves out.", "Give one of the two."
        )


def written_folder(run: LoadedRun, model: VAE, folder: Path) -> tuple[Result, list[str]]:
    """Write a folder that is a run elsewhere, of which maps and measures follow without data, and ONNX."""
    from explorer.base import ensure_folder, write_atomic
    from explorer.exporting import exported_networks
    from explorer.inference import packed_latents
    from explorer.runs import packed

    networks = exported_networks(run, model)
    contents = {**packed(run), **packed_latents(run), **networks.files}
    for name, content in contents.items():
        ensure_folder((folder / name).parent)
        write_atomic(folder / name, content)
    written = [str(folder / name) for name in contents]
    said = [f"Not exported: {sentence}" for sentence in networks.left_out]
    return {"files": written, "left_out": list(networks.left_out)}, [*written, *said]


def written_page(run: LoadedRun, model: VAE, options: argparse.Namespace) -> tuple[Result, list[str]]:
    """Write the page; nothing is written where it cannot be made."""
    from explorer.base import ensure_folder, write_atomic
    from explorer.exporting.page import page_of

    with ProgressLine() as line:
        page = page_of(run, model, latents=not options.no_latents, thumbnails=options.thumbnails, progress=line.share)
    target = Path(options.html)
    ensure_folder(target.parent)
    write_atomic(target, page.html)
    facts = {"files": [str(target)], "bytes": len(page.html), "maps": list(page.maps), "images": page.images}
    return facts, [f"{target}, {size_text(len(page.html))}"]
