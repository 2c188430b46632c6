"""Background jobs of ingestion."""

from dataclasses import dataclass

from services.ingestion.usecases.erasing import ResumeErasures
from services.ingestion.usecases.hooks import Deliver
from services.ingestion.usecases.inbox import Inbox
from services.ingestion.usecases.once import Once

FORGET_ANSWERS = "ingestion.forget_answers"
RESUME_ERASURES = "ingestion.resume_erasures"
CALL_WEBHOOKS = "ingestion.call_webhooks"


@dataclass(frozen=True, slots=True)
class ForgetAnswers:
    """Forget what was answered long ago, to idempotency keys and to submissions."""

    once: Once
    inbox: Inbox

    def __call__(self, _argument: str) -> None:
        """Forget."""
        self.once.forget()
        self.inbox.forget()


@dataclass(frozen=True, slots=True)
class FinishErasures:
    """Go on with erasures that a crash or an outage interrupted."""

    resume: ResumeErasures

    def __call__(self, _argument: str) -> None:
        """Go on."""
        self.resume()


@dataclass(frozen=True, slots=True)
class CallWebhooks:
    """Post to webhooks what is due."""

    deliver: Deliver

    def __call__(self, _argument: str) -> None:
        """Post."""
        self.deliver()
