"""One service while it runs."""

import threading
from dataclasses import dataclass, field

import uvicorn

from libs.ports.database import Database
from libs.ports.index import Index
from libs.runtime.consumer import Consumer
from libs.runtime.relay import Relay
from libs.runtime.service import Ports, Service


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

    @property
    def lacks_documents(self) -> bool:
        """Tell whether it has indexes and nothing is in any of them."""
        return bool(self.indexes) and not any(index.count() for index in self.indexes)
