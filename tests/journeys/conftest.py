"""Installations for the journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.installation import Kring, Network


@pytest.fixture
def kring(tmp_path: Path) -> Iterator[Kring]:
    made = Kring(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kring]:
    """One running Kring without the sample, for the journeys of a module."""
    made = Kring(tmp_path_factory.mktemp("kring") / "data")
    made.start("--no-sample")
    yield made
    made.close()


@pytest.fixture(scope="module")
def network(shared: Kring) -> Network:
    made = Network(shared)
    made.programme("ours")
    made.programme("theirs")
    return made
