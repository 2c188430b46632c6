"""Background jobs of ingestion."""

from dataclasses import dataclass

from services.ingestion.usecases.once import Once

FORGET_ANSWERS = "ingestion.forget_answers"


@dataclass(frozen=True, slots=True)
class ForgetAnswers:
    """Forget what was answered to idempotency keys of long ago."""

    once: Once

    def __call__(self, _argument: str) -> None:
        """Forget."""
        self.once.forget()
