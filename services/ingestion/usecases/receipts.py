"""What is told to whoever sent a submission: what became of it, and how to mend it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libs.contracts import topics
from libs.contracts.gen.kring.events.v1 import receipts_pb2 as answers
from libs.ports.database import Work
from services.ingestion.domain.outcome import Outcome, Status
from services.ingestion.usecases.outgoing import Outgoing, Snapshot
from services.ingestion.usecases.registry import Registry

ADVICE = (
    "Mend what is named here and send it again as a new event: with an id of its own, and the same"
    " external_id."
)
NEW_KEY = "Ask a coordinator of your programme for a new inbox key and sign with that."
_OWN_ID = re.compile(r"(^|\.)id$")
"""What a record of an import calls id, a submission calls external_id."""
_CHANGES = {
    Status.CREATED: answers.CHANGE_CREATED,
    Status.CHANGED: answers.CHANGE_CHANGED,
    Status.UNCHANGED: answers.CHANGE_UNCHANGED,
}
WITHDRAWAL = "withdrawal"
KEY = "key"


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a receipt answers."""

    submission_id: str
    external_id: str
    kind: str
    """Name of the content in the contract; empty when there is none."""
    unknown: tuple[str, ...] = ()
    """Fields that the contract lacks."""


def refused(to: Addressed, problems: Mapping[str, str], advice: str = ADVICE) -> answers.Receipt:
    """Return the receipt of something that was not taken over."""
    receipt = _receipt(to, answers.VERDICT_REFUSED)
    receipt.problems.extend(_remarks(problems))
    receipt.advice = advice
    return receipt


def receipt_of(to: Addressed, outcome: Outcome) -> answers.Receipt:
    """Return the receipt of what the intake made of it."""
    if outcome.status is Status.REFUSED:
        return refused(to, outcome.problems)
    receipt = _receipt(to, answers.VERDICT_ACCEPTED)
    receipt.id = outcome.id
    receipt.change = answers.CHANGE_WITHDRAWN if to.kind == WITHDRAWAL else _CHANGES[outcome.status]
    personal = {
        field: f"seems to hold personal data: {', '.join(sorted(set(kinds)))}"
        for field, kinds in outcome.personal.items()
    }
    receipt.warnings.extend(_remarks({**outcome.warnings, **personal}))
    receipt.ignored.extend(_named(name) for name in outcome.ignored)
    receipt.duplicates.extend(
        answers.Likeness(story_id=other.id, similarity=other.similarity)
        for other in outcome.duplicates
    )
    return receipt


def of_key(key_id: str, change: answers.Change) -> answers.Receipt:
    """Return what tells a programme that it got a key, or lost one."""
    verdict = answers.VERDICT_ACCEPTED
    return answers.Receipt(verdict=verdict, change=change, kind=KEY, id=key_id)


def tell(
    work: Work, registry: Registry, programme: str, receipt: answers.Receipt
) -> answers.Receipt:
    """Tell this programme alone, on its topic of receipts and its webhooks; return the receipt."""
    snapshot = Snapshot(registry.ids.new(), programme, 1, receipt)
    Outgoing(registry).emit(topics.RECEIPTS.of(programme), snapshot, work)
    return receipt


def _receipt(to: Addressed, verdict: answers.Verdict) -> answers.Receipt:
    return answers.Receipt(
        submission_id=to.submission_id,
        external_id=to.external_id,
        verdict=verdict,
        kind=to.kind,
        ignored=to.unknown,
    )


def _remarks(sentences: Mapping[str, str]) -> Iterable[answers.Remark]:
    return (answers.Remark(field=_named(field), text=text) for field, text in sentences.items())


def _named(field: str) -> str:
    return "data" if field == "record" else _OWN_ID.sub(r"\1external_id", field)
