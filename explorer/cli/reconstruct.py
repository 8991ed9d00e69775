"""``python -m explorer reconstruct``: images through a model, one by one or a folder of them into a table."""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError, Refusal, duration
from explorer.cli.map import places, watched_map
from explorer.cli.progress_bar import ProgressLine
from explorer.runs import LoadedRun, find_run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.image_lab import Entry, Reference, Row
    from explorer.images import Pixels
    from explorer.inference import Reconstruction
    from explorer.maps.fits import Projection
    from models import VAE

Result = dict[str, Any]


def add_reconstruct(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The ``reconstruct`` command's options."""
    reconstruct = add("reconstruct", reconstruct_command, "send images through a model", run=True)
    reconstruct.add_argument("images", nargs="+", metavar="IMAGE", help="files; with --csv a folder or a zip of them")
    reconstruct.add_argument("--csv", metavar="FILE", help="a row for each image, refused ones with the reason")
    reconstruct.add_argument("--out", metavar="DIR", help="write each reconstruction as PNG here")
    reconstruct.add_argument("--map", metavar="METHOD", help="say where each image belongs on the test split's map")


def reconstruct_command(options: argparse.Namespace) -> tuple[Result, str]:
    """One by one, or with --csv into a table."""
    if options.csv is None:
        return reconstruct_each(options)
    if options.out is not None:
        raise ExplorerError("--out and --csv do not go together.", "Write the table, or the pictures of a few images.")
    return reconstruct_batch(options)


def reconstruct_batch(options: argparse.Namespace) -> tuple[Result, str]:
    """The table of a folder, a zip or some files; what was refused is in it with its reason."""
    from explorer.base import ensure_folder, write_atomic
    from explorer.image_lab import csv_bytes, reference_of
    from explorer.images import refuse_folder
    from explorer.inference import load_with_model
    from explorer.measures import likelihood_record

    found, target = find_run(options.run, paths=True), Path(options.csv)
    refuse_folder(target)
    run, _ = load_with_model(found)
    with opened_batch(options.images, target) as (total, entries), ProgressLine() as line:
        ensure_folder(target.parent)
        reference = reference_of(
            run, map_for(run, options.map), lambda done: line.share(done, "scoring held-out images, once for this run")
        )
        rows, interrupted = watched_rows(reference, entries, total, line)
    write_atomic(target, csv_bytes(rows))
    through = sum(row.error is None for row in rows)
    result: Result = {
        "run": run.name,
        "images": through,
        "refused": len(rows) - through,
        "file": str(target),
        "interrupted": interrupted,
        "absent": reference.absent,
        "likelihood": likelihood_record(run),
    }
    if not through and not interrupted:
        result["error"] = {"message": "None of the files went through.", "hint": f"{target} says why of each."}
    return result, f"{through:,} images in {target}" + (f", {len(rows) - through:,} refused" * (through < len(rows)))


def map_for(run: LoadedRun, method: str | None) -> Projection | None:
    """The map that was asked for, fitted where the run keeps none; else the t-SNE if it is kept.

    Raises DamagedFileError where that one is damaged: without it the table would have no places.
    """
    from explorer.maps.fits import DEFAULTS, kept_map, stored_map

    if method is None:
        return stored_map(run, "tsne")
    return kept_map(run, method) or watched_map(run, method, DEFAULTS)


@contextmanager
def opened_batch(names: list[str], target: Path) -> Iterator[tuple[int, Iterable[Entry]]]:
    """How many files there are and each of them, of one folder, of one zip, or of those named."""
    from explorer.image_lab import folder_entries
    from explorer.images.archives import is_zip, open_zip

    first = Path(names[0])
    if len(names) == 1 and os.path.isdir(first):
        found = folder_entries(first, leave_out=target)
        yield len(found), found
    elif len(names) == 1 and is_zip(beginning(existing(first))):
        with open_zip(first) as archive:
            yield len(archive), archive
    else:
        files = [(name, existing(Path(name))) for name in names]
        yield len(files), files


def beginning(path: Path) -> bytes:
    """A file's first bytes. Raises ExplorerError where it cannot be read."""
    from explorer.images import file_size

    file_size(path)
    with path.open("rb") as file:
        return file.read(4)


def watched_rows(
    reference: Reference, entries: Iterable[Entry], total: int, line: ProgressLine
) -> tuple[list[Row], bool]:
    """All rows, their progress on standard error, and whether a person ended it early: then those that were done."""
    from explorer.image_lab import seen_in_chunks

    started = time.monotonic()
    rows: list[Row] = []
    try:
        for chunk in seen_in_chunks(reference, entries, lambda: False):
            rows += [one.row for one in chunk]
            left = (time.monotonic() - started) / len(rows) * (total - len(rows))
            line.share(len(rows) / total, f"{len(rows):,} of {total:,} images, {duration(left)} left")
    except KeyboardInterrupt:
        return rows, True
    return rows, False


def reconstruct_each(options: argparse.Namespace) -> tuple[Result, str]:
    """Each image's posterior, ELBO and reconstruction; those that cannot be read are named, and are an error."""
    from explorer.inference import load_with_model, require
    from explorer.measures import likelihood_record, nats_note

    run, model = load_with_model(find_run(options.run, paths=True))
    require(run, "encoder", "decoder")
    pixels, refused = read_images(run, options.images)
    rows, lines = reconstructed(run, model, pixels, options) if pixels else ([], [])
    result: Result = {
        "images": rows,
        "refused": [{"file": name, **vars(why)} for name, why in refused],
        "likelihood": likelihood_record(run),
    }
    if rows:
        lines.append(f"Nats: {nats_note(run)}")
    if refused:
        result["error"] = vars(refusal_of([why for _, why in refused], len(options.images)))
    return result, "\n".join(lines)


def read_images(run: LoadedRun, names: list[str]) -> tuple[list[tuple[Path, Pixels]], list[tuple[str, Refusal]]]:
    """The model's input for each file that can be read, and why the others cannot."""
    from explorer.image_lab import open_for, prepared_for

    pixels: list[tuple[Path, Pixels]] = []
    refused: list[tuple[str, Refusal]] = []
    for name in names:
        try:
            pixels.append((Path(name), prepared_for(run, open_for(run, existing(Path(name)))).pixels))
        except ExplorerError as error:
            refused.append((name, error.refusal))
    return pixels, refused


def refusal_of(reasons: list[Refusal], total: int) -> Refusal:
    """The error of a command that was given ``total`` images; of a single one its own."""
    if total == 1:
        return reasons[0]
    return Refusal(f"{len(reasons)} of {total} images were refused.", " ".join(map(str, reasons)))


def reconstructed(
    run: LoadedRun, model: VAE, images: list[tuple[Path, Pixels]], options: argparse.Namespace
) -> tuple[list[Result], list[str]]:
    """Each image's own object, and the lines for people."""
    import numpy as np

    from explorer.inference import image_floors_nats, reconstruct

    paths, pixels = [path for path, _ in images], np.stack([own for _, own in images])
    results = reconstruct(model, pixels)
    floors: Sequence[float | None] = image_floors_nats(run, pixels) or [None] * len(images)
    on_map = [] if options.map is None else places(run, options.map, results)
    outputs = write_reconstructions(options.out, paths, [result.decoded for result in results])
    rows = [row_of(run, *one) for one in zip(paths, results, floors, outputs, strict=True)]
    lines = [line_of(run, row, model.guessed_by) for row in rows]
    for row, (place, text) in zip(rows, on_map, strict=False):
        row["place"] = place
        lines.append(f"{row['file']}: {text}")
    return rows, lines


def row_of(run: LoadedRun, path: Path, result: Reconstruction, floor: float | None, output: str | None) -> Result:
    """One image's own object."""
    from explorer.inference.latent_space import class_name

    row = {
        "file": str(path),
        "mu": result.mu.tolist(),
        "sigma": result.sigma.tolist(),
        "mse": result.mse,
        "elbo_nats": None if math.isnan(result.elbo_nats) else result.elbo_nats,  # its likelihood is not known
        "kl_nats": result.kl_nats,
        "floor_nats": floor,
        "output": output,
    }
    return row if result.label is None else {**row, "class": class_name(run, result.label)}


def line_of(run: LoadedRun, row: Result, guessed_by: str) -> str:
    """An image as one line for people."""
    guessed = f", taken for class {row['class']} ({guessed_by})" if "class" in row else ""
    return f"{row['file']}: {nats_words(run, row)}MSE {row['mse']:.5f}{guessed}"


def nats_words(run: LoadedRun, row: Result) -> str:
    """ELBO, KL and floor of an image as far as its model has them, the beginning of its line."""
    kl = f"KL {row['kl_nats']:.2f}" if run.model.variational else ""
    if row["elbo_nats"] is None:
        return f"{kl} nats, " if kl else ""
    elbo = f"{row['elbo_nats']:.2f} nats"
    floor = f", floor {row['floor_nats']:.2f}" if row["floor_nats"] else ""
    return f"ELBO {elbo}, {kl}{floor}, " if kl else f"reconstruction {elbo}{floor}, "


def existing(path: Path) -> Path:
    """The path, or ExplorerError when there is no such file."""
    if os.path.isdir(path):
        raise ExplorerError(f"{path} is a folder.", "Give images, or a folder together with --csv FILE.")
    if not os.path.isfile(path):
        raise ExplorerError(f"There is no file {path}.", "Give the path of an image.")
    return path


def write_reconstructions(out: str | None, paths: list[Path], pictures: list[Any]) -> list[str | None]:
    """One PNG for each image in ``out``, never one over another; None where nothing is wanted."""
    from explorer.base import ensure_folder, write_atomic
    from explorer.images import to_png

    if out is None:
        return [None] * len(paths)
    folder = ensure_folder(Path(out))
    written: list[str | None] = []
    for path, picture in zip(paths, pictures, strict=True):
        target, n = folder / f"{path.stem}-reconstruction.png", 2
        while str(target) in written:
            target, n = folder / f"{path.stem}-reconstruction-{n}.png", n + 1
        write_atomic(target, to_png(picture))
        written.append(str(target))
    return written
