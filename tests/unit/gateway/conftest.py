"""Gateways for the tests of this folder; the peers are served once."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.gateway import Gateway, Opener, Peer, open_gateways, serve_peers

from libs.adapters.sql.database import SqlDatabase
from libs.adapters.sql.migrate import migrate
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids


@pytest.fixture(scope="session")
def served() -> Iterator[Peer]:
    # the path of a socket is at most 107 bytes long, which pytest's own folders may exceed
    with tempfile.TemporaryDirectory(prefix="kring-") as folder, serve_peers(Path(folder)) as peer:
        yield peer


@pytest.fixture
def peer(served: Peer) -> Peer:
    served.canned.clear()
    served.asked.clear()
    return served


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "gateway.db"
    migrate(f"sqlite:///{path}", "services.gateway.migrations")
    return path


@pytest.fixture
def open_gateway(
    tmp_path: Path,
    empty_database: Path,
    peer: Peer,
    clock: ManualClock,
    ids: Ids,
    database_url: str,
) -> Iterator[Opener]:
    if database_url.startswith("sqlite:"):  # a copy of an empty one is quicker than a new one
        shutil.copy(empty_database, tmp_path / "service.db")
    with open_gateways(tmp_path, peer, clock, ids, database_url) as opener:
        yield opener


@pytest.fixture
def gateway(open_gateway: Opener) -> Gateway:
    return open_gateway()


@pytest.fixture
def database(open_gateway: Opener) -> SqlDatabase:
    return open_gateway.database
