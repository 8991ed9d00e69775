"""What all oracles share."""

import pytest


@pytest.fixture(autouse=True)
def mnist_is_here(request: pytest.FixtureRequest) -> None:
    """A test that is marked ``mnist`` is skipped where the files are missing."""
    if request.node.get_closest_marker("mnist"):
        request.getfixturevalue("mnist")
