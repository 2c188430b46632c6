"""How many notifications wait though they are due, and for how long."""

from dataclasses import dataclass

from libs.kernel.clock import Clock
from libs.kernel.metrics import DELIVERIES_AGE, DELIVERIES_DUE
from libs.ports.database import Database
from libs.ports.telemetry import Telemetry
from services.notification.ports import Deliveries


@dataclass(frozen=True, slots=True)
class MeasureDue:
    """Tell operators what the workers have not done yet."""

    database: Database
    deliveries: Deliveries
    telemetry: Telemetry
    clock: Clock

    def __call__(self) -> None:
        """Do it once."""
        now = self.clock.now().timestamp()
        with self.database.read() as work:
            number, since = self.deliveries.overdue(work, now=now)
        self.telemetry.gauge(DELIVERIES_DUE, number, channel="mail")
        self.telemetry.gauge(DELIVERIES_AGE, now - since, channel="mail")
