"""What is known of each image beside its pixels, as factors that codes are compared with.

These are the factors that images were drawn from, and the columns of one's own data: of files of arrays, or of
``metadata.csv`` beside a folder's images.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.datasets import Column, Images, metadata_path, read_metadata

MOST_MISSING = 0.1  # of the images: a column that lacks more is no factor
MOST_LEVELS = 50  # of an ordered factor; one of more values is cut into ``CUT_LEVELS``
CUT_LEVELS = 20  # of equal counts, as many as MIG has bins, or as have ``CUT_IMAGES`` each
CUT_IMAGES = 40


@dataclass(frozen=True)
class KnownFactors:
    """Factors of the images ``rows`` [n], for which all of them are known.

    Attributes
    ----------
    levels : int64 [n, F], indices of the values; of an ordered factor of many values, of ranges.
    values : float64 [n, F], the numbers themselves of an ordered factor; the levels of a category.
    categorical : [F], whether the values have no order, or are only two.
    """

    names: tuple[str, ...]
    levels: NDArray[np.int64]
    values: NDArray[np.float64]
    categorical: tuple[bool, ...]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        """The number of images."""
        return len(self.rows)

    def at(self, places: NDArray[np.int64]) -> KnownFactors:
        """The factors of the images at ``places`` of ``rows``."""
        return KnownFactors(self.names, self.levels[places], self.values[places], self.categorical, self.rows[places])


def factor_columns(images: Images, dataset: str) -> tuple[Column, ...]:
    """The columns that may be factors. Raises ExplorerError where a ``metadata.csv`` cannot be read."""
    if images.columns:
        return tuple(column for column in images.columns if column.title in images.factor_names)
    if images.factors is not None:
        names = images.factor_names or tuple(f"factor {j}" for j in range(images.factors.shape[1]))
        return tuple(
            drawn_column(name, levels, name in images.categories)
            for name, levels in zip(names, images.factors.T, strict=True)
        )
    path = metadata_path(dataset)
    return () if path is None or images.names is None else read_metadata(path, images.names).columns


def drawn_column(name: str, levels: NDArray[np.int64], category: bool) -> Column:
    """The column of a factor that images were drawn from."""
    if category:
        return Column(name, levels, tuple(map(str, range(int(levels.max()) + 1))))
    return Column(name, levels.astype(np.float64))


def known_factors(columns: Sequence[Column]) -> KnownFactors | None:
    """The columns that vary over the images for which all are known; None where there are none.

    Columns that lack a value for many images are left out, and whole numbers that are all different: they count images.
    """
    usable = [column for column in columns if missing(column).mean() <= MOST_MISSING and not counts_images(column)]
    if not usable:
        return None
    rows = np.flatnonzero(~np.any([missing(column) for column in usable], axis=0))
    own = [column for column in (column.at(rows) for column in usable) if len(np.unique(column.values)) > 1]
    if not own:
        return None
    levels = [levels_of(column) for column in own]
    categorical = [
        column.names is not None or bool(level.max() == 1) for column, level in zip(own, levels, strict=True)
    ]
    values = [levels[f] if category else own[f].values for f, category in enumerate(categorical)]
    return KnownFactors(
        tuple(column.title for column in own),
        np.stack(levels, 1),
        np.stack(values, 1).astype(np.float64),
        tuple(categorical),
        rows,
    )


def missing(column: Column) -> NDArray[np.bool_]:
    """Which images lack a value: [N]."""
    return np.isnan(column.values) if column.names is None else np.less(column.values, 0)


def counts_images(column: Column) -> bool:
    """Whether the values are whole numbers, one an image: a number of the image, not a property."""
    there = column.values[~missing(column)]
    whole = column.names is None and bool((there == np.rint(there)).all())
    return whole and len(there) > MOST_LEVELS and len(np.unique(there)) == len(there)


def levels_of(column: Column) -> NDArray[np.int64]:
    """Indices of the values of a column without missing ones, or of ranges of equal counts: [N]."""
    distinct, levels = np.unique(column.values, return_inverse=True)
    if column.names is not None or len(distinct) <= MOST_LEVELS:
        return levels.astype(np.int64)
    ranges = min(CUT_LEVELS, max(2, len(column.values) // CUT_IMAGES))
    cuts = np.unique(np.quantile(column.values, np.arange(1, ranges) / ranges))
    _, levels = np.unique(np.searchsorted(cuts, column.values, side="right"), return_inverse=True)
    return levels.astype(np.int64)
