"""What arrives on the log."""

from dataclasses import dataclass

from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.ports.database import Work
from services.ingestion.domain.inbox import KEPT
from services.ingestion.usecases.inbox import Inbox


@dataclass(frozen=True, slots=True)
class OnSubmission:
    """Take over what another programme sent and answer it; what is forged is buried."""

    inbox: Inbox

    def __call__(self, event: Event[Submission], work: Work) -> None:
        """Take one submission; the log may have kept it as long as it keeps anything."""
        self.inbox(event, work, oldest=KEPT)
