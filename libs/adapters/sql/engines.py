"""The ways into one database, whatever engine it has."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa


class Lead(Protocol):
    """Who publishes: one of all processes that share a database."""

    def holds(self) -> bool:
        """Tell whether it is this one, and become it if nobody else is.

        It stays so until it is given up, the process ends, or it does not ask for half a minute.
        Raises the driver's errors.
        """
        ...

    def give_up(self) -> None:
        """Let another one take over at once."""
        ...


@dataclass(frozen=True, slots=True)
class Engines:
    """The way in for those who write and for those who only read."""

    writer: sa.Engine
    reader: sa.Engine
    watching: sa.Engine
    """For single questions asked of the driver itself, which opens no transaction for them."""
    lead: Lead
    compact: Callable[[sa.Engine], bool]
    """Overwrites what was deleted, as far as the engine can; False while a reader is in the way."""
    rewrite: Callable[[sa.Engine, Sequence[str]], bool]
    """Overwrites what was deleted from these tables, whatever it costs; False as above."""
    look: Callable[[sa.Connection], None]
    """Raises an error when the service may not do what it needs to do."""
    unheard_seconds: float = math.inf
    """How long what another process committed may stay unnoticed."""

    def checkpoint(self) -> bool:
        """Let what was deleted vanish from the files; tell whether nobody was in the way."""
        return self.compact(self.writer)

    def shred(self, *tables: str) -> bool:
        """Leave nothing of what was deleted from these tables; tell whether nobody was in the way.

        Others wait for the tables meanwhile.
        """
        return self.rewrite(self.writer, tables)

    def dispose(self) -> None:
        """Close all connections."""
        self.lead.give_up()
        self.writer.dispose()
        self.reader.dispose()
