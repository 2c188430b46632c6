"""What a command tells is read alone, and what it sets for its process stays its own."""

import gc
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def _logs_of_others() -> Iterator[None]:
    """Keep out of a command's output what another Kring in this process logs."""
    with capture_logs():
        yield


@pytest.fixture(autouse=True)
def _looks_for_garbage() -> Iterator[None]:
    """Let this process look for garbage as often as before a command that starts a Kring."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
