"""A matchmaking service over real embedded adapters."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.matchmaking import World, member, open_world
from harness.talk import Talk

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids


@pytest.fixture
def world(tmp_path: Path, clock: ManualClock, ids: Ids, database_url: str) -> Iterator[World]:
    with open_world(tmp_path, clock, ids, database_url) as opened:
        yield opened


@pytest.fixture
def talk(world: World) -> Talk:
    world.feed(*(member(name) for name in ("anna", "bram", "cas")))
    return Talk(world)
