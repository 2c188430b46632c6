"""``kring erase``: let a member be erased, and see that every service has done it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.contracts.topics import MEMBERS
from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.ports.database import Database, Vanishing
from libs.runtime.cli import showing
from libs.runtime.cli.client import AbsentError, Client
from libs.runtime.cli.letters import opened
from libs.runtime.settings import Settings

RECORD = "ingestion"
"""The service that keeps the record of members, and so knows what was deleted for whose sake."""
LOOK_SECONDS = 0.2
_ORDER = tuple(Vanishing)


@dataclass(frozen=True, slots=True)
class Erased:
    """A member who was erased, and how far each service is: as far as with its slowest part."""

    member_id: str
    services: Mapping[str, Vanishing]

    @property
    def is_gone(self) -> bool:
        """Tell whether no file of any service holds anything any more."""
        return all(state is Vanishing.GONE for state in self.services.values())

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "member": self.member_id,
            "gone": self.is_gone,
            "services": {name: state.value for name, state in self.services.items()},
        }


def erase(settings: Settings, client: Client, person: str, *, stories: str) -> str:
    """Ask for the erasure of a member, unless it was asked for before; return their id.

    Raises ``AbsentError`` when there is no such member and never was one who was erased.
    """
    member_id = showing.member_id(client, person)
    try:
        client.delete(f"/v1/members/{member_id}", {"stories": stories})
    except AbsentError:
        with opened(settings) as wiring:
            if not look({RECORD: wiring.database(RECORD)}, member_id).services:
                raise
    return member_id


def wait(
    settings: Settings, services: Sequence[str], member_id: str, *, clock: Clock, seconds: float
) -> Erased:
    """Return when every service is done. Raises ``RetryableError`` when that takes longer."""
    deadline = clock.monotonic() + seconds
    with opened(settings) as wiring:
        databases = {name: wiring.database(name) for name in services}
        while not (found := look(databases, member_id)).is_gone:
            if clock.monotonic() > deadline:
                slow = [f"{name} ({state})" for name, state in found.services.items()]
                raise RetryableError(
                    f"the key of {member_id} is destroyed, but not every file is clean yet:"
                    f" {', '.join(slow)}. Run the same command again to look."
                )
            clock.sleep(LOOK_SECONDS)
    return found


def look(databases: Mapping[str, Database], member_id: str) -> Erased:
    """Return how far the erasure of a member is; no service at all if nobody asked for it."""
    subject = f"{MEMBERS.aggregate}/{member_id}"
    steps = databases[RECORD].cleanings().caused_by(subject)
    if not steps:
        return Erased(member_id, {})
    return Erased(
        member_id,
        {name: _slowest(each, name, steps, subject) for name, each in databases.items()},
    )


def _slowest(database: Database, service: str, steps: Mapping[str, int], member: str) -> Vanishing:
    """Return how far a service is with its slowest part.

    Every service hears of members; a story that one has never heard of is no part of it.
    """
    states = database.cleanings().look(service, steps)
    known = [
        Vanishing.AWAITED if state is Vanishing.UNKNOWN else state
        for subject, state in states.items()
        if state is not Vanishing.UNKNOWN or subject == member
    ]
    return min(known, key=_ORDER.index)
