"""One whole Kring for the tests of this folder."""

from collections.abc import Iterator

import pytest
from harness.whole import Whole, open_whole


@pytest.fixture(scope="session")
def running() -> Iterator[Whole]:
    with open_whole() as whole:
        yield whole


@pytest.fixture
def whole(running: Whole) -> Whole:
    running.rest()
    return running
