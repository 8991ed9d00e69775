"""What is known of arrays before their pixels are read: from headers, labels, and the first pictures."""

from __future__ import annotations

from explorer.datasets.arrays.decoders import decoder_of
from explorer.datasets.arrays.files import ArrayFiles
from explorer.datasets.arrays.labels import numbered
from explorer.datasets.arrays.splits import TEST, VAL, kinds_of
from explorer.datasets.glance import Glance


def glance_at(files: ArrayFiles) -> Glance:
    """How many images of which kind the files hold. Raises ExplorerError where these are no images."""
    decoder = decoder_of(files.images, files.options)
    kinds, classes = kinds_of(files.parts), numbered(files.parts)[0]
    tested = TEST if (kinds == TEST).any() else VAL
    n_test = int((kinds == tested).sum())
    own_splits = 0 < n_test < len(kinds)
    n_train = len(kinds) - n_test if own_splits else len(kinds)
    width, height = (decoder.sizes() or [(0, 0)])[0]
    named = f" in {len(classes)} classes" if classes else ""
    divided_as = f"{n_test:,} of them to test" if own_splits else "a tenth is drawn to test"
    note = f"{len(kinds):,} images of {width} x {height}{named}; {divided_as}."
    n_validation = int((kinds == VAL).sum()) if own_splits and tested == TEST else 0
    return Glance(n_train, 0 if own_splits else n_train, n_validation, classes, decoder.channels, note)
