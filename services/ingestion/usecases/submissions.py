"""The contents of submissions, each taken over by the same intake as from the API and a file."""

from dataclasses import dataclass, replace

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission, SubmittedNeed, Withdrawal
from libs.kernel.errors import AppError, InvalidError
from libs.kernel.policy import Reader, Role
from libs.ports.database import Work
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.formats import RecordKind
from services.ingestion.domain.identity import external
from services.ingestion.domain.initiative import Initiative, read_initiative
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.member import Member
from services.ingestion.domain.outcome import Outcome, Status
from services.ingestion.domain.programme import Programme
from services.ingestion.ports.record import LanguageDetector
from services.ingestion.usecases.analysis import Analyst
from services.ingestion.usecases.importing import Importer
from services.ingestion.usecases.member_intake import MemberDraft, MemberIntake
from services.ingestion.usecases.registry import Registry
from services.ingestion.usecases.story_intake import MEND

_ELLIPSIS = "…"
_LONGEST_TITLE = 80
_UNKNOWN_MEMBER = "must be the external_id of a member who was sent before"
_UNKNOWN_THING = "is of nothing that was sent before"
_NO_CONTENT = "must hold one of story, member, initiative, need and withdrawal"


@dataclass(frozen=True)
class TakeSubmission:
    """Another programme sends something; it acts with the rights of its coordinators."""

    registry: Registry
    analyst: Analyst
    detector: LanguageDetector

    def __call__(self, work: Work, submission: Submission, programme: Programme) -> Outcome:
        """Return what became of it; what breaks a rule is refused, with all problems by field."""
        reader = Reader(programme=programme.id, role=Role.COORDINATOR)
        parts = Parts(self.registry, self.detector)
        content = submission.WhichOneof("content")
        try:
            match content:
                case "initiative":
                    record = _initiative_record(submission)
                    return parts.take(work, record, programme, reader)
                case "need":
                    return parts.take(work, _need_record(submission), programme, reader)
                case "withdrawal":
                    named = submission.external_id
                    return parts.withdraw(work, named, submission.withdrawal, programme, reader)
                case None:
                    raise InvalidError(MEND, fields={"data": _NO_CONTENT})
                case _:
                    kind = RecordKind.STORIES if content == "story" else RecordKind.MEMBERS
                    importer = Importer(self.registry, self.detector, self.analyst)
                    record = _record(submission, content)
                    return importer(work, kind, record, programme.id, reader)
        except AppError as error:
            problems = error.fields or {"record": error.detail}
            if content == "need" and "need" in problems:  # what it became calls its text so
                problems["text"] = problems.pop("need")
            return Outcome(Status.REFUSED, problems=problems)


@dataclass(frozen=True)
class Parts:
    """Initiatives that are sent by themselves: each is a part of its member's state."""

    registry: Registry
    detector: LanguageDetector

    def take(
        self, work: Work, record: dict[str, object], programme: Programme, reader: Reader
    ) -> Outcome:
        """Return what became of the initiative in a record, which names its member."""
        fields = Fields(record, lenient=True)
        external_id = fields.line("id", required=True)
        kept = self._member(work, fields.line("member", required=True), programme)
        if kept is None:
            fields.refuse("member", _UNKNOWN_MEMBER)
        known = _one(kept, external_id)
        identity = known.id if known else self.registry.ids.new()
        now = self.registry.clock.now()
        initiative = read_initiative(fields, initiative_id=identity, now=now)
        if fields.problems or kept is None:
            raise InvalidError(MEND, fields=fields.problems)
        others = [item for item in kept.state.initiatives if item is not known]
        outcome = self._keep(work, kept, [*others, initiative], fields, programme, reader)
        is_new = known is None and outcome.status is Status.CHANGED
        return replace(outcome, id=identity, status=Status.CREATED if is_new else outcome.status)

    def withdraw(
        self, work: Work, external_id: str, what: Withdrawal, programme: Programme, reader: Reader
    ) -> Outcome:
        """Return what became of taking something out; what is gone already stays so."""
        if what.kind == "story":
            return self._withdraw_story(work, external_id, programme)
        if what.kind not in {"initiative", "need"}:
            raise InvalidError(MEND, fields={"kind": "must be one of story, initiative, need"})
        kept = self._member(work, what.member, programme)
        if kept is None:
            raise InvalidError(MEND, fields={"member": _UNKNOWN_MEMBER})
        known = _one(kept, external_id)
        if known is None:
            raise InvalidError(MEND, fields={"id": _UNKNOWN_THING})
        others = [item for item in kept.state.initiatives if item is not known]
        outcome = self._keep(work, kept, others, Fields({}), programme, reader)
        return replace(outcome, id=known.id)

    def _withdraw_story(self, work: Work, external_id: str, programme: Programme) -> Outcome:
        stores = self.registry.stores
        digest = external(programme.id, RecordKind.STORIES, external_id)
        known = stores.identities.get(work, digest)
        if known is None:
            raise InvalidError(MEND, fields={"id": _UNKNOWN_THING})
        kept = stores.stories.get(work, known.id)
        if kept is not None:
            self.registry.withdraw_story(work, kept)
        return Outcome(Status.CHANGED, id=known.id)

    def _keep(
        self,
        work: Work,
        kept: Kept[Member],
        initiatives: list[Initiative],
        fields: Fields,
        programme: Programme,
        reader: Reader,
    ) -> Outcome:
        member = replace(kept.state, initiatives=tuple(initiatives))
        draft = MemberDraft(member, fields, programme, kept)
        return MemberIntake(self.registry, self.detector)(work, draft, reader)

    def _member(self, work: Work, reference: str, programme: Programme) -> Kept[Member] | None:
        stores = self.registry.stores
        digest = external(programme.id, RecordKind.MEMBERS, reference)
        known = stores.identities.get(work, digest)
        return stores.members.get(work, known.id) if known else None


def _one(kept: Kept[Member] | None, external_id: str) -> Initiative | None:
    initiatives = kept.state.initiatives if kept else ()
    found = (item for item in initiatives if external_id and item.external_id == external_id)
    return next(found, None)


def _record(submission: Submission, content: str) -> dict[str, object]:
    """Return a story or a member as a record of our import format."""
    if content == "story":
        return {**_fields(submission.story), "id": submission.external_id}
    record = _fields(submission.member)
    name, side = record.pop("organisation", None), record.pop("side", None)
    if name or side:
        record["organisation"] = {"name": name, "side": side}
    if submission.member.initiatives:  # none says nothing: they may be sent by themselves
        initiatives = submission.member.initiatives
        record["initiatives"] = [_with_id(each, each.external_id) for each in initiatives]
    return {**record, "id": submission.external_id}


def _initiative_record(submission: Submission) -> dict[str, object]:
    return _with_id(submission.initiative, submission.external_id)


def _with_id(message: Message, external_id: str) -> dict[str, object]:
    """Return the fields of an initiative, with its id as a record names it."""
    record = _fields(message)
    record.pop("external_id", None)
    return {**record, "id": external_id}


def _need_record(submission: Submission) -> dict[str, object]:
    """Return the initiative that asks for it; raises ``InvalidError`` without a text."""
    need: SubmittedNeed = submission.need
    if not need.text.strip():
        raise InvalidError(MEND, fields={"text": "must not be empty"})
    record = _fields(need)
    record["need"] = record.pop("text")
    return {**record, "title": need.title or _beginning(need.text), "id": submission.external_id}


def _beginning(text: str) -> str:
    """Return the first line, cut between words so that it is a title."""
    line = next(line.strip() for line in text.splitlines() if line.strip())
    if len(line) <= _LONGEST_TITLE:
        return line
    kept = line[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip()
    return f"{kept}{_ELLIPSIS}"


def _fields(message: Message) -> dict[str, object]:
    return MessageToDict(message, preserving_proto_field_name=True)
