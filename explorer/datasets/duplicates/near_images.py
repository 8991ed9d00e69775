"""Images that are nearly equal: recompressed, brightened, noisy or resized copies, and whatever looks like one.

Each image is reduced to the means of a grid of at most 16 x 16 cells, of each colour; its mean is taken off and it is
scaled to length 1, so that brightness and contrast do not matter. The distance of two images is the Euclidean one of
these vectors, from 0 to 2: the square root of 2 - 2r for a correlation r. At most ``MAX_DISTANCE``, r above 0.9968, is
near. The threshold was set by looking at pairs: of MNIST's 70,000 digits two pairs of strokes are nearer; a JPEG of
quality 75 of a 32 x 32 photograph is nearer in 99 of 100 cases, a mirrored or shifted copy is not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from explorer.images import Pixels

MAX_DISTANCE = 0.08
CELLS = 16  # of the grid, in height and in width
FLAT = 4.0  # standard deviation within the channels, of 255: images below have too little in them to be compared
AT_ONCE = 4096  # images, and images times images, that are worked on together
FILTERED_BY = 12  # principal components; distances in them are lower bounds
FITTED_ON = 5000  # images, for the components
ROWS = 500
PAIRS = 20_000  # whose distance is taken at once
Vectors = NDArray[np.float32]
Pairs = NDArray[np.int64]


def thumbnails(*splits: Pixels) -> tuple[Vectors, NDArray[np.bool_]]:
    """The reduced images, [N, D] of length 1, and which of them have enough in them to be compared, [N].

    The splits are uint8 [n, C, H, W]; their images come one after the other.
    """
    parts = [reduced(split[start : start + AT_ONCE]) for split in splits for start in range(0, len(split), AT_ONCE)]
    vectors, varied = (np.concatenate(each) for each in zip(*parts, strict=True))
    return vectors, varied


def reduced(pixels: Pixels) -> tuple[Vectors, NDArray[np.bool_]]:
    """As ``thumbnails``, for some images."""
    height, width = pixels.shape[2:]
    rows, columns = averaging(height), averaging(width)
    cells = rows @ (pixels.astype(np.float32) @ columns.T)  # [n, C, cells, cells]
    varied = cells.reshape(*cells.shape[:2], -1).std(2).max(1) >= FLAT
    flat = cells.reshape(len(cells), -1)
    flat -= flat.mean(1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6), varied


def averaging(size: int) -> NDArray[np.float32]:
    """The matrix [cells, size] that takes means over equal parts of a row of pixels."""
    cells = min(CELLS, size)
    edges, pixel = np.linspace(0, size, cells + 1)[:, None], np.arange(size)
    overlap = np.minimum(edges[1:], pixel + 1) - np.maximum(edges[:-1], pixel)  # [cells, size]
    return (np.maximum(overlap, 0) * cells / size).astype(np.float32)


def near_pairs(vectors: Vectors, most: int) -> tuple[Pairs, NDArray[np.float32]]:
    """All pairs within ``MAX_DISTANCE``, [P, 2] of rows of ``vectors`` [N, D], lower row first, and their distances.

    The search is exact. It ends at ``most`` pairs, and returns those that were found.
    """
    found: list[Pairs] = [np.zeros((0, 2), np.int64)]
    distances: list[NDArray[np.float32]] = [np.zeros(0, np.float32)]
    n = 0
    for candidates in candidate_pairs(vectors):
        away = np.linalg.norm(vectors[candidates[:, 0]] - vectors[candidates[:, 1]], axis=1)
        near = away <= MAX_DISTANCE
        found.append(np.sort(candidates[near], axis=1))
        distances.append(away[near])
        n += int(near.sum())
        if n >= most:
            break
    pairs, away = np.concatenate(found)[:most], np.concatenate(distances)[:most]
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return pairs[order], away[order]


def candidate_pairs(vectors: Vectors) -> Iterator[Pairs]:
    """Pairs that may be near, [p, 2], at most ``PAIRS`` at a time: those that are near in the principal components.

    Images are sorted by the first of these, so that each is compared with those within reach only.
    """
    if len(vectors) < 2:
        return
    projected = principal(vectors)
    order = np.argsort(projected[:, 0], kind="stable")
    left, right = squared_distance_factors(projected[order])
    first = projected[order, 0]
    limit = MAX_DISTANCE**2 * 1.001 + 1e-5  # float32 rounds
    for start in range(0, len(order), ROWS):
        stop = min(start + ROWS, len(order))
        reach = int(np.searchsorted(first, first[stop - 1] + MAX_DISTANCE, side="right"))
        for column in range(start, reach, AT_ONCE):
            squared = left[start:stop] @ right[column : min(column + AT_ONCE, reach)].T
            i, j = np.divmod(np.flatnonzero(squared <= limit), squared.shape[1])
            pairs = np.stack((i + start, j + column), 1)
            pairs = order[pairs[pairs[:, 0] < pairs[:, 1]]]
            yield from (pairs[k : k + PAIRS] for k in range(0, len(pairs), PAIRS))


def principal(vectors: Vectors) -> Vectors:
    """The first principal components of the vectors, as found from some of them: [N, at most FILTERED_BY]."""
    some = vectors[:: max(1, len(vectors) // FITTED_ON)]
    mean = some.mean(0)
    directions = np.linalg.eigh((some - mean).T @ (some - mean))[1][:, ::-1][:, :FILTERED_BY]
    return np.ascontiguousarray((vectors - mean) @ directions, np.float32)


def squared_distance_factors(points: Vectors) -> tuple[Vectors, Vectors]:
    """Two arrays [N, k + 2] whose product, row by row, is the squared distance of points [N, k]."""
    squares, ones = np.square(points).sum(1, keepdims=True), np.ones((len(points), 1), np.float32)
    return np.hstack((-2 * points, ones, squares)), np.hstack((points, squares, ones))
