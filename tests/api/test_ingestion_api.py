"""Ingestion over HTTP, on real embedded adapters."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from libs.adapters.http.peers import HttpPeers
from libs.adapters.local.tasks import LocalTasks
from libs.adapters.maildir.mailer import FolderMailer
from libs.adapters.memory.cache import MemoryCache
from libs.adapters.memory.limiter import MemoryLimiter
from libs.adapters.prometheus.telemetry import PrometheusTelemetry
from libs.adapters.sql.database import SqlDatabase, open_database
from libs.adapters.sql.migrate import migrate
from libs.contracts.codec import decode, source_of
from libs.contracts.envelope import Event
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader, Role
from libs.kernel.seal import HEADER, ReaderSeal
from libs.runtime.api import build_app
from libs.runtime.service import Ports
from libs.runtime.settings import Settings
from services.ingestion.service import build

ABSENT = "01900000-0000-7000-8000-0000000000ff"
OPERATOR = Reader(programme="", role=Role.OPERATOR)


@dataclass
class Api:
    """One ingestion service with two programmes, and callers of every role."""

    client: TestClient
    seal: ReaderSeal
    database: SqlDatabase
    readers: dict[str, Reader]

    def call(
        self,
        who: str,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        sealed = {HEADER: self.seal.close(self.readers[who])} if who else {}
        response: httpx2.Response = self.client.request(
            method, path, json=body, headers={**sealed, **(headers or {})}
        )
        return response

    def events(self) -> list[Event[Any]]:
        return [decode(record) for _, record in self.database.outbox().pending(1000)]

    def join(self, name: str, programme: str, **more: object) -> str:
        body = {"name": name, "email": f"{name}@kring.example", "visibility": "network", **more}
        answer = self.call("operator", "POST", "/v1/members", {**body, "programme": programme})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture
def api(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Api]:
    url = f"sqlite:///{tmp_path}/ingestion.db"
    migrate(url, "services.ingestion.migrations")
    database = open_database(url, source=source_of("ingestion"), clock=clock, ids=ids)

    def nothing(*_: object) -> Any:  # noqa: ANN401  # ingestion opens no index and no encoder
        raise AssertionError("not used here")

    telemetry = PrometheusTelemetry()
    ports = Ports(
        settings=Settings(secret=SecretStr("0123456789abcdef0123456789abcdef"), data=tmp_path),
        clock=clock,
        ids=ids,
        database=database,
        open_index=nothing,
        encoder=nothing,
        tasks=LocalTasks("ingestion", telemetry),
        cache=MemoryCache(clock),
        limiter=MemoryLimiter(clock),
        mailer=FolderMailer(tmp_path / "mail", clock),
        peers=HttpPeers("http://127.0.0.1:1"),
        telemetry=telemetry,
    )
    seal = ReaderSeal(b"secret", lambda: clock.now().timestamp())
    app = build_app(build(ports), seal=seal, telemetry=telemetry, alive=dict, ready=dict)
    with TestClient(app, raise_server_exceptions=False) as client:
        made = Api(client, seal, database, {"operator": OPERATOR})
        _fill(made)
        yield made
    database.close()


def _fill(api: Api) -> None:
    for name in ("Samen Thuis", "Buurtkracht"):
        answer = api.call("operator", "POST", "/v1/programmes", {"name": name})
        assert answer.status_code == 201, answer.text
        programme = answer.json()["id"]
        short = name.split()[0].lower()
        member, other = api.join(f"lid.{short}", programme), api.join(f"ander.{short}", programme)
        reader = Reader(programme=programme, member_id=member)
        api.readers |= {
            f"member of {short}": reader,
            f"other of {short}": replace(reader, member_id=other),
            f"coordinator of {short}": Reader(programme=programme, role=Role.COORDINATOR),
        }


STORY = {
    "title": "Zes avonden aan de keukentafel",
    "summary": "Mantelzorgers eten samen terwijl hun partner ernaast ook een goede avond heeft.",
    "body": "Wij begonnen in februari met acht mantelzorgers uit de buurt van het dorpshuis.",
    "stage": None,
}
ME, OTHER, HEAD = "member of samen", "other of samen", "coordinator of samen"
STRANGER, STRANGE_HEAD = "member of buurtkracht", "coordinator of buurtkracht"

Post = Callable[..., str]


@pytest.fixture
def post(api: Api) -> Post:
    def post_story(who: str = ME, **changes: object) -> str:
        answer = api.call(who, "POST", "/v1/stories", {**STORY, **changes})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return post_story


def test_a_told_story_is_kept_and_sent_out_whole(api: Api) -> None:
    answer = api.call(ME, "POST", "/v1/stories", STORY)
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/stories/{told['id']}"
    assert answer.headers["etag"] == '"1"'
    assert (told["language"], told["status"], told["duplicates"]) == ("nl", "created", [])
    event = api.events()[-1]
    assert (event.subject, event.sequence) == (f"story/{told['id']}", 1)
    assert event.state.title == STORY["title"]
    assert event.state.owner_id == api.readers[ME].member_id
