"""The OpenAPI documents of Kring as the code has them now."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from libs.adapters.prometheus.telemetry import open_telemetry
from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.kernel.seal import ReaderSeal
from libs.runtime.api import build_app
from libs.runtime.lifecycle import Process
from libs.runtime.settings import Settings
from services.__main__ import SERVICES
from services.gateway.domain.openapi import merge

GOLDEN = Path(__file__).parents[1] / "golden" / "openapi"
WHOLE = "kring"
"""The name of the union, beside the names of the services."""
NAMES = (*SERVICES, WHOLE)


@contextmanager
def built() -> Iterator[Process]:
    """Give every service, built on an empty folder and without a role: nothing is started."""
    with tempfile.TemporaryDirectory(prefix="kring-") as folder:
        secret = SecretStr("only-for-the-documents-0123456789")
        settings = Settings(
            data=Path(folder),
            encoder="use",
            secret=secret,
            operator_key=secret,
            vault_key=secret,
        )
        clock = SystemClock()
        process = Process(settings, clock=clock, ids=Uuid7(clock))
        try:
            process.start(SERVICES, roles=())
            yield process
        finally:
            process.stop()


def documents() -> dict[str, dict[str, Any]]:
    """Return the document of each service and of the whole; nothing is started."""
    with built() as process:
        found = {name: _document(process, name) for name in SERVICES}
    others = {name: document for name, document in found.items() if name != "gateway"}
    return {**found, WHOLE: merge(found["gateway"], others)}


def _document(process: Process, name: str) -> dict[str, Any]:
    app = build_app(
        process.running[name].service,
        seal=ReaderSeal(b"unused", lambda: 0.0),
        telemetry=open_telemetry(),
    )
    return app.openapi()


def path_of(name: str) -> Path:
    """Return where a document is kept."""
    return GOLDEN / f"{name}.json"


def kept(name: str) -> dict[str, Any]:
    """Return a document as it is kept; empty when it is not there yet."""
    path = path_of(name)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def keep() -> None:
    """Write all documents, to be looked at as a difference before they are committed."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True)
        path_of(name).write_text(text + "\n", encoding="utf-8")
