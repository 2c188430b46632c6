"""Installations for the journeys: in one process, and split over real servers.

Every journey runs both ways but for two that have only one. `test_journey_sample` begins with what
`kring up` itself does for a newcomer: it loads the sample and says what to try; separate processes
load none. `test_journey_evaluate` asks for no installation: the command makes one and throws it
away. What a killed process leaves behind is asked of separate processes here, and of the one
process in tests/faults.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness.installation import Installation, Kring, Network
from harness.split import SplitKring, servers_of

EACH_WAY = ["embedded", pytest.param("split", marks=pytest.mark.servers)]


def made(request: pytest.FixtureRequest, data: Path) -> Installation:
    """Return an installation of the kind that the parameter of a fixture names."""
    return Kring(data) if request.param == "embedded" else SplitKring(data, servers_of(request))


@pytest.fixture(params=EACH_WAY)
def kring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Give an installation that was not started."""
    installation = made(request, tmp_path / "data")
    yield installation
    installation.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Kring]:
    """Give an installation in one process that was not started."""
    installation = Kring(tmp_path / "data")
    yield installation
    installation.close()


@contextmanager
def started(
    request: pytest.FixtureRequest, factory: pytest.TempPathFactory, **settings: str
) -> Iterator[Installation]:
    """Give a running Kring without the sample."""
    installation = made(request, factory.mktemp("kring") / "data")
    try:
        installation.start_empty(**settings)
        yield installation
    finally:
        installation.close()


@pytest.fixture(scope="module", params=EACH_WAY)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One for the journeys of a module, which may end it and start it again."""
    with started(request, tmp_path_factory) as installation:
        yield installation


@pytest.fixture(scope="session", params=EACH_WAY)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One for all journeys that let it run; each brings people of its own.

    It calls webhooks on this machine.
    """
    with started(request, tmp_path_factory, KRING_WEBHOOK_NETWORKS="127.0.0.0/8") as installation:
        yield installation


@pytest.fixture(scope="session")
def network(running: Installation) -> Network:
    made = Network(running)
    made.programme("ours")
    made.programme("theirs")
    return made
