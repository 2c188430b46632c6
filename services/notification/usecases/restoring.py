"""After the database was restored from a backup: outcomes go on above everything told since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.contracts.envelope import Event
from libs.contracts.topics import Topic
from libs.ports.database import Database
from services.notification.ports import Deliveries


@dataclass(frozen=True, slots=True)
class AfterRestore:
    """Lifts the outcomes of deliveries over the log; what was mailed since was mailed."""

    database: Database
    deliveries: Deliveries

    @property
    def topics(self) -> Sequence[Topic[Any]]:
        """Return no topic: an outcome that the log has and the database lacks is true."""
        return ()

    def check(self) -> None:
        """Do nothing: all that matters stands in the database."""

    def lift(self, floor: int) -> Mapping[str, int]:
        """Lift everything."""
        with self.database.write() as work:
            return {"lifted": self.deliveries.lift(work, floor)}

    def hear(self, _events: Sequence[Event[Any]], _floor: int) -> Mapping[str, int]:
        """Do nothing."""
        return {}

    def tell(self) -> Mapping[str, int]:
        """Tell nothing: nobody builds on outcomes, and the next one of a mail is above the log."""
        return {}
