"""An installation for one evaluation: the real services on a folder that is thrown away."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from libs.kernel.clock import SystemClock
from libs.kernel.errors import KringError
from libs.kernel.ids import Uuid7
from libs.kernel.policy import Reader, Role
from libs.kernel.seal import HEADER, ReaderSeal
from libs.ports.encoder import Vectors
from libs.runtime.lifecycle import Process
from libs.runtime.settings import load, with_secrets
from libs.runtime.wiring import Wiring

BATCH_RECORDS = 50
PROGRAMME = "evaluation"


class Trial:
    """Takes records in as an import does, waits for the services, and asks them."""

    def __init__(self, process: Process, seal: ReaderSeal) -> None:
        """Take running services, and the seal of an operator's requests."""
        self._process = process
        self._seal = seal

    def call(self, service: str, path: str, body: object) -> Any:  # noqa: ANN401  # JSON
        """Return the JSON a service answers to a POST by an operator."""
        ports = self._process.running[service].ports
        reply = ports.peers.call(
            service,
            "POST",
            path,
            headers={
                HEADER: self._seal.close(Reader("", Role.OPERATOR)),
                "content-type": "application/json",
            },
            body=orjson.dumps(body),
        )
        answer = orjson.loads(reply.body)
        if reply.status >= 400:  # noqa: PLR2004  # any refusal
            raise KringError(f"{service} {path}: {answer}")
        return answer

    def take_in(
        self, kind: str, records: Sequence[Mapping[str, Any]], advance: Callable[[int], None]
    ) -> dict[str, str]:
        """Import records; return our id of each by its own id. A refusal is an error."""
        ours: dict[str, str] = {}
        for start in range(0, len(records), BATCH_RECORDS):
            batch = records[start : start + BATCH_RECORDS]
            body = {"programme": PROGRAMME, "records": batch}
            for record, result in zip(
                batch, self.call("ingestion", f"/v1/import/{kind}", body)["results"], strict=True
            ):
                if result["status"] == "refused":
                    raise KringError(f"{record['id']} was refused: {result}")
                ours[str(record["id"])] = result["id"]
            advance(len(batch))
        return ours

    def settle(self) -> None:
        """Wait until every service has taken what was published."""
        self._process.settle()


@contextmanager
def trial(services: Sequence[str], *, encoder: str) -> Iterator[Trial]:
    """Run these services with an encoder on a temporary folder; ingestion must be among them."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="kring-") as folder:
        chosen: dict[str, object] = {"encoder": encoder} if encoder else {}
        settings = with_secrets(load(data=Path(folder), **chosen))
        process = Process(settings, clock=clock, ids=Uuid7(clock))
        try:
            process.start(services)
            seal = ReaderSeal(
                settings.secret.get_secret_value().encode(), lambda: clock.now().timestamp()
            )
            running = Trial(process, seal)
            programme = {"id": PROGRAMME, "name": "Evaluation", "sector": "knowledge"}
            running.call(
                "ingestion",
                "/v1/import/programmes",
                {"records": [{**programme, "languages": ["nl", "en"]}]},
            )
            yield running
        finally:
            process.stop()


@contextmanager
def encode_with(encoder: str) -> Iterator[Callable[[Sequence[str]], Vectors]]:
    """Give the encoder of the settings, or another by name, as a function over queries."""
    clock = SystemClock()
    chosen: dict[str, object] = {"encoder": encoder} if encoder else {}
    wiring = Wiring(load(**chosen), clock=clock, ids=Uuid7(clock))
    try:
        opened = wiring.encoder()
        yield lambda texts: opened.encode(texts, "query")
    finally:
        wiring.close()
