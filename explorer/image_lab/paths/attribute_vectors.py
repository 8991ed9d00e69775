"""Attributes as directions in latent space, and analogies: vector arithmetic on codes.

White 2016, "Sampling Generative Networks"; Mikolov et al. 2013 for words. Codes are those of
``explorer.inference.latent_space``: the arithmetic is done on z, [K]; the class of a class-conditional code is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.inference import Latents
from explorer.inference.latent_space import Z
from explorer.maps import Group
from explorer.maps.fits import MAP_SPLITS, MapSplit


@dataclass(frozen=True)
class Members:
    """Images that have something in common, by their numbers in a split."""

    name: str
    numbers: NDArray[np.int64]


def of_group(group: Group) -> Members:
    """A kept group's images."""
    return Members(group.name, np.unique(np.array(group.indices, np.int64)))


def of_class(latents: Latents, label: int) -> Members:
    """A class's images."""
    assert latents.labels is not None
    return Members(f"class {latents.label_name(label)}", np.flatnonzero(latents.labels == label))


def of_all(latents: Latents) -> Members:
    """All images of a split."""
    return Members("all images", np.arange(len(latents)))


def common_split(groups: Sequence[Group]) -> MapSplit:
    """The split that groups are of; the test split where there are none.

    Raises ExplorerError where they are of different ones: their numbers are not of the same images.
    """
    if len({group.split for group in groups}) > 1:
        names = " and ".join(f"'{group.name}' ({group.split})" for group in groups)
        raise ExplorerError(f"These groups are of different splits: {names}.", "Choose two of the same split.")
    return next((split for split in MAP_SPLITS for group in groups if group.split == split), "test")


def attribute_vector(latents: Latents, toward: Members, away: Members) -> NDArray[np.float32]:
    """The mean of mu over ``toward`` less that over ``away``, [K]; ``latents`` are those of their split.

    Raises ExplorerError where one has no images, or both have the same ones.
    """
    for members in (toward, away):
        if len(members.numbers) == 0:
            raise ExplorerError(f"There are no images in {members.name}.", "Choose another group or class.")
        if not 0 <= members.numbers.min() <= members.numbers.max() < len(latents):
            raise ExplorerError(f"{members.name} names images that are not in this split.", "Make the group again.")
    if np.array_equal(toward.numbers, away.numbers):
        raise ExplorerError(f"{toward.name} and {away.name} are the same images.", "Choose two that differ.")
    means = [latents.mu[members.numbers].mean(0, dtype=np.float64) for members in (toward, away)]
    return (means[0] - means[1]).astype(np.float32)


def with_attribute(code: NDArray[np.floating], vector: NDArray[np.floating], strengths: NDArray[np.floating]) -> Z:
    """A code [D] moved along a vector [K] by each strength: [n, D]. Strength 1 is from one mean to the other."""
    moved = np.tile(np.asarray(code, np.float32), (len(strengths), 1))
    moved[:, : len(vector)] += np.outer(strengths, vector).astype(np.float32)
    return moved


def analogy(
    a: NDArray[np.floating], b: NDArray[np.floating], c: NDArray[np.floating], latent: int
) -> NDArray[np.float32]:
    """What is to c as b is to a: z_c + z_b - z_a, of codes [D] whose first ``latent`` numbers are z: [D].

    The class is b's where c has a's class, so that it changes as from a to b; else c keeps its own.
    """
    answer = np.array(b if np.array_equal(a[latent:], c[latent:]) else c, np.float32)
    answer[:latent] = c[:latent] + b[:latent] - a[:latent]
    return answer
