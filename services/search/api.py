"""The routes of search."""

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import AfterValidator, BaseModel, Field

from libs.kernel.policy import Reader
from libs.kernel.vocabulary import POPULATIONS, THEMES, StoryKind
from libs.web.bodies import Id, Strict, json_response
from libs.web.problems import PROBLEMS
from libs.web.reader import CurrentReader, OperatorReader
from services.search.domain.query import Query as Question
from services.search.domain.result import Found, Page
from services.search.usecases import Names, Rank, Search, SearchPeople, Similar

Text = Annotated[str, Query(min_length=1, max_length=500, description="What you look for.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Code = Annotated[str, Query(max_length=40)]


def _known(codes: Collection[str]) -> AfterValidator:
    """Return a validator that accepts these codes only."""

    def check(value: str) -> str:
        if value not in codes:
            raise ValueError(f"is not known: use one of {', '.join(sorted(codes))}")
        return value

    return AfterValidator(check)


Theme = Annotated[str, _known(THEMES)]
Population = Annotated[str, _known(POPULATIONS)]
Stage = Annotated[int, Query(ge=1, le=7)]
Cursor = Annotated[str, Query(max_length=200, description="`next` of the page before.")]


class Contact(BaseModel):
    """Somebody who can be asked about a story."""

    member_id: str
    display_name: str


class StoryHit(BaseModel):
    """A story that was found."""

    id: str
    kind: StoryKind
    title: str
    summary: str
    highlight: str
    language: str
    themes: list[str]
    populations: list[str]
    stage: int | None
    programme: str
    contacts: list[Contact]
    country: str
    year: int | None
    url: str
    score: float


class StoryHits(BaseModel):
    """One page of stories; ``next`` is empty on the last one."""

    hits: list[StoryHit]
    total: int
    facets: dict[str, dict[str, int]]
    next: str


class Work(BaseModel):
    """What a person works on."""

    id: str
    title: str
    stage: int | None
    themes: list[str]
    populations: list[str]


class PersonHit(BaseModel):
    """A person who was found, with the initiative that fits best."""

    member_id: str
    display_name: str
    organisation: str
    region: str
    initiative: Work | None
    highlight: str
    score: float


class PersonHits(BaseModel):
    """One page of people."""

    hits: list[PersonHit]
    total: int
    next: str


def routes(*, stories: Search, people: SearchPeople, similar: Similar, names: Names) -> APIRouter:
    """Return the routes over these use cases."""
    router = APIRouter(prefix="/v1/search", tags=["search"])

    @router.get("", operation_id="search", response_model=StoryHits, responses=PROBLEMS)
    def find_stories(  # noqa: PLR0917  # one parameter a facet
        reader: CurrentReader,
        q: Text,
        kind: Annotated[list[StoryKind], Query()] = [],  # noqa: B006  # FastAPI copies defaults
        theme: Annotated[list[Theme], Query()] = [],  # noqa: B006
        population: Annotated[list[Population], Query()] = [],  # noqa: B006
        stage: Annotated[list[Stage], Query()] = [],  # noqa: B006
        language: Annotated[list[Code], Query()] = [],  # noqa: B006
        programme: Annotated[list[Id], Query()] = [],  # noqa: B006
        limit: Limit = 10,
        cursor: Cursor = "",
    ) -> Response:
        """Stories of every kind, found by words and by meaning, in either language."""
        narrowed = {
            "kind": [each.value for each in kind],
            "theme": theme,
            "population": population,
            "stage": [str(each) for each in stage],
            "language": language,
            "programme": programme,
        }
        page = stories(Question(q, narrowed, limit, cursor), reader=reader)
        return json_response(_story_page(page, names, reader))

    @router.get("/people", operation_id="search_people", responses=PROBLEMS)
    def find_people(
        reader: CurrentReader, q: Text, limit: Limit = 10, cursor: Cursor = ""
    ) -> PersonHits:
        """Other people, by what they work on."""
        page = people(Question(q, {}, limit, cursor), reader=reader)
        return PersonHits(
            hits=[_person(found) for found in page.hits], total=page.total, next=page.next
        )

    @router.get(
        "/similar/{story_id}",
        operation_id="similar_stories",
        response_model=StoryHits,
        responses=PROBLEMS,
    )
    def find_similar(
        reader: CurrentReader, story_id: Annotated[Id, Path()], limit: Limit = 5
    ) -> Response:
        """Stories like this one, in either language."""
        return json_response(
            _story_page(similar(story_id, limit=limit, reader=reader), names, reader)
        )

    return router


class RankingQuestion(Strict):
    """A question of an evaluation."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    limit: Annotated[int, Field(ge=1, le=1000)]


def evaluation_routes(rank: Rank) -> APIRouter:
    """Return the route that evaluations ask; the gateway does not forward it."""
    router = APIRouter(prefix="/internal", include_in_schema=False)

    @router.post("/ranking")
    def ranking(_reader: OperatorReader, body: RankingQuestion) -> dict[str, list[str]]:
        """Return the fused ranking, and each leg alone."""
        return rank(body.text, limit=body.limit)

    return router


def _story_page(page: Page, names: Names, reader: Reader) -> dict[str, Any]:
    contacts: list[str] = []
    for found in page.hits:
        contacts += _contact_ids(found)
    known = names(contacts, reader=reader)
    return {
        "hits": [
            {
                **found.payload,
                "id": found.id,
                "highlight": found.highlight,
                "score": found.score,
                "contacts": [
                    {"member_id": identity, "display_name": known[identity]}
                    for identity in _contact_ids(found)
                    if identity in known
                ],
            }
            for found in page.hits
        ],
        "total": page.total,
        "facets": page.facets,
        "next": page.next,
    }


def _contact_ids(found: Found) -> list[str]:
    contacts = found.payload["contacts"]
    return [str(each) for each in contacts] if isinstance(contacts, list) else []


def _person(found: Found) -> PersonHit:
    payload: dict[str, Any] = dict(found.payload)
    work = payload["initiatives"]
    fitting = [each for each in work if found.passage and found.passage in each["text"]]
    best = next(iter(fitting or work), None)
    return PersonHit(
        member_id=found.id,
        display_name=payload["display_name"],
        organisation=payload["organisation"],
        region=payload["region"],
        initiative=Work(**best) if best else None,
        highlight=found.highlight,
        score=found.score,
    )
