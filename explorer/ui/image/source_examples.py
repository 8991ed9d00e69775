"""Examples of what the model knows: a test image of each class, and what ships for such models, one click each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.base import natural_key
from explorer.datasets import Images
from explorer.runs import LoadedRun
from explorer.ui.common import cached, image_buttons
from explorer.ui.image.image_link import not_here
from explorer.ui.image.shipped_examples import example_button, shipped_examples
from explorer.ui.image.source_test_images import IMAGES_OFFERED, test_button

MAX_EXAMPLES = 24  # of the run's own


def source_examples(run: LoadedRun) -> None:
    """Draw them. Raises ExplorerError where the run's images are not here and none that ships suits it."""
    images, shipped = cached.images(run), shipped_examples(run)
    if images is None and not shipped:
        raise not_here(run)
    buttons = [example_button(path) for path in shipped]
    if images is not None:
        own = [test_button("example-test", run, images, number) for number in of_each_class(images).tolist()]
        buttons = own + buttons
    image_buttons("examples", buttons)


def of_each_class(images: Images) -> NDArray[np.int64]:
    """Numbers of the first image of each class, in the order of their names; of no classes the first images."""
    if images.labels is None or not images.classes:
        return np.arange(min(len(images), IMAGES_OFFERED))
    labels, firsts = np.unique(images.labels, return_index=True)
    order = sorted(range(len(labels)), key=lambda place: natural_key(images.classes[labels[place]]))
    return firsts[order][:MAX_EXAMPLES]
