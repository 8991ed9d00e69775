"""The paths in names of data sets."""

from __future__ import annotations

import os

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets import ARRAYS, FOLDER
from explorer.datasets.arrays import absolute_arrays


def absolute(dataset: str) -> str:
    """``folder:`` and ``arrays:`` paths made absolute, so that a run finds its images from anywhere.

    Raises ExplorerError for an empty path, which would be the directory of the day.
    """
    if dataset.startswith(ARRAYS):
        return absolute_arrays(dataset)
    if not dataset.startswith(FOLDER):
        return dataset
    path = dataset.removeprefix(FOLDER)
    if not path.strip():
        text = _("'{folder}' names no folder.").format(folder=FOLDER)
        raise ExplorerError(text, _("Write folder:PATH; perhaps a variable in it is empty."))
    return FOLDER + os.path.abspath(os.path.expanduser(path))
