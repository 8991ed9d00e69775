"""The layout of a folder of images: to which split and class each file belongs, by the names of its folders.

Understood are ``train`` (or ``training``), ``val`` (``valid``, ``validation``) and ``test`` (``testing``) in any case,
also as ``train_set`` or ``test1``, at the top, below common folders, or within each class; folders of classes; and flat
folders.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from explorer.datasets.folder_scan import ImageFile, LeftOut, Scan, shown_path

SPLIT_NAME = re.compile(
    r"(?:(?P<train>train|training)|(?P<val>val|valid|validation)|(?P<test>test|testing))"
    r"(?:[ _-]?(?:set|data|images|\d+))?",
    re.IGNORECASE,
)
UNCLASSED = "(no folder)"  # the class of images beside the folders of classes
Parts = tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """An image file with its split ('train' or 'test'; '' where it is to be drawn) and its class ('' for none).

    ``validation``: whether it was made to validate, and is trained on unless it is held out.
    """

    file: ImageFile
    split: str
    label: str
    validation: bool = False

    @property
    def name(self) -> str:
        """Its path below the folder, as text."""
        return shown_path(self.file.path)


@dataclass(frozen=True)
class Layout:
    """The images of a folder, each in its place.

    ``splits`` says in words what decides the splits, '' for a draw; ``classes_by`` what the classes are named after.
    """

    folder: Path
    images: tuple[Placed, ...]
    left_out: tuple[LeftOut, ...]
    splits: str = ""
    classes_by: str = "their folders"


def class_names(labels: Iterable[str]) -> tuple[str, ...]:
    """The names of the classes in their order, which is that of their numbers; none where there are fewer than two."""
    names = sorted(set(labels), key=natural)
    return tuple(names) if len(names) > 1 else ()


def natural(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sorts texts with their numbers by value: 2 before 10."""
    parts = re.findall(r"\d+|\D+", text)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts], text


def layout_of(scan: Scan) -> Layout:
    """The layout of the scanned files."""
    paths = without_common({image: image.path.parts for image in scan.images})
    parents = split_parents(list(paths.values()))
    return own_splits(scan, paths, parents) if parents else drawn_splits(scan, paths)


def without_common(paths: dict[ImageFile, Parts]) -> dict[ImageFile, Parts]:
    """The paths without the folders that all of them begin with."""
    kept = list(paths.values())
    depth = 0
    while kept and all(len(parts) > depth + 1 and parts[depth] == kept[0][depth] for parts in kept):
        depth += 1
    return {image: parts[depth:] for image, parts in paths.items()}


def kind_of(name: str) -> str:
    """The split that a folder's name stands for: 'train', 'val' or 'test'; '' for any other name."""
    found = SPLIT_NAME.fullmatch(name)
    return found.lastgroup or "" if found else ""


def split_at(parts: Parts) -> int | None:
    """The place of the first folder on the path that is named like a split."""
    return next((i for i, name in enumerate(parts[:-1]) if kind_of(name)), None)


def split_parents(paths: list[Parts]) -> dict[Parts, dict[str, str]]:
    """The uppermost folders in which two kinds of splits lie side by side, each with the name of each kind.

    One alone may be a class that is called so: a train, beside a bus and a car.
    """
    found: dict[Parts, dict[str, str]] = defaultdict(dict)
    for parts in paths:
        at = split_at(parts)
        if at is not None:
            found[parts[:at]].setdefault(kind_of(parts[at]), parts[at])
    several = {parent: kinds for parent, kinds in found.items() if len(kinds) > 1}
    depth = min(map(len, several), default=0)
    return {parent: kinds for parent, kinds in several.items() if len(parent) == depth}


def own_splits(scan: Scan, paths: dict[ImageFile, Parts], parents: dict[Parts, dict[str, str]]) -> Layout:
    """The layout of a folder with splits of its own; images beside these are left out."""
    placed: dict[ImageFile, tuple[str, Parts, Parts]] = {}  # split, its parent, the path below it
    validation = set()
    beside = []
    for image, parts in paths.items():
        at = split_at(parts)
        if at is None or parts[:at] not in parents:
            beside.append(LeftOut(shown_path(image.path), "beside the folders of the splits"))
            continue
        kind = kind_of(parts[at])
        below = at + 1
        while len(parts) > below + 1 and kind_of(parts[below]) == kind:  # train/train/...
            below += 1
        placed[image] = (split_of(kind, parents[parts[:at]]), parts[:at], parts[below:])
        if (kind, placed[image][0]) == ("val", "train"):
            validation.add(image)
    labels = labels_within(placed, len(parents) > 1)
    images = tuple(Placed(image, split, labels[image], image in validation) for image, (split, _, _) in placed.items())
    return Layout(scan.folder, images, (*scan.left_out, *beside), described(parents))


def split_of(kind: str, kinds: dict[str, str]) -> str:
    """The split of a kind of folder, given those beside it: validation images are trained on where others are for
    testing, else tested on."""
    return {"train": "train", "test": "test"}.get(kind, "train" if "test" in kinds else "test")


def labels_within(placed: dict[ImageFile, tuple[str, Parts, Parts]], split_in_each_class: bool) -> dict[ImageFile, str]:
    """The classes: the folders that hold splits, where there are several, else the folders in the splits."""
    if split_in_each_class:
        return {image: parent[0] if parent else UNCLASSED for image, (_, parent, _) in placed.items()}
    return labelled(without_common({image: below for image, (_, _, below) in placed.items()}))


def labelled(paths: dict[ImageFile, Parts]) -> dict[ImageFile, str]:
    """The first folder on each path, as text; '' for all where there is none."""
    any_folder = any(len(parts) > 1 for parts in paths.values())
    outside = UNCLASSED if any_folder else ""
    return {image: shown_path(Path(parts[0])) if len(parts) > 1 else outside for image, parts in paths.items()}


def drawn_splits(scan: Scan, paths: dict[ImageFile, Parts]) -> Layout:
    """The layout of a folder without splits: these are drawn when the files are read."""
    labels = labelled(paths)
    images = tuple(Placed(image, "", labels[image]) for image in paths)
    return Layout(scan.folder, images, scan.left_out)


def described(parents: dict[Parts, dict[str, str]]) -> str:
    """What the splits are, in words: 'train/ to train on, val/ to validate, test/ to test'."""
    uses: dict[str, dict[str, None]] = {"to train on": {}, "to validate": {}, "to test": {}}
    for kinds in parents.values():
        for kind in ("train", "val", "test"):
            if kind in kinds:
                trained = "to train on" if kind == "train" else "to validate"
                use = "to test" if split_of(kind, kinds) == "test" else trained
                uses[use][f"{shown_path(Path(kinds[kind]))}/"] = None
    return ", ".join(f"{' and '.join(names)} {use}" for use, names in uses.items() if names)
