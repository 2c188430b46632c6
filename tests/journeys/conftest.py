"""Installations for the journeys: in one process, and split over real servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.installation import Installation, Kring, Network
from harness.split import Servers, SplitKring

EACH_WAY = ["embedded", pytest.param("split", marks=pytest.mark.servers)]


def made(request: pytest.FixtureRequest, data: Path) -> Installation:
    """Return an installation of the kind that the parameter of a fixture names."""
    return Kring(data) if request.param == "embedded" else split_on(request, data)


def split_on(request: pytest.FixtureRequest, data: Path) -> SplitKring:
    names = ("kafka", "elasticsearch", "postgres", "redis")
    return SplitKring(data, Servers(*map(request.getfixturevalue, names)))


@pytest.fixture(params=EACH_WAY)
def kring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Give an installation that was not started."""
    installation = made(request, tmp_path / "data")
    yield installation
    installation.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Kring]:
    """Give an installation in one process that was not started."""
    installation = Kring(tmp_path / "embedded")
    yield installation
    installation.close()


@pytest.fixture
def split(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SplitKring]:
    """Give a split installation that was not started."""
    installation = split_on(request, tmp_path / "split")
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
