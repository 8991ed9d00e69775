from __future__ import annotations

import pytest

from explorer.base.text.sizes import size_text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.50 kB"), (25_600_000_000, "25.6 GB"), (4e18, "4.00 EB")]
)
def test_sizes(count: float, text: str) -> None:
    assert size_text(count) == text
