"""What the names of keys, columns and files say: which split, and whether images, labels or splits."""

from __future__ import annotations

import re
from pathlib import Path

from explorer.datasets.folder_layout import kind_of

MORE_KINDS = {"t10k": "test", "privatetest": "test", "publictest": "val", "dev": "val"}
ROLES = {
    "images": {"images", "image", "imgs", "img", "x", "data", "pixels", "arr_0", ""},
    "labels": {"labels", "label", "y", "targets", "target", "class", "classes", "digit", "category", "emotion"},
    "split": {"split", "splits", "usage", "subset", "partition"},
}
GLUED = re.compile(r"([xy])(train|test|val|valid)", re.IGNORECASE)  # as in xtrain
WORDS_OF_LABELS = {"images": "labels", "image": "label", "imgs": "labels", "x": "y", "data": "labels", "idx3": "idx1"}
WORD = re.compile(r"[A-Za-z0-9]+")
SHARD = re.compile(r"\d+-of-\d+")


def split_kind(word: str) -> str:
    """The split that a word stands for: 'train', 'val' or 'test'; '' for any other."""
    return kind_of(word) or MORE_KINDS.get(word.casefold(), "")


def role(name: str) -> tuple[str, str]:
    """Split and role ('images', 'labels', 'split', or '') of a key or column: 'x_train' is ('train', 'images')."""
    glued = GLUED.fullmatch(name)
    words = list(glued.groups()) if glued else WORD.findall(name)
    split = next((found for word in words if (found := split_kind(word))), "")
    rest = "_".join(word.casefold() for word in words if not split_kind(word))
    return split, next((role for role, names in ROLES.items() if rest in names and (rest or split)), "")


def kind_of_file(path: Path) -> str:
    """The split in a file's name, '' for none."""
    return next((found for word in WORD.findall(path.name) if (found := split_kind(word))), "")


def pattern(path: Path) -> str:
    """A file's name without what tells its split or its part from those of others."""
    name = WORD.sub(lambda word: "*" if split_kind(word[0]) else word[0], SHARD.sub("#", path.name))
    return name.removesuffix(".gz")


def family(path: Path) -> list[Path]:
    """The file and those beside it that differ by the split or the part in their names only, sorted."""
    own = pattern(path)
    if own == path.name.removesuffix(".gz"):
        return [path]
    beside: dict[str, Path] = {}
    for other in sorted(path.parent.iterdir(), key=lambda other: other != path):
        if other.is_file() and pattern(other) == own:
            beside.setdefault(other.name.removesuffix(".gz"), other)  # packed and unpacked are one
    return sorted(beside.values())


def labels_beside(path: Path) -> Path | None:
    """The file of labels that belongs to one of images by its name: y_train.npy to x_train.npy. None without one."""

    def of_labels(word: re.Match[str]) -> str:
        other = WORDS_OF_LABELS.get(word[0].casefold(), word[0])
        return other.upper() if word[0].isupper() else other

    name = WORD.sub(of_labels, path.name).removesuffix(".gz")
    if name == path.name.removesuffix(".gz"):
        return None
    found = {other.name.casefold(): other for other in path.parent.iterdir()}
    return next((found[each] for each in (name.casefold(), f"{name}.gz".casefold()) if each in found), None)
