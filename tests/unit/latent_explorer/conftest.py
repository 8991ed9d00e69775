"""One process of models for all tests of a file: with other roots each would have to import torch anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base import settings
from latent_explorer.worker import WORKER


@pytest.fixture(scope="module", autouse=True)
def own_roots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Runs and data of this file's tests, in one folder."""
    folder = tmp_path_factory.mktemp("roots")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_RUNS", str(folder / "runs"))
        patch.setenv("EXPLORER_DATA", str(folder / "data"))
        settings.cache_clear()
        yield folder
    settings.cache_clear()
    WORKER.end()
