"""A matchmaking service over real embedded adapters."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.matchmaking import World, open_world

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids


@pytest.fixture
def world(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[World]:
    with open_world(tmp_path, clock, ids) as opened:
        yield opened
