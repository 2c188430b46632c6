"""What a command tells is read alone."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def _logs_of_others() -> Iterator[None]:
    """Keep out of a command's output what another Kring in this process logs."""
    with capture_logs():
        yield
