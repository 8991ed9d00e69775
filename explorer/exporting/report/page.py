"""The sections of a report and the page that they stand on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from explorer.base import ExplorerError
from explorer.exporting.html_template import html_template
from explorer.exporting.report.card import model_card
from explorer.exporting.report.curves import learning_curves
from explorer.exporting.report.latent_map import latent_map
from explorer.exporting.report.measure_tables import measure_tables
from explorer.exporting.report.parts import Part
from explorer.exporting.report.pictures import manifold, reconstructions, samples, traversals
from explorer.exporting.report.subject import Subject
from explorer.runs import LoadedRun, WeightsReplacedError
from models import VAE

FOLDER = Path(__file__).parent
ReportProgress = Callable[[float, str], None]


@dataclass(frozen=True)
class SectionSpec:
    """One entry of ``SECTIONS``: ``make`` raises ExplorerError where there is nothing to show, which is then said."""

    title: str
    make: Callable[[Subject], Sequence[Part]]


SECTIONS: dict[str, SectionSpec] = {
    "model": SectionSpec("Model", model_card),
    "reconstructions": SectionSpec("Reconstructions", reconstructions),
    "samples": SectionSpec("Samples", samples),
    "manifold": SectionSpec("Manifold", manifold),
    "traversals": SectionSpec("Traversals", traversals),
    "map": SectionSpec("Map", latent_map),
    "measures": SectionSpec("Measures", measure_tables),
    "curves": SectionSpec("Learning curves", learning_curves),
}


@dataclass(frozen=True)
class Section:
    """A section as it stands on the page: its parts, or why it has none."""

    name: str
    title: str
    parts: Sequence[Part]
    absent: str = ""


@dataclass(frozen=True)
class Report:
    """The HTML file, the names of the sections that show something, and why the others do not, by their names."""

    html: bytes
    sections: tuple[str, ...]
    absent: dict[str, str]


def report_of(run: LoadedRun, model: VAE, progress: ReportProgress | None = None) -> Report:
    """The report of a run, whose model is ``model``: of the same files the same bytes.

    Latents that are missing are computed, and a map is fitted (PCA) where none is kept; both are stored in the run if
    it can be written. ``progress`` is called with the share done and the title of the next section.

    Raises WeightsReplacedError where the run has other weights by now.
    """
    subject, made = Subject(run, model), []
    for i, name in enumerate(SECTIONS):
        if progress is not None:
            progress(i / len(SECTIONS), SECTIONS[name].title)
        made.append(section_of(subject, name))
    if progress is not None:
        progress(1.0, "")
    html = html_template(FOLDER / "report.html").render(name=run.name, subject=subject, sections=made, style=style())
    present = tuple(section.name for section in made if not section.absent)
    return Report(html.encode(), present, {section.name: section.absent for section in made if section.absent})


def section_of(subject: Subject, name: str) -> Section:
    """One section; what prevents it is said in its place."""
    spec = SECTIONS[name]
    try:
        return Section(name, spec.title, spec.make(subject))
    except WeightsReplacedError:
        raise  # the sections that are done would be of another model
    except ExplorerError as error:
        reason = str(error).replace(subject.run.data.name or "\0", subject.data_name)
        return Section(name, spec.title, (), reason)


@cache
def style() -> str:
    """The style sheet of the page."""
    return (FOLDER / "report.css").read_text(encoding="utf-8")
