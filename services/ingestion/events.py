"""What arrives on the inbox."""

from dataclasses import dataclass

from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.ports.database import Work
from services.ingestion.usecases.batches import TakeSubmission


@dataclass(frozen=True, slots=True)
class OnSubmission:
    """Take over what another programme sent; what is refused goes to the dead letters."""

    take: TakeSubmission

    def __call__(self, event: Event[Submission], work: Work) -> None:
        """Take one submission."""
        self.take(event.state, event.programme, work)
