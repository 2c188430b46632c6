"""Calls between services: the same HTTP embedded and split; only the address differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Peers(Protocol):
    """The other services by name."""

    def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        """Return the answer, whatever its status; ``query`` is already encoded.

        The current trace goes along.

        Raises ``UnavailableError`` when the service does not answer in time.
        """
        ...

    def close(self) -> None:
        """Release connections."""
        ...
