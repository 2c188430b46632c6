"""The record of members, over HTTP between services."""

from dataclasses import dataclass

from typing_extensions import override

from libs.kernel.errors import RetryableError
from libs.kernel.policy import Reader
from libs.kernel.seal import HEADER, ReaderSeal
from libs.ports.peers import Peers
from services.matchmaking.ports.registry import Registry

_FIRST_ERROR = 400
_FIRST_FAULT = 500


@dataclass(frozen=True, slots=True)
class PeerRegistry(Registry):
    """Asks ingestion, as the member who blocks."""

    peers: Peers
    seal: ReaderSeal

    @override
    def block(self, blocker: Reader, other_id: str) -> bool:
        reply = self.peers.call(
            "ingestion",
            "PUT",
            f"/v1/members/{blocker.member_id}/blocks/{other_id}",
            headers={HEADER: self.seal.close(blocker)},
        )
        if reply.status >= _FIRST_FAULT:
            raise RetryableError(f"ingestion answered {reply.status}")
        return reply.status < _FIRST_ERROR
