"""The draw of a test split that stays as it is while files come and go, and an order that mixes the classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

TEST_SHARE = 0.1
MUST_HAVE_TEST = 5  # images of a class, from which on at least one of them is tested
T = TypeVar("T")


def drawn(digests: Sequence[str], labels: Sequence[Hashable]) -> NDArray[np.bool_]:
    """Which images are the test split, about a tenth of each class: bool [N].

    An image is drawn by the digest of its own content (hexadecimal), so that others that come or go do not move it,
    and copies of one image are on one side. In a class of at least ``MUST_HAVE_TEST`` images without any drawn, it is
    the one of the smallest digest. Of two or more images at least one is on each side.
    """
    return drawn_by(np.array([int(digest[:8], 16) / 16**8 for digest in digests]), labels)


def drawn_by(shares: NDArray[np.float64], labels: Sequence[Hashable]) -> NDArray[np.bool_]:
    """As ``drawn``, by numbers from 0 to 1 that the images' contents give, [N]."""
    test = shares < TEST_SHARE
    places: dict[Hashable, list[int]] = defaultdict(list)
    for i, label in enumerate(labels):
        places[label].append(i)
    for members in places.values():
        if len(members) >= MUST_HAVE_TEST and not test[members].any():
            test |= (shares == shares[members].min()) & np.isin(np.arange(len(test)), members)
    return one_on_each_side(test, shares)


def one_on_each_side(test: NDArray[np.bool_], shares: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The draw with the image of the smallest share in the test split, and that of the largest in the training split,
    where there is none."""
    if not test.any():
        test[shares.argmin()] = True
    elif test.all():
        test[len(shares) - 1 - shares[::-1].argmax()] = False
    return test


def spread(items: Sequence[T], labels: Sequence[Hashable]) -> list[T]:
    """The items with their classes in turn, so that the first few show all of them; within a class in their order."""
    turn: Counter[Hashable] = Counter()
    turns = []
    for label in labels:
        turns.append(turn[label])
        turn[label] += 1
    return [items[i] for i in sorted(range(len(items)), key=lambda i: turns[i])]
