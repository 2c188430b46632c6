"""The routes of matchmaking: recommendations and introductions."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from libs.web.bodies import Id, Strict
from libs.web.problems import PROBLEMS, problems
from libs.web.reader import CurrentReader, OperatorReader
from libs.web.remembered import Remembered
from services.matchmaking.domain.introduction import MESSAGE_LENGTH, Answer, State
from services.matchmaking.domain.score import Part
from services.matchmaking.usecases.introductions import Ask, Look, LookThrough, Reply, View
from services.matchmaking.usecases.neighbourhood import Rank
from services.matchmaking.usecases.suggest import Suggest, Suggestion


class InitiativeBody(BaseModel):
    """What the recommended person works on."""

    id: str
    title: str
    stage: int | None


class RecommendationBody(BaseModel):
    """One recommended person, and why."""

    member_id: str
    display_name: str
    organisation: str
    region: str
    part: Part
    score: float
    reason: str
    initiative: InitiativeBody
    own_initiative_id: str


class RecommendationsBody(BaseModel):
    """A slate, best first; an empty place is better than a bad match."""

    recommendations: list[RecommendationBody]


class Question(Strict):
    """A question to a member, in one's own words."""

    member_id: Id
    message: Annotated[str, Field(min_length=1, max_length=MESSAGE_LENGTH)]


class AnswerBody(Strict):
    """What the asked member says."""

    answer: Answer


class OtherBody(BaseModel):
    """The other member, as the reader may know them."""

    id: str
    display_name: str
    organisation: str


class ContactBody(BaseModel):
    """How to reach the other."""

    email: str
    phone: str
    full_name: str


class IntroductionBody(BaseModel):
    """An introduction; ``contact`` is there once both agreed."""

    id: str
    role: Annotated[str, Field(pattern="^(asker|asked)$")]
    member: OtherBody
    message: str
    state: State
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    contact: ContactBody | None


class IntroductionsBody(BaseModel):
    """One page of introductions; ``next`` is empty on the last one."""

    introductions: list[IntroductionBody]
    next: str


def recommendation_routes(suggest: Suggest, remembered: Remembered) -> APIRouter:
    """Return the route of slates."""
    router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"])

    @router.get(
        "",
        operation_id="recommendations",
        response_model=RecommendationsBody,
        responses=PROBLEMS,
    )
    def recommendations(
        reader: CurrentReader,
        member: Annotated[Id | None, Query(description="For ambassadors: whose.")] = None,
    ) -> Response:
        """People working on something similar, each with the reason."""

        def answer() -> dict[str, object]:
            found = suggest(reader=reader, member_id=member or "")
            return {"recommendations": [_recommendation(one) for one in found]}

        return remembered(("recommendations", reader, member), answer)

    return router


def introduction_routes(
    *, ask: Ask, reply: Reply, look: Look, look_through: LookThrough
) -> APIRouter:
    """Return the routes of introductions."""
    router = APIRouter(prefix="/v1/introductions", tags=["introductions"])

    @router.post("", operation_id="ask_introduction", status_code=201, responses=problems(409))
    def ask_introduction(reader: CurrentReader, body: Question) -> IntroductionBody:
        """Ask a member for an introduction."""
        return _introduction(ask(body.member_id, body.message, reader=reader))

    @router.get("", operation_id="introductions", responses=PROBLEMS)
    def introductions(
        reader: CurrentReader,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[Id | None, Query(description="`next` of the page before.")] = None,
    ) -> IntroductionsBody:
        """My introductions, as asker and as asked, newest first."""
        views, following = look_through(reader=reader, limit=limit, before=cursor or "")
        return IntroductionsBody(
            introductions=[_introduction(view) for view in views], next=following
        )

    @router.get("/{introduction_id}", operation_id="introduction", responses=PROBLEMS)
    def introduction(reader: CurrentReader, introduction_id: Id) -> IntroductionBody:
        """One of my introductions."""
        return _introduction(look(introduction_id, reader=reader))

    @router.post(
        "/{introduction_id}/answer", operation_id="answer_introduction", responses=problems(409)
    )
    def answer_introduction(
        reader: CurrentReader, introduction_id: Id, body: AnswerBody
    ) -> IntroductionBody:
        """Answer: yes, not now, pause me three months, or block."""
        return _introduction(reply(introduction_id, body.answer, reader=reader))

    return router


class RankingQuestion(Strict):
    """A question of an evaluation."""

    text: Annotated[str, Field(min_length=1, max_length=50_000)]
    country: Annotated[str, Field(max_length=2)] = ""
    limit: Annotated[int, Field(ge=1, le=2000)]


def evaluation_routes(rank: Rank) -> APIRouter:
    """Return the route that evaluations ask; the gateway does not forward it."""
    router = APIRouter(prefix="/internal", include_in_schema=False)

    @router.post("/ranking")
    def ranking(_reader: OperatorReader, body: RankingQuestion) -> dict[str, list[str]]:
        """Return members ranked by one text, and by each leg alone."""
        return rank(body.text, country=body.country, limit=body.limit)

    return router


def _recommendation(suggestion: Suggestion) -> dict[str, object]:
    match, other = suggestion.match, suggestion.other
    return {
        "member_id": other.member_id,
        "display_name": other.display_name,
        "organisation": other.organisation,
        "region": other.region,
        "part": match.part.value,
        "score": round(match.score, 2),
        "reason": suggestion.reason,
        "initiative": {
            "id": suggestion.initiative.id,
            "title": suggestion.initiative.title,
            "stage": suggestion.initiative.stage or None,
        },
        "own_initiative_id": match.own_initiative_id,
    }


def _introduction(view: View) -> IntroductionBody:
    introduction, other, contact = view.introduction, view.other, view.contact
    return IntroductionBody(
        id=introduction.id,
        role="asker" if view.is_asker else "asked",
        member=OtherBody(
            id=view.other_id,
            display_name=other.display_name if other else "",
            organisation=other.organisation if other else "",
        ),
        message=introduction.message,
        state=view.state,
        asked_at=_moment(introduction.asked_at),
        expires_at=_moment(introduction.expires_at),
        answered_at=None if view.answered_at is None else _moment(view.answered_at),
        contact=ContactBody(email=contact.email, phone=contact.phone, full_name=contact.full_name)
        if contact
        else None,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
