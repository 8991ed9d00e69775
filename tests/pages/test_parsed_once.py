"""How often one script run of a page parses the JSON of its runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.runs import loaded_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from explorer.ui.image.tabs import FREE_TABS, TABS
from tests.helpers import digit_picture, encoded, tiny_config
from tests.pages.page import open_page

pytestmark = pytest.mark.usefixtures("shipped_root")
PAGES = ["", "map", "image", "diagnose", "compare"]  # Explore opens without being asked for


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[Path]]:
    """How often each config.json and status.json was read; nothing is known from an earlier test."""
    counts: Counter[Path] = Counter()
    read = Path.read_bytes

    def counting(path: Path) -> bytes:
        if path.name in ("config.json", "status.json"):
            counts[path] += 1
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", counting)
    monkeypatch.setattr("explorer.runs.tasks.process_task.spawn", lambda run, arguments: None)
    loaded_run._read.cache_clear()
    yield counts
    loaded_run._read.cache_clear()


@pytest.fixture
def two(trained: Run) -> list[Run]:
    """The runs that the picker lists."""
    return [trained, train_new(tiny_config(), "other", lambda _: None, lambda: False)]


def once_each(two: list[Run]) -> Counter[Path]:
    """The bound: each file of each listed run once, whether the run is only listed or also shown."""
    return Counter(run.path / name for run in two for name in ("config.json", "status.json"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_parses_each_file_at_most_once_and_not_again(page: str, two: list[Run], parsed: Counter[Path]) -> None:
    app = open_page(page)
    assert parsed <= once_each(two)
    parsed.clear()
    app.run()
    assert not app.exception
    assert not parsed, "the files are the same as at the first look"


@pytest.mark.parametrize("tab", [*TABS, *FREE_TABS])
def test_so_do_the_tabs_of_the_image_page(tab: str, two: list[Run], parsed: Counter[Path]) -> None:
    app = open_page("image", {"tab": tab})
    app.file_uploader[0].set_value([("one.png", encoded(digit_picture()), "image/png")]).run()
    assert not app.exception
    assert parsed <= once_each(two)
