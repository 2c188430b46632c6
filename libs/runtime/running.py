"""One service while it runs."""

import threading
from dataclasses import dataclass, field

import structlog
import uvicorn

from libs.ports.access import Guarded
from libs.ports.database import Database
from libs.ports.index import Index
from libs.runtime.consumer import Consumer
from libs.runtime.relay import Relay
from libs.runtime.service import Ports, Service

log = structlog.get_logger()


@dataclass
class Running:
    """One service as it runs in this process."""

    service: Service
    ports: Ports
    database: Database
    consumer: Consumer | None = None
    relay: Relay | None = None
    has_tasks: bool = False
    """Whether it works, or keeps the time."""
    server: uvicorn.Server | None = None
    address: str = ""
    """Where its server listens, if that is a port."""
    indexes: list[Index] = field(default_factory=list)
    """Those that it opened."""
    threads: dict[str, threading.Thread] = field(default_factory=dict)
    """By what they do: relay, consumer, api."""
    _told: dict[str, str] = field(default_factory=dict)

    @property
    def lacks_documents(self) -> bool:
        """Tell whether it has indexes and nothing is in any of them."""
        return bool(self.indexes) and not any(index.count() for index in self.indexes)

    def refusals(self) -> dict[str, str]:
        """Return which servers do not let this service in, by part, and how to mend that.

        The log is told when that changes.
        """
        adapters: dict[str, object] = {
            "database": self.database,
            "cache": self.ports.cache,
            "limits": self.ports.limiter,
            "tasks": self.ports.tasks,
            **{f"index {index.name}": index for index in self.indexes},
        }
        asked = {
            part: adapter.refusal()
            for part, adapter in adapters.items()
            if isinstance(adapter, Guarded)
        }
        name = self.service.name
        found = {f"{name} {part}": refusal for part, refusal in asked.items() if refusal}
        for part in found.keys() - self._told.keys():
            log.error("not let in", part=part, reason=found[part])
        for part in self._told.keys() - found.keys():
            log.info("let in again", part=part)
        self._told = found
        return found
