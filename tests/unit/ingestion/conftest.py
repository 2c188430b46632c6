"""Ingestion's use cases for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.ingestion import World, open_world

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids


@pytest.fixture
def world(tmp_path: Path, clock: ManualClock, ids: Ids, database_url: str) -> Iterator[World]:
    with open_world(tmp_path, clock, ids, database_url) as opened:
        yield opened
