"""What is found of duplicates in a data set, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base.languages import _, ngettext
from explorer.datasets.duplicates.exact_copies import first_equal
from explorer.datasets.duplicates.near_images import near_pairs, thumbnails
from explorer.images import Pixels

QUICK = 10_000  # images in which near-duplicates are found in about 2 s
MOST_COMPARED = 100_000  # different images; of more, so many at even distances are compared
MOST_PAIRS = 1_000_000
Labels = NDArray[np.int64] | None


@dataclass(frozen=True)
class Duplicates:
    """Equal and nearly equal images of two splits, numbered through: training images first.

    Attributes
    ----------
    n_train : number of training images; of a higher number are test images.
    first : the first image that equals each, int64 [N]; its own number where none before it does.
    near : pairs of different images that are nearly equal, int64 [P, 2], each the first of its equals; lower first.
    distances : of these pairs, float32 [P], at most ``MAX_DISTANCE``.
    compared : how many different images were compared for ``near``; None where it was not asked for.
    conflicts : number of groups of equal images with more than one label.
    """

    n_train: int
    first: NDArray[np.int64]
    near: NDArray[np.int64]
    distances: NDArray[np.float32]
    compared: int | None
    conflicts: int

    @property
    def n_different(self) -> int:
        """The number of images less all copies."""
        return int(self.is_first.sum())

    @property
    def is_first(self) -> NDArray[np.bool_]:
        """Whether no image before it is equal: bool [N]."""
        return self.first == np.arange(len(self.first))

    @property
    def n_exact(self) -> int:
        """The number of images that equal an earlier one."""
        return len(self.first) - self.n_different

    @property
    def n_groups(self) -> int:
        """The number of groups of equal images, of two or more each."""
        return len(np.unique(self.first[~self.is_first]))

    @property
    def n_near(self) -> int:
        """The number of different images that are nearly equal to an earlier one."""
        return len(np.unique(self.near[:, 1]))

    @property
    def leaked_exactly(self) -> NDArray[np.bool_]:
        """Which test images equal a training image: bool [n_test]."""
        return self.first[self.n_train :] < self.n_train

    @property
    def leaked(self) -> NDArray[np.bool_]:
        """Which test images equal a training image, or are nearly equal to one: bool [n_test]."""
        to_train = self.near[self.near[:, 0] < self.n_train, 1]
        return self.leaked_exactly | np.isin(self.first[self.n_train :], to_train)

    @property
    def none(self) -> bool:
        """Whether nothing was found."""
        return not self.n_exact and not len(self.near)

    def twins(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The nearest twin of each image, -1 where it has none, and its distance, 0 of an equal one, NaN: [N] each."""
        twin, distance = np.full(len(self.first), -1), np.full(len(self.first), np.nan, np.float32)
        pairs, away = np.concatenate((self.near, self.near[:, ::-1])), np.tile(self.distances, 2)
        order = np.argsort(-away, kind="stable")  # the nearest comes last, and stays
        twin[pairs[order, 0]], distance[pairs[order, 0]] = pairs[order, 1], away[order]
        copies = np.flatnonzero(~self.is_first)
        twin[self.first[copies[::-1]]] = copies[::-1]  # of a group's first it is the second
        twin[copies] = self.first[copies]
        distance[copies] = distance[self.first[copies]] = 0
        return twin, distance

    def summary(self) -> str:
        """What was found, in a sentence: '12 exact duplicates in 5 groups, 3 near-duplicates; 4 test images ...'."""
        if self.none:
            text = _("No exact duplicates.") if self.compared is None else _("No duplicates{among}.")
            return text.format(among=self.among())
        found = [ngettext("{n:,} exact duplicate", "{n:,} exact duplicates", self.n_exact).format(n=self.n_exact)]
        if self.n_exact:
            text = ngettext("{duplicates} in {n:,} group", "{duplicates} in {n:,} groups", self.n_groups)
            found[0] = text.format(duplicates=found[0], n=self.n_groups)
        if self.compared is not None:
            text = ngettext("{n:,} near-duplicate{among}", "{n:,} near-duplicates{among}", self.n_near)
            found.append(text.format(n=self.n_near, among=self.among()))
        sentences = [", ".join(found), *self.leaks()]
        if self.conflicts:
            text = ngettext(
                "{n:,} group of equal images with different labels",
                "{n:,} groups of equal images with different labels",
                self.conflicts,
            )
            sentences.append(text.format(n=self.conflicts))
        return _("; ").join(sentences) + _(".")

    def among(self) -> str:
        """' among 100,000 of 500,000 different images', where not all were compared."""
        if self.compared is None or self.compared == self.n_different:
            return ""
        text = _(" among {n:,} of {total:,} different images")
        return text.format(n=self.compared, total=self.n_different)

    def leaks(self) -> list[str]:
        """How many test images have a twin in the training split, in words; nothing where none has."""
        n, exactly = int(self.leaked.sum()), int(self.leaked_exactly.sum())
        if not n:
            return []
        text = ngettext(
            "{n:,} test image has a twin in the training split ({exactly:,} exactly)",
            "{n:,} test images have a twin in the training split ({exactly:,} exactly)",
            n,
        )
        return [text.format(n=n, exactly=exactly)]


def find_duplicates(
    train: Pixels, test: Pixels, labels: tuple[Labels, Labels] = (None, None), near: bool = True
) -> Duplicates:
    """The duplicates in two splits, uint8 [n, C, H, W]; ``near`` asks for those that are only nearly equal, too.

    ``labels`` are int64 [n] of each split, or None. Of more than ``MOST_COMPARED`` different images only so many, at
    even distances through both splits, are compared for ``near``; the search ends at ``MOST_PAIRS`` pairs. 70,000
    images of 28 x 28 take about 10 s on two cores, exact duplicates alone half a second.
    """
    first = first_equal(train, test)
    known = [each for each in labels if each is not None]
    conflicts = n_conflicts(first, np.concatenate(known)) if len(known) == len(labels) else 0
    if not near:
        none = np.zeros((0, 2), np.int64)
        return Duplicates(len(train), first, none, np.zeros(0, np.float32), None, conflicts)
    different = np.flatnonzero(first == np.arange(len(first)))
    if len(different) > MOST_COMPARED:
        different = different[np.linspace(0, len(different) - 1, MOST_COMPARED).astype(np.int64)]
    inside = np.searchsorted(different, len(train))
    vectors, varied = thumbnails(train[different[:inside]], test[different[inside:] - len(train)])
    pairs, distances = near_pairs(vectors[varied], MOST_PAIRS)
    return Duplicates(len(train), first, different[varied][pairs], distances, len(different), conflicts)


def quick_duplicates(train: Pixels, test: Pixels, labels: tuple[Labels, Labels] = (None, None)) -> Duplicates:
    """As ``find_duplicates``; in more than ``QUICK`` images of both splits, exact ones alone."""
    return find_duplicates(train, test, labels, near=len(train) + len(test) <= QUICK)


def n_conflicts(first: NDArray[np.int64], labels: NDArray[np.int64]) -> int:
    """The number of groups of equal images, as of ``Duplicates.first`` [N], whose labels [N] differ."""
    return len(np.unique(first[labels != labels[first]]))
