"""What was found in a folder of images or in files of arrays, and what became of it: kept in the run, told by command
line and page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from explorer.base import record
from explorer.datasets.frame import CROP, fitting_sentence
from explorer.images import Tones

MOST_NAMES = 50  # of each kind are kept
MOST_SHOWN = 3
MOST_CLASSES = 8


@dataclass(frozen=True)
class NotTaken:
    """Files (or folders, with a slash at the end) that were not taken for one ``reason``: how many, and some names."""

    reason: str
    n: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class FolderReport:
    """The outcome of reading a folder, or files of arrays.

    Attributes
    ----------
    train, test : numbers of images.
    splits : what decided the splits, in words.
    classes : number of images of each class, in the classes' order.
    smallest, largest : width and height of the smallest and the largest image, pixels; None where they were not kept.
    side : width that each was brought to, pixels; its height too where ``height`` is None, as in older reports.
    height : that each was brought to, pixels.
    fit : how those of another ratio were fitted, of ``Frame.FITS``.
    skipped : images that could not be read.
    left_out : what is no part of the data.
    copies : number of test images that are byte for byte among the training images, in reports of earlier versions;
        ``datasets.duplicates`` counts them by pixels.
    pages : number of images of which only the first page or frame was taken.
    tones : how values became 8-bit tones.
    notes : by what rules the images were read, a sentence each.
    """

    train: int
    test: int
    splits: str
    classes: dict[str, int]
    smallest: tuple[int, int] | None
    largest: tuple[int, int] | None
    side: int
    skipped: tuple[NotTaken, ...] = ()
    left_out: tuple[NotTaken, ...] = ()
    copies: int = 0
    pages: int = 0
    tones: Tones = field(default_factory=Tones)
    notes: tuple[str, ...] = ()
    height: int | None = None
    fit: str = CROP

    @property
    def n_skipped(self) -> int:
        """The number of images that could not be read."""
        return sum(group.n for group in self.skipped)


def report_to_json(report: FolderReport) -> dict[str, Any]:
    """The report as it is stored."""
    stored: dict[str, Any] = json.loads(json.dumps(asdict(report)))
    return stored


def report_from_json(raw: Any, path: Path) -> FolderReport:
    """The report stored in ``path``; ExplorerError where it is damaged."""
    return record(FolderReport, raw, path)


def grouped(named: Iterable[tuple[str, str]]) -> tuple[NotTaken, ...]:
    """Pairs of name and reason, by the reason, the commonest first."""
    names: dict[str, list[str]] = {}
    for name, reason in named:
        names.setdefault(reason, []).append(name)
    groups = [NotTaken(reason, len(found), tuple(found[:MOST_NAMES])) for reason, found in names.items()]
    return tuple(sorted(groups, key=lambda group: -group.n))


def report_sentences(report: FolderReport, duplicates: str = "") -> list[str]:
    """The report for people, what matters most first; ``duplicates`` is said in place of the ``copies``."""
    found = [counts(report), *classes(report), *sizes(report), *tones(report.tones), *report.notes]
    if duplicates:
        found.append(duplicates)
    elif report.copies:
        found.append(f"{plural(report.copies, 'test image')} also among the training images, byte for byte.")
    if report.pages:
        found.append(f"Several pages or frames in {plural(report.pages, 'file')}: only the first was taken.")
    found += [f"Not read, {group.reason}: {listed(group)}." for group in report.skipped]
    return found + [f"Left out, {group.reason}: {listed(group)}." for group in report.left_out]


def counts(report: FolderReport) -> str:
    """How many images there are, and how they were divided."""
    total = plural(report.train + report.test, "image")
    return f"{total}: {report.train:,} to train on, {report.test:,} to test; {report.splits}."


def classes(report: FolderReport) -> list[str]:
    """The classes with their numbers of images; nothing where there are none."""
    if not report.classes:
        return []
    named = [f"{name} ({n:,})" for name, n in list(report.classes.items())[:MOST_CLASSES]]
    more = len(report.classes) - len(named)
    return [f"{len(report.classes)} classes: {', '.join(named)}{f' and {more} more' if more else ''}."]


def sizes(report: FolderReport) -> list[str]:
    """The sizes that were found, and the one that was made of them."""
    if report.smallest is None or report.largest is None:
        return []
    smallest, largest = (f"{w} x {h}" for w, h in (report.smallest, report.largest))
    height = report.side if report.height is None else report.height
    target = f"{report.side} x {height}"
    if smallest == largest == target:
        return [f"All are {target} pixels, and stay so."]
    found = f"All are {smallest} pixels" if smallest == largest else f"Sizes from {smallest} to {largest} pixels"
    return [f"{found}; each was {fitting_sentence(height, report.side, report.fit)}."]


def tones(used: Tones) -> list[str]:
    """How values beyond 8 bits, masks and transparency were turned into tones, where they had to be."""
    kinds = (("Whole numbers", used.integers), ("Floating-point values", used.floats))
    found = [f"{kind} from {ends[0]:g} to {ends[1]:g} were taken as black to white." for kind, ends in kinds if ends]
    if used.white < 255:
        found.append(f"The largest value is {used.white}, as in masks, and was taken as white.")
    if used.ground == "black":
        found.append("Transparent pixels were laid on black, since what is drawn is nearly white.")
    return found


def listed(group: NotTaken) -> str:
    """'a, b and 1 more'."""
    names = group.names[:MOST_SHOWN]
    more = group.n - len(names)
    return f"{', '.join(names)}{f' and {more:,} more' if more else ''}"


def plural(n: int, one: str) -> str:
    """'1 image', '2 images'."""
    return f"{n:,} {one}{'' if n == 1 else 's'}"
