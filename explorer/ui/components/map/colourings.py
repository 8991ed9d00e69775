"""The colours of the map and what they mean. Pure functions, as in ``figures.py``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.base import natural_key, significant
from explorer.base.languages import N_, _
from explorer.base.palette import class_colour, class_mark
from explorer.datasets import Column
from explorer.inference import Latents
from explorer.maps import NOISE, hdbscan, kmeans

NONE = 65535  # the code of a point without a value
STEPS = 32  # of a magnitude, as in map/colours.js
EDGES = (1, 99)  # percentiles that the ends of a scale stand for, so that a few outliers do not fill it
CLUSTERS = 10  # of k-means where there are no classes to count
# Viridis without the end that would vanish on the ground, and blue to orange through grey.
MAGNITUDES = {
    False: ("#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#a8c72b"),
    True: ("#5a3a8c", "#3e5fa0", "#31789e", "#26929e", "#1fa995", "#35b779", "#6ece58", "#b5de2b", "#fde725"),
}
DIVERGING = ("#0072b2", "#5b93ba", "#a3a39f", "#d08a4e", "#d55e00")


@dataclass(frozen=True)
class Colouring:
    """Each point's code [N], and what codes mean: a name, a colour and a mark each, or steps along ``palette``."""

    title: str
    codes: NDArray[np.uint16]
    palette: tuple[str, ...]
    names: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()  # of the names
    order: tuple[int, ...] = ()  # in which the names are listed
    ticks: tuple[str, ...] = ()  # of a magnitude; empty where codes have names
    note: str = ""  # what the ends of a scale, or points without a value, are


@dataclass(frozen=True)
class Choice:
    """One way to colour the map; ``make(latents, dark)``."""

    title: str
    make: Callable[[Latents, bool], Colouring]
    stamp: str = ""  # changes where the same key comes to mean something else


def choices(latents: Latents, columns: Sequence[Column] = ()) -> dict[str, Choice]:
    """Every way to colour these points, the first one being the one to begin with; ``columns`` are one's own."""
    by_class = {"class": Choice(_("class"), lambda latents, dark: classes(latents))}
    own = {f"own-{one.title}": own_column(one) for one in columns}
    values = {key: replace(one, title=_(one.title)) for key, one in VALUE_CHOICES.items() if is_known(key, latents)}
    return {**(by_class if latents.labels is not None else {}), **own, **values, **dimensions(latents)}


def is_known(key: str, latents: Latents) -> bool:
    """Whether the latents have the values of this choice."""
    needs = {"kl": latents.has_kl, "elbo": latents.has_kl and latents.has_nats, "error": latents.has_error}
    return needs.get(key, True)


def own_column(column: Column) -> Choice:
    """A column of the data set's metadata."""

    def make(latents: Latents, dark: bool) -> Colouring:
        if column.names is None:
            return scale(column.title, column.values.astype(np.float64), MAGNITUDES[dark])
        return named(column.title, column.values.astype(np.int64), column.names, _("no value"))

    return Choice(column.title, make, hashlib.sha256(repr(column.names).encode() + column.values.tobytes()).hexdigest())


def magnitude(title: str, unit: str, values: Callable[[Latents], NDArray[np.floating]]) -> Choice:
    """A choice that shows how large something is."""
    return Choice(title, lambda latents, dark: scale(f"{_(title)}, {_(unit)}", values(latents), MAGNITUDES[dark]))


def dimensions(latents: Latents) -> dict[str, Choice]:
    """One choice a latent dimension, the one that carries most first."""
    return {f"z{dim}": dimension(int(dim)) for dim in latents.order()}


def dimension(dim: int) -> Choice:
    """The posterior mean of one dimension, centred on 0."""

    def make(latents: Latents, dark: bool) -> Colouring:
        title = _("μ of z{dim}, prior's standard deviations").format(dim=dim)
        return scale(title, latents.mu[:, dim], DIVERGING, centred=True)

    return Choice(f"z{dim}", make)


def classes(latents: Latents) -> Colouring:
    """The images' own classes."""
    assert latents.labels is not None
    n = max(len(latents.classes), int(latents.labels.max(initial=-1)) + 1)
    names = tuple(latents.label_name(label) for label in range(n))
    return named(_("class"), latents.labels, names, _("none"))


def clusters(title: str, found: NDArray[np.int64]) -> Colouring:
    """Clusters, numbered from 1."""
    names = tuple(str(i + 1) for i in range(int(found.max(initial=NOISE)) + 1))
    return named(title, found, names, _("in no cluster"))


def named(title: str, numbers: NDArray[np.int64], names: tuple[str, ...], note: str) -> Colouring:
    """A colouring by number; negative ones have none."""
    codes = np.where(numbers < 0, NONE, numbers).astype(np.uint16)
    palette, marks = (tuple(of(i) for i in range(len(names))) for of in (class_colour, class_mark))
    order = tuple(sorted(range(len(names)), key=lambda i: natural_key(names[i])))
    return Colouring(title, codes, palette, names, marks, order, note=note)


def scale(title: str, values: NDArray[np.floating], palette: tuple[str, ...], centred: bool = False) -> Colouring:
    """A magnitude in ``STEPS`` between the ``EDGES``; what is no number has no colour."""
    finite = np.isfinite(values)
    low, high = (float(edge) for edge in np.percentile(values[finite], EDGES)) if finite.any() else (0.0, 0.0)
    if centred:
        high = max(abs(low), abs(high))
        low = -high
    share = (np.where(finite, values, low) - low) / ((high - low) or 1.0)
    codes = np.where(finite, (share * (STEPS - 1)).round().clip(0, STEPS - 1), NONE).astype(np.uint16)
    ticks = tuple(significant(value) for value in np.linspace(low, high, 5))
    text = _("The ends stand for percentiles {low} and {high}; what lies beyond has their colour.")
    note = text.format(low=EDGES[0], high=EDGES[1])
    return Colouring(title, codes, palette, ticks=ticks, note=note)


def cluster_count(latents: Latents) -> int:
    """As many clusters as there are classes."""
    return len(latents.classes) or CLUSTERS


VALUE_CHOICES: dict[str, Choice] = {
    "kl": magnitude("KL", "nats", lambda latents: latents.values.kl_nats.sum(1)),
    "error": magnitude(
        N_("reconstruction error"), N_("mean squared error a pixel"), lambda latents: latents.values.mse
    ),
    "elbo": magnitude("ELBO", "nats", lambda latents: latents.values.elbo_nats),
    "kmeans": Choice(
        N_("clusters (k-means)"),
        lambda latents, dark: clusters(_("k-means cluster of μ"), kmeans(latents.mu, cluster_count(latents))),
    ),
    "hdbscan": Choice(
        N_("clusters (HDBSCAN)"), lambda latents, dark: clusters(_("HDBSCAN cluster of μ"), hdbscan(latents.mu))
    ),
}
