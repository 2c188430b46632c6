"""Installations for the journeys: in one process, and split over real servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.installation import Installation, Kring, Network
from harness.split import Servers, SplitKring

EACH_WAY = ["embedded", pytest.param("split", marks=pytest.mark.servers)]


def made(request: pytest.FixtureRequest, data: Path) -> Installation:
    """Return an installation of the kind that the parameter of a fixture names."""
    if request.param == "embedded":
        return Kring(data)
    names = ("kafka", "elasticsearch", "postgres", "redis")
    return SplitKring(data, Servers(*map(request.getfixturevalue, names)))


@pytest.fixture
def kring(tmp_path: Path) -> Iterator[Kring]:
    """Give an installation in one process that was not started."""
    installation = Kring(tmp_path / "data")
    yield installation
    installation.close()


@pytest.fixture(scope="module", params=EACH_WAY)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One running Kring without the sample, for the journeys of a module."""
    installation = made(request, tmp_path_factory.mktemp("kring") / "data")
    try:
        installation.start_empty()
        yield installation
    finally:
        installation.close()


@pytest.fixture(scope="module")
def network(shared: Installation) -> Network:
    made = Network(shared)
    made.programme("ours")
    made.programme("theirs")
    return made
