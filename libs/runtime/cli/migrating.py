"""Bringing databases and topics up to date before anything of a new version starts."""

from collections.abc import Sequence

from libs.contracts.topics import TOPICS
from libs.runtime.cli.letters import opened
from libs.runtime.settings import Settings


def migrate(settings: Settings, services: Sequence[str]) -> list[str]:
    """Bring the schema of each service's database up to date; return their names.

    Opening a database does it, as every process does when it starts. Only one process at a time
    changes a schema, the others wait; what is up to date is only read. The data keys of members
    are wrapped anew if their key was changed. Topics that are new are made: a process of the older
    version, which may pass on what a newer one writes, would make them without compaction.
    """
    with opened(settings) as wiring:
        for name in services:
            wiring.database(name)
        wiring.vault()
        wiring.bus().prepare(sorted(TOPICS))
    return list(services)
