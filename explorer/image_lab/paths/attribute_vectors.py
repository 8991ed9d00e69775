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
from explorer.base.languages import _
from explorer.inference import Latents
from explorer.inference.latent_space import Z
from explorer.maps import Group
from explorer.maps.fits import MAP_SPLITS, MapSplit


@dataclass(frozen=True)
class Members:
    """A named set of images, by their numbers in a split."""

    name: str
    numbers: NDArray[np.int64]


def of_group(group: Group) -> Members:
    """The images of a stored group."""
    return Members(group.name, np.unique(np.array(group.indices, np.int64)))


def of_class(latents: Latents, label: int) -> Members:
    """The images of a class."""
    assert latents.labels is not None
    return Members(f"class {latents.label_name(label)}", np.flatnonzero(latents.labels == label))


def of_all(latents: Latents) -> Members:
    """All images of a split."""
    return Members("all images", np.arange(len(latents)))


def common_split(groups: Sequence[Group]) -> MapSplit:
    """The split that the groups share; the test split without groups.

    Raises ExplorerError for groups of different splits, whose numbers denote different images.
    """
    if len({group.split for group in groups}) > 1:
        names = _(" and ").join(f"'{group.name}' ({group.split})" for group in groups)
        raise ExplorerError(
            _("These groups are of different splits: {names}.").format(names=names), _("Choose two of the same split.")
        )
    return next((split for split in MAP_SPLITS for group in groups if group.split == split), "test")


def attribute_vector(latents: Latents, toward: Members, away: Members) -> NDArray[np.float32]:
    """The mean of mu over ``toward`` minus that over ``away``: [K]; ``latents`` are those of their split.

    Raises ExplorerError if one is empty or both are equal.
    """
    for members in (toward, away):
        if len(members.numbers) == 0:
            raise ExplorerError(
                _("There are no images in {name}.").format(name=members.name), _("Choose another group or class.")
            )
        if not 0 <= members.numbers.min() <= members.numbers.max() < len(latents):
            raise ExplorerError(
                _("{name} names images that are not in this split.").format(name=members.name),
                _("Make the group again."),
            )
    if np.array_equal(toward.numbers, away.numbers):
        raise ExplorerError(
            _("{toward} and {away} are the same images.").format(toward=toward.name, away=away.name),
            _("Choose two that differ."),
        )
    means = [latents.mu[members.numbers].mean(0, dtype=np.float64) for members in (toward, away)]
    return (means[0] - means[1]).astype(np.float32)


def with_attribute(code: NDArray[np.floating], vector: NDArray[np.floating], strengths: NDArray[np.floating]) -> Z:
    """A code [D] plus each strength times a vector [K]: [n, D]. Strength 1 is the difference of the two means."""
    moved = np.tile(np.asarray(code, np.float32), (len(strengths), 1))
    moved[:, : len(vector)] += np.outer(strengths, vector).astype(np.float32)
    return moved


def analogy(
    a: NDArray[np.floating], b: NDArray[np.floating], c: NDArray[np.floating], latent: int
) -> NDArray[np.float32]:
    """The analogy a : b = c : ?, z_c + z_b - z_a, for codes [D] whose first ``latent`` numbers are z: [D].

    The class is that of b if a and c have the same class, else that of c.
    """
    answer = np.array(b if np.array_equal(a[latent:], c[latent:]) else c, np.float32)
    answer[:latent] = c[:latent] + b[:latent] - a[:latent]
    return answer
