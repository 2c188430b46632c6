"""One effect per idempotency key, however often and however fast it is sent."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from libs.kernel.errors import InvalidError
from libs.kernel.policy import Reader
from libs.ports.database import Work
from services.ingestion.domain.identity import fingerprint
from services.ingestion.domain.kept import Answer
from services.ingestion.domain.outcome import Duplicate, Outcome, Status
from services.ingestion.usecases.registry import Registry

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request with its idempotency key, which may be empty, and a digest of what it asks."""

    key: str
    request_digest: str


@dataclass(frozen=True)
class Once:
    """Does something in one transaction, unless the same attempt was answered before."""

    registry: Registry

    def __call__(
        self, attempt: Attempt, reader: Reader, do: Callable[[Work], Sequence[Outcome]]
    ) -> Sequence[Outcome]:
        """Return what ``do`` returns, now or the first time.

        Raises ``InvalidError`` when the key was used for another request.
        """
        answers = self.registry.stores.answers
        key = fingerprint([reader.programme, reader.role, reader.member_id, attempt.key])
        with self.registry.database.write() as work:
            if not attempt.key:
                return do(work)
            before = answers.get(work, key)
            if before is None:
                outcomes = do(work)
                answer = Answer(attempt.request_digest, _written(outcomes))
                answers.put(work, key, answer, self.registry.clock.now())
                return outcomes
            if before.request_digest != attempt.request_digest:
                raise InvalidError("This Idempotency-Key was used for another request already.")
            return _read(before.content)

    def forget(self) -> None:
        """Forget the answers of more than a day ago."""
        with self.registry.database.write() as work:
            oldest = self.registry.clock.now() - KEPT
            self.registry.stores.answers.prune(work, older_than=oldest)


def _written(outcomes: Sequence[Outcome]) -> str:
    return json.dumps([asdict(outcome) for outcome in outcomes])


def _read(content: str) -> list[Outcome]:
    return [
        Outcome(
            **item
            | {
                "status": Status(item["status"]),
                "duplicates": tuple(Duplicate(**other) for other in item["duplicates"]),
                "ignored": tuple(item["ignored"]),
            }
        )
        for item in json.loads(content)
    ]
