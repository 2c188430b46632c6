"""Routes of moderation: reporting a story, deciding about it, appealing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, StringConstraints

from libs.kernel.vocabulary import ReportReason
from libs.web.bodies import Id, Strict
from libs.web.problems import PROBLEMS, problems
from libs.web.reader import CoordinatorReader, CurrentReader
from services.ingestion.api.headers import CHANGING, IfMatch, expected
from services.ingestion.domain.moderation import MOST_WORDS, Case, Decision, State
from services.ingestion.usecases.moderation import (
    Appeal,
    Decide,
    ListCases,
    ListOwnCases,
    ReportStory,
    ShownCase,
)

Words = Annotated[str, StringConstraints(max_length=MOST_WORDS)]
Told = Annotated[str, StringConstraints(min_length=1, max_length=MOST_WORDS)]


class NewReport(Strict):
    """Why a story should not be there; its author never reads who says so."""

    reason: ReportReason
    explanation: Words = ""


class DecisionBody(Strict):
    """Why. The author reads it, but for a dismissal; hiding needs a reason too."""

    reason: ReportReason | None = None
    explanation: Words = ""


class AppealBody(Strict):
    """What the author says to it."""

    explanation: Told


class ReportAnswer(BaseModel):
    """What somebody reports; moderators read it without the name."""

    model_config = ConfigDict(from_attributes=True)

    reason: ReportReason
    explanation: str
    at: datetime


class StateAnswer(BaseModel):
    """How the case of a story stands."""

    story_id: str
    state: State


class CaseAnswer(StateAnswer):
    """A case; ``sequence`` is the story's, for ``If-Match``, and ``decisions`` what you may do."""

    title: str
    summary: str
    changed_at: datetime
    reason: ReportReason | None
    explanation: str
    appeal: str
    may_appeal: bool
    reports: list[ReportAnswer]
    decisions: list[Decision]
    sequence: int


class CaseList(BaseModel):
    """A page of cases."""

    cases: list[CaseAnswer]
    next: str


class OwnCaseList(BaseModel):
    """The reader's own stories that are hidden."""

    cases: list[CaseAnswer]


@dataclass(frozen=True)
class ModerationCases:
    """What can be done about stories that should not be there."""

    report: ReportStory
    list: ListCases
    own: ListOwnCases
    decide: Decide
    appeal: Appeal


def moderation_routes(cases: ModerationCases) -> APIRouter:
    """Return the routes of /v1/moderation."""
    router = APIRouter(prefix="/v1/moderation", tags=["moderation"])

    @router.get("", operation_id="list_cases", responses=PROBLEMS)
    def find(
        reader: CoordinatorReader,
        hidden: Annotated[bool, Query(description="What is hidden, not what waits.")] = False,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[str, Query(max_length=100)] = "",
    ) -> CaseList:
        """Return the reports and appeals of your programme that wait, or what is hidden."""
        page = cases.list(reader, is_hidden=hidden, limit=limit, cursor=cursor)
        return CaseList(cases=[_shown(each) for each in page.items], next=page.cursor)

    @router.get("/own", operation_id="list_own_cases", responses=PROBLEMS)
    def own(reader: CurrentReader) -> OwnCaseList:
        """Return your own stories that are hidden, and why."""
        return OwnCaseList(cases=[_shown(each) for each in cases.own(reader)])

    @router.post(
        "/{story_id}/reports",
        operation_id="report_story",
        status_code=204,
        responses=problems(400, 409, 415),
    )
    def report(reader: CurrentReader, story_id: Id, body: NewReport) -> None:
        """Say that a story should not be there; a coordinator of its programme looks at it."""
        cases.report(story_id, reader, body.reason, body.explanation)

    @router.post("/{story_id}/appeal", operation_id="appeal", responses=problems(400, 409, 415))
    def appeal(reader: CurrentReader, story_id: Id, body: AppealBody) -> StateAnswer:
        """Ask, as the author, for another look at a hidden story, once."""
        return _state(cases.appeal(story_id, reader, body.explanation))

    @router.post("/{story_id}/{decision}", operation_id="decide", responses=CHANGING)
    def decide(
        reader: CoordinatorReader,
        story_id: Id,
        decision: Decision,
        body: DecisionBody,
        if_match: IfMatch = "",
    ) -> StateAnswer:
        """Decide: hide or dismiss what was reported, uphold or restore what was appealed."""
        return _state(
            cases.decide(
                story_id,
                decision,
                reader,
                expected(if_match),
                reason=body.reason,
                explanation=body.explanation,
            )
        )

    return router


def _state(case: Case) -> StateAnswer:
    return StateAnswer(story_id=case.story_id, state=case.state)


def _shown(shown: ShownCase) -> CaseAnswer:
    case, story = shown.case, shown.story.state
    return CaseAnswer(
        story_id=case.story_id,
        state=case.state,
        title=story.title,
        summary=story.summary,
        changed_at=case.changed_at,
        reason=case.reason,
        explanation=case.explanation,
        appeal=case.appeal,
        may_appeal=case.state is State.HIDDEN,
        reports=[ReportAnswer.model_validate(report) for report in shown.reports],
        decisions=list(shown.decisions),
        sequence=shown.story.sequence,
    )
