"""What an exported page holds of a run: facts for its components, decoder, latents, maps (docs/publishing.md)."""

from __future__ import annotations

import gzip
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, command_name, natural_key
from explorer.base.palette import CLASS_COLOURS, class_colour, class_mark
from explorer.exporting.decoder_program import decoder_for_browsers
from explorer.exporting.report import Subject
from explorer.images.thumbnails import PER_SHEET, SHEET_COLUMNS, thumbnail_sheet, thumbnail_size
from explorer.inference import Latents, require
from explorer.inference.latent_space import Directions, class_count, latent_size
from explorer.inference.live_payload import (
    dimension_facts,
    direction_facts,
    pack,
    prior_blobs,
    slider_limit,
    traversal_rows,
)
from explorer.maps.fits import PROJECTIONS, Projection, map_of, projection_spec, stored_map

MOST_IMAGES = 10_000  # of the test split, whose codes are in the page
STEPS = 65_535  # of a coordinate of a map
UNLABELLED = 65_535
HALF_RANGE = 65_504.0  # of float16
QUICK = "pca"
DIGITS = 5  # of a KL: what is computed again differs in the eighth


@dataclass(frozen=True)
class PageOptions:
    """What of the images goes into a page: their codes with a map, and thumbnails of themselves."""

    latents: bool = True
    thumbnails: bool = False


@dataclass(frozen=True)
class PageContent:
    """The packed content, the names of the maps in it, and the number of images."""

    content: bytes
    maps: tuple[str, ...]
    images: int


def page_content(subject: Subject, options: PageOptions) -> PageContent:
    """Everything of ``subject`` that a page shows.

    Raises ExplorerError for a run without a decoder, for a decoder that browsers cannot run, and where thumbnails are
    asked for and the images are not here.
    """
    run = subject.run
    require(run, "decoder")
    decoder = decoder_of(subject)
    latents = subject.latents.at(np.arange(min(len(subject.latents), MOST_IMAGES)))
    directions = latents.directions()
    maps = maps_of(subject, latents) if options.latents else []
    shown = latents if options.latents else latents.at(np.arange(0))
    blobs = {"decoder": decoder, **prior_blobs(run), **latent_blobs(shown), **map_blobs(maps)}
    if directions is not None:
        blobs["basis"] = np.ascontiguousarray(directions.basis, "<f4").tobytes()
    sheets = thumbnail_sheets(subject, len(shown)) if options.thumbnails else []
    blobs |= {f"sheet{number}": sheet for number, sheet in enumerate(sheets)}
    header = {
        **model_facts(subject, latents, directions),
        "n": len(shown),
        "maps": [map_facts(one) for one in maps],
        "thumbnails": len(sheets),
        "thumbnail_size": thumbnail_size(run.data.shape),
        "sheet_columns": SHEET_COLUMNS,
    }
    packed = gzip.compress(pack(header, blobs), 9, mtime=0)
    return PageContent(packed, tuple(one.method for one in maps), len(shown))


def decoder_of(subject: Subject) -> bytes:
    """The packed decoder program."""
    try:
        return decoder_for_browsers(subject.model, subject.run.model.name).content
    except ExplorerError as error:
        hint = f"Make a report in its place: {command_name()} report {subject.run.name} --html FILE."
        raise ExplorerError(f"{error.message} A page cannot decode with it.", hint) from error


def model_facts(subject: Subject, latents: Latents, directions: Directions | None) -> dict[str, Any]:
    """What sliders, pad and classes need to know."""
    run = subject.run
    names = latents.classes or run.data.classes
    return {
        "run": run.name,
        "version": run.version,
        "shape": run.data.shape,
        "latent": latent_size(run),
        "conditional": class_count(run),
        "has_prior": subject.has_prior,
        "classes": names,
        "class_order": sorted(range(len(names)), key=lambda label: natural_key(names[label])),
        "colours": [class_colour(label) for label in range(max(len(names), len(CLASS_COLOURS)))],
        "marks": [class_mark(label) for label in range(len(names))],
        "dims": [{**facts, "kl": float(f"{facts['kl']:.{DIGITS}g}")} for facts in dimension_facts(latents)],
        "limit": slider_limit(latents),
        "directions": None if directions is None else direction_facts(directions, latents.on_prior_scale),
        "traversals": {
            "dimensions": traversal_rows(latents),
            "directions": None if directions is None else traversal_rows(latents, directions),
        },
        "views": {
            "dimensions": asdict(latents.home_view()),
            "directions": None if directions is None else asdict(latents.home_view(directions)),
        },
    }


def latent_blobs(latents: Latents) -> dict[str, bytes]:
    """Posterior means, KL and error of each image as float16, and its label."""
    values = latents.values
    blobs = {"mu": halves(latents.mu), "kl": halves(values.kl_nats.sum(1)), "mse": halves(values.mse)}
    if latents.labels is not None:
        blobs["labels"] = np.where(latents.labels < 0, UNLABELLED, latents.labels).astype("<u2").tobytes()
    return blobs


def halves(values: NDArray[np.floating]) -> bytes:
    """As float16, what is beyond its range at the end of it."""
    return values.clip(-HALF_RANGE, HALF_RANGE).astype("<f2").tobytes()


def maps_of(subject: Subject, latents: Latents) -> list[Projection]:
    """The kept maps of these images that took long, and their principal components; none of too few images.

    Raises DamagedFileError for a kept map that cannot be read.
    """
    run = subject.run
    if len(latents) < len(subject.latents):
        return []
    slow = [name for name, spec in PROJECTIONS.items() if not spec.quick]
    kept = [found for name in slow if (found := stored_map(run, name)) is not None]
    try:
        return [*kept, map_of(run, QUICK, latents=subject.latents)]
    except ExplorerError:
        return kept


def map_blobs(maps: list[Projection]) -> dict[str, bytes]:
    """The points of each map, x and y by turns, uint16 steps of its ranges."""
    found = {}
    for one in maps:
        low, high = one.points.min(0), one.points.max(0)
        share = (one.points - low) / np.where(high > low, high - low, 1)
        found[f"map-{one.method}"] = np.rint(share * STEPS).astype("<u2").tobytes()
    return found


def map_facts(projection: Projection) -> dict[str, Any]:
    """What is said of a map."""
    spec = projection_spec(projection.method)
    (low_x, low_y), (high_x, high_y) = projection.points.min(0).tolist(), projection.points.max(0).tolist()
    return {
        "method": projection.method,
        "title": spec.title,
        "note": spec.summary,
        "axes": projection.axes,
        "labelled": spec.quick,
        "range": {"x": [low_x, high_x], "y": [low_y, high_y]},
    }


def thumbnail_sheets(subject: Subject, n: int) -> list[bytes]:
    """PNG sheets of thumbnails of the first ``n`` test images."""
    pixels = subject.images.pixels[:n]
    return [thumbnail_sheet(pixels[start : start + PER_SHEET]) for start in range(0, n, PER_SHEET)]
