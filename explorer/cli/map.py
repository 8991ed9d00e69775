"""``python -m explorer map``, and where ``reconstruct --map`` puts its images."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.base import counted
from explorer.base.text import percentage, percentage_with_error, share, share_with_error
from explorer.cli.progress_bar import ProgressLine
from explorer.runs import LoadedRun, find_run, load_run

if TYPE_CHECKING:
    from explorer.inference import Reconstruction
    from explorer.maps.fits import MapOptions, Points, Projection, Quality

MEASURED = ("trustworthiness", "neighbour_preservation", "knn_map", "knn_mu")
QUALITY_FIELDS = (*MEASURED, *(f"{name}_stderr" for name in MEASURED))


def add_map(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The ``map`` command's options; their defaults are MapOptions' own."""
    mapping = add("map", map_command, "a map of a split's posterior means", run=True)
    mapping.add_argument("--method", default="tsne", metavar="tsne|pca|umap|latent|tsne-sklearn")
    mapping.add_argument("--split", choices=("test", "train", "all"), default="test", help="all: train, then test")
    mapping.add_argument("--perplexity", type=float, metavar="P", help="about how many neighbours count")
    mapping.add_argument("--exaggeration", type=float, metavar="E", help="attraction against repulsion; 1 is t-SNE")
    mapping.add_argument("--metric", metavar="euclidean|cosine|manhattan", help="what near means in latent space")
    mapping.add_argument("--seed", type=int)
    mapping.add_argument("--dims", type=dims, metavar="I,J", help="the two latent dimensions of --method latent")
    mapping.add_argument("--sample", type=int, metavar="N", help="so many images of all, each class its share")
    mapping.add_argument("--out", metavar="FILE", help="write the points as .parquet or draw them, as .png")


def dims(text: str) -> tuple[int, int]:
    """'0,3' as two numbers."""
    try:
        first, second = (int(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no pair of dimensions; write for example 0,1") from error
    return first, second


def map_options(options: argparse.Namespace) -> MapOptions:
    """What was given of MapOptions' fields. Raises ExplorerError for values without a meaning."""
    from dataclasses import fields

    from explorer.maps.fits import MapOptions

    given = {field.name: getattr(options, field.name) for field in fields(MapOptions)}
    return MapOptions(**{name: value for name, value in given.items() if value is not None})


def map_command(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Fit a map and measure it, or find it kept."""
    import time

    from explorer.maps import check_target, export_map
    from explorer.maps.fits import kept_map, map_file, map_images, projection_spec, size_of
    from explorer.measures import likelihood_record

    method, split, chosen = options.method, options.split, map_options(options)
    projection_spec(method)
    if options.out is not None:
        check_target(Path(options.out))
    run = load_run(find_run(options.run, paths=True))
    started = time.monotonic()
    projection = watched_map(run, method, chosen, split)
    seconds = time.monotonic() - started
    file = str(run.derived(map_file(method, chosen, split))) if kept_map(run, method, chosen, split) else None
    if options.out is not None:
        export_map(Path(options.out), projection, map_images(run, split, chosen))
        file = options.out
    quality = projection.quality
    assert quality is not None
    result = {
        "method": method,
        "n": len(projection.points),
        "seconds": seconds,
        **dict.fromkeys(QUALITY_FIELDS),
        "absent": dict.fromkeys(QUALITY_FIELDS, quality.unknown) if quality.unknown else {},
        "file": file,
        "likelihood": likelihood_record(run),
    }
    if not quality.unknown:
        result |= {name: getattr(quality, name) for name in QUALITY_FIELDS}
    where = file or "not kept, the run cannot be written"
    count = f"{result['n']:,} of {sum(size_of(run, split)):,} posterior means"
    return result, f"{method} of {count} in {seconds:.1f} s: {where}\n{sentence(projection)}"


def watched_map(run: LoadedRun, method: str, options: MapOptions, split: Any = "test") -> Projection:
    """The map with its quality; its progress on standard error and, for pages, in the run."""
    from explorer.maps.fits import map_of, recorded_fit

    percent = -1
    with ProgressLine() as line, recorded_fit(run, method, options, split) as note:

        def watch(done: float, points: Points | None = None) -> bool:
            nonlocal percent
            if int(100 * done) > percent:  # an iteration alone is no news to a terminal or a log
                percent = int(100 * done)
                line.share(done, method)
            return bool(note(done, points))

        return map_of(run, method, options, split, watch, measure=True)


def sentence(projection: Projection) -> str:
    """The map's quality in words."""
    quality = projection.quality
    assert quality is not None
    if quality.unknown:
        return "\n".join([f"Quality of the map: {quality.unknown}", *lowered(projection)])
    trust = share_with_error(*quality.with_error("trustworthiness"), sign="+-")
    text = f"trustworthiness {trust} (shuffled {share(quality.shuffled)}); of a point's 10 nearest in latent space "
    text += f"{percent_of(quality, 'neighbour_preservation')} are among its 10 nearest on the map "
    text += f"({percentage(quality.preservation_shuffled, 1)} shuffled)"
    if quality.knn_shuffled is not None:
        text += (
            f"; of the 10 nearest have the same class: {percent_of(quality, 'knn_mu')} in latent space, "
            f"{percent_of(quality, 'knn_map')} on the map ({percentage(quality.knn_shuffled, 1)} shuffled)"
        )
    notes = [quality.trust_note] if quality.trust_note else []
    return "\n".join([f"Stopped early; {text}" if projection.facts.stopped else text, *notes, *lowered(projection)])


def percent_of(quality: Quality, name: str) -> str:
    """A measure in percent, with its standard error."""
    return percentage_with_error(*quality.with_error(name), sign="+-")


def lowered(projection: Projection) -> list[str]:
    """A sentence where there were too few images for the perplexity."""
    from explorer.maps.fits import effective_perplexity, projection_spec

    n, asked = len(projection.points), projection.options.perplexity
    allowed = effective_perplexity(n, projection.options)
    if "perplexity" not in projection_spec(projection.method).uses or allowed == asked:
        return []
    return [f"The perplexity was lowered from {asked:g} to {allowed:.3g}: there are only {counted(n, 'image')}."]


def places(run: LoadedRun, method: str, images: list[Reconstruction]) -> list[tuple[dict[str, Any], str]]:
    """Where images belong on the test split's map, which is fitted where the run keeps none; and that in words."""
    import numpy as np

    from explorer.inference import latents_of
    from explorer.maps import MapIndex
    from explorer.maps.fits import DEFAULTS, kept_map

    projection = kept_map(run, method) or watched_map(run, method, DEFAULTS)
    nats = np.array([image.reconstruction_nats for image in images])
    placed = MapIndex(latents_of(run), projection).place_out_of_sample(np.stack([image.mu for image in images]), nats)
    rows = [
        {"x": float(x), "y": float(y), "confidence": float(confidence), "neighbours": neighbours.tolist()}
        for (x, y), confidence, neighbours in zip(placed.points, placed.confidence, placed.neighbours, strict=True)
    ]
    return [
        (row, "off the map, unlike all images there" if off else f"on the map at {row['x']:.2f}, {row['y']:.2f}")
        for row, off in zip(rows, placed.off_map, strict=True)
    ]
