"""Everything about a member as one archive: each service tells its own part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from typing_extensions import override

from libs.kernel.clock import Clock
from libs.kernel.errors import NotFoundError, UnavailableError
from libs.kernel.policy import Reader, Role
from libs.kernel.seal import HEADER, ReaderSeal
from libs.ports.database import Audit, Database
from libs.ports.holdings import Holding, Holdings, moment
from libs.ports.peers import Peers
from services.gateway.domain.forwarding import GATEWAY, SERVICES
from services.gateway.ports import Archivist, Links, Members, Sessions, Things, Told

HOLDINGS = "/internal/holdings"
"""Where each service tells what it holds about whoever asks."""
MEDIA_TYPE = "application/zip"
_FINE, _ABSENT = 200, 404
_NOBODY = "There is no such member."


@dataclass(frozen=True, slots=True)
class Archive:
    """A file to be kept by whom it is about."""

    name: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers by which a browser keeps it as a file, and nobody else does."""
        return {
            "content-type": MEDIA_TYPE,
            "content-disposition": f'attachment; filename="{self.name}"',
        }


@dataclass(frozen=True, slots=True)
class TellVisits(Holdings):
    """Tells how a member signed in, and what was written down about or by the member."""

    database: Database
    sessions: Sessions
    links: Links
    audit: Callable[[], Audit]

    @override
    def __call__(self, reader: Reader) -> list[Holding]:
        who = reader.member_id
        with self.database.read() as work:
            sessions = self.sessions.of(work, who)
            links = self.links.of(work, who)
        deeds = self.audit().concerning(who)
        return [
            Holding(
                "sessions",
                [{"at": moment(e.seen_at), "expires_at": moment(e.expires_at)} for e in sessions],
            ),
            Holding(
                "sign_in_links",
                [{"at": moment(e.created_at), "used_at": moment(e.used_at)} for e in links],
            ),
            Holding(
                "deeds",
                [
                    {
                        "at": moment(each.at),
                        "action": each.action,
                        "by": "self" if each.actor == who else each.role,
                        "outcome": each.outcome,
                    }
                    for each in deeds
                ],
            ),
        ]


@dataclass(frozen=True, slots=True)
class Parts:
    """What every service holds about a member, as the member may know it."""

    peers: Peers
    seal: ReaderSeal
    own: Holdings

    def __call__(self, member: Reader) -> dict[str, Mapping[str, Things]]:
        """Return all parts, by service.

        Raises ``UnavailableError`` when one is missing: an archive without it would look whole.
        """
        parts = {service: self._ask(service, member) for service in SERVICES}
        own = {each.kind: each.things for each in self.own(member)}
        return {**parts, GATEWAY: own}

    def _ask(self, service: str, member: Reader) -> Mapping[str, Any]:
        headers = {HEADER: self.seal.close(member)}
        reply = self.peers.call(service, "GET", HOLDINGS, headers=headers)
        if reply.status == _ABSENT:
            raise NotFoundError(_NOBODY)
        if reply.status != _FINE:
            raise UnavailableError(
                f"The part of {service} cannot be had now; nothing was exported."
            )
        found: Mapping[str, Any] = orjson.loads(reply.body)
        return found


@dataclass(frozen=True, slots=True)
class Export:
    """Give members everything about themselves; an operator may fetch it for them."""

    database: Database
    members: Members
    parts: Parts
    archivist: Archivist
    clock: Clock

    def __call__(self, member_id: str, *, reader: Reader) -> Archive:
        """Return the archive, in the member's language.

        Raises ``NotFoundError`` for that of others, ``UnavailableError`` when a part is missing.
        """
        is_own = bool(member_id) and reader.member_id == member_id
        if not is_own and not reader.has(Role.OPERATOR):
            raise NotFoundError(_NOBODY)
        with self.database.read() as work:
            known = self.members.member(work, member_id)
            blocked = self.members.blocked(work, member_id)
        if known is None:
            raise NotFoundError(_NOBODY)
        language = reader.language if is_own else known.language
        member = Reader(known.programme, known.role, member_id, language, blocked)
        now = self.clock.now()
        told = Told(member_id, language, now, self.parts(member))
        return Archive(f"kring-{now:%Y-%m-%d}.zip", self.archivist.archive(told))
