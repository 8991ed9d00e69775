"""The map of a report, with its quality."""

from __future__ import annotations

from markupsafe import Markup

from explorer.base import natural_key
from explorer.base.text import percentage, percentage_with_error, share, share_with_error
from explorer.exporting.report.map_chart import class_key, map_chart
from explorer.exporting.report.parts import Charts, Part, Row, Table, Words
from explorer.exporting.report.subject import Subject
from explorer.maps.fits import PROJECTIONS, Projection, Quality, kept_map, map_of, projection_spec
from explorer.runs import LoadedRun

QUICK = "pca"
MOST_NAMED = 60  # classes in the legend: each has a mark of its own up to there
AGREEMENT = "share of its 10 nearest on the map that have a point's class"


def latent_map(subject: Subject) -> list[Part]:
    """The kept map of the test images, of those that take long the first; else their principal components."""
    latents = subject.latents
    projection = map_of(subject.run, best_method(subject.run), latents=latents if len(latents) else None, measure=True)
    chart = map_chart(projection.points, latents.labels, "Map of the test images")
    parts: list[Part] = [Charts((chart,), caption(projection), legend(subject))]
    if latents.labels is not None and len(latents.classes) > MOST_NAMED:
        parts.append(Words(f"And {len(latents.classes) - MOST_NAMED:,} more classes.", quiet=True))
    assert projection.quality is not None
    return parts + quality_parts(projection.quality)


def best_method(run: LoadedRun) -> str:
    """The first method of which the run keeps a map that took long; else the quick one."""
    slow = (name for name, spec in PROJECTIONS.items() if not spec.quick)
    return next((name for name in slow if kept_map(run, name) is not None), QUICK)


def caption(projection: Projection) -> str:
    """Method, options and number of images."""
    spec, options = projection_spec(projection.method), projection.options
    used = ", ".join(f"{name} {getattr(options, name)}" for name in spec.uses)
    stopped = " It was ended early." if projection.facts.stopped else ""
    by = f" by {projection.facts.library}" if projection.facts.library else ""
    how = f"{spec.title}{by}{f' ({used})' if used else ''}"
    return f"The posterior means of {len(projection.points):,} test images. {how}: {spec.summary}.{stopped}"


def legend(subject: Subject) -> tuple[tuple[Markup, str], ...]:
    """Mark and name of each class, in natural order; of many the first."""
    latents = subject.latents
    if latents.labels is None:
        return ()
    order = sorted(range(len(latents.classes)), key=lambda label: natural_key(latents.classes[label]))
    return tuple((class_key(label), latents.classes[label]) for label in order[:MOST_NAMED])


def quality_parts(quality: Quality) -> list[Part]:
    """The measures of the map, each with that of the same map with its points shuffled."""
    if quality.unknown:
        return [Words(f"Quality of the map: {quality.unknown}")]
    trust, kept = quality.with_error("trustworthiness"), quality.with_error("neighbour_preservation")
    rows = [
        Row("Trustworthiness", (share_with_error(*trust), share(quality.shuffled)),
            "how little far points were brought together (Venna and Kaski 2001); 10 neighbours"),
        Row("Neighbours kept", (percentage_with_error(*kept), percentage(quality.preservation_shuffled)),
            "share of a point's 10 nearest in latent space that are among its 10 nearest on the map"),
    ]  # fmt: skip
    if quality.knn_shuffled is not None:
        on_map, in_mu = (percentage_with_error(*quality.with_error(name)) for name in ("knn_map", "knn_mu"))
        rows.append(Row("Same class, on the map", (on_map, percentage(quality.knn_shuffled)), AGREEMENT))
        rows.append(Row("Same class, in latent space", (in_mu, ""), "the same of the 10 nearest in latent space"))
    table = Table(("Quality of the map", "Value", "Shuffled"), tuple(rows), quality_caption(quality))
    return [table]


def quality_caption(quality: Quality) -> str:
    """Of how many points, and what the columns are."""
    text = f"n = {quality.n:,} points; ± is the standard error; shuffled: with the points permuted at random."
    return f"{text} {quality.trust_note}".rstrip()
