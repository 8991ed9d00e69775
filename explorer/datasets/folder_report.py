"""What was found in a folder of images or in files of arrays, and what became of it: kept in the run, told by command
line and page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from explorer.base import counted, record
from explorer.base.languages import N_, _, ngettext, translate_stored
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
    found = [
        counts(report),
        *classes(report),
        *sizes(report),
        *tones(report.tones),
        *map(translate_stored, report.notes),
    ]
    if duplicates:
        found.append(translate_stored(duplicates))
    elif report.copies:
        found.append(_(COPIES).format(images=counted(report.copies, "test image")))
    if report.pages:
        text = ngettext(
            "Several pages or frames in {n:,} file: only the first was taken.",
            "Several pages or frames in {n:,} files: only the first was taken.",
            report.pages,
        )
        found.append(text.format(n=report.pages))
    skipped, left_out = _("Not read, {reason}: {files}."), _("Left out, {reason}: {files}.")
    found += [skipped.format(reason=translate_stored(one.reason), files=listed(one)) for one in report.skipped]
    return found + [left_out.format(reason=translate_stored(one.reason), files=listed(one)) for one in report.left_out]


COPIES = N_("{images} also among the training images, byte for byte.")


def counts(report: FolderReport) -> str:
    """How many images there are, and how they were divided."""
    text = _("{images}: {train:,} to train on, {test:,} to test; {splits}.")
    images, splits = counted(report.train + report.test, "image"), translate_stored(report.splits)
    return text.format(images=images, train=report.train, test=report.test, splits=splits)


def classes(report: FolderReport) -> list[str]:
    """The classes with their numbers of images; nothing where there are none."""
    if not report.classes:
        return []
    named = [f"{name} ({n:,})" for name, n in list(report.classes.items())[:MOST_CLASSES]]
    more = len(report.classes) - len(named)
    names = _("{names} and {n} more").format(names=", ".join(named), n=more) if more else ", ".join(named)
    return [_("{n} classes: {names}.").format(n=len(report.classes), names=names)]


def sizes(report: FolderReport) -> list[str]:
    """The sizes that were found, and the one that was made of them."""
    if report.smallest is None or report.largest is None:
        return []
    smallest, largest = (f"{w} x {h}" for w, h in (report.smallest, report.largest))
    height = report.side if report.height is None else report.height
    target = f"{report.side} x {height}"
    if smallest == largest == target:
        return [_("All are {size} pixels, and stay so.").format(size=target)]
    text = (
        _("All are {smallest} pixels; each was {fitted}.")
        if smallest == largest
        else _("Sizes from {smallest} to {largest} pixels; each was {fitted}.")
    )
    fitted = fitting_sentence(height, report.side, report.fit)
    return [text.format(smallest=smallest, largest=largest, fitted=fitted)]


def tones(used: Tones) -> list[str]:
    """How values beyond 8 bits, masks and transparency were turned into tones, where they had to be."""
    kinds = (
        (_("Whole numbers from {low:g} to {high:g} were taken as black to white."), used.integers),
        (_("Floating-point values from {low:g} to {high:g} were taken as black to white."), used.floats),
    )
    found = [text.format(low=ends[0], high=ends[1]) for text, ends in kinds if ends]
    if used.white < 255:
        found.append(_("The largest value is {value}, as in masks, and was taken as white.").format(value=used.white))
    if used.ground == "black":
        found.append(_("Transparent pixels were laid on black, since what is drawn is nearly white."))
    return found


def listed(group: NotTaken) -> str:
    """'a, b and 1 more'."""
    names = group.names[:MOST_SHOWN]
    more = group.n - len(names)
    return _("{names} and {n} more").format(names=", ".join(names), n=f"{more:,}") if more else ", ".join(names)
