"""Routes of stories."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from libs.kernel.vocabulary import StoryKind
from libs.web.bodies import Id, json_response
from libs.web.problems import PROBLEMS
from libs.web.reader import CurrentReader
from libs.web.remembered import Remembered
from services.ingestion.api.answers import StoryAnswer, StoryList, WrittenAnswer, story, written
from services.ingestion.api.bodies import NewStory, StoryChange, given
from services.ingestion.api.headers import (
    CHANGING,
    CREATING,
    IdempotencyKey,
    IfMatch,
    attempt,
    expected,
    tag,
)
from services.ingestion.usecases.stories import (
    ChangeStory,
    CreateStory,
    ListStories,
    ReadStory,
    StoryFilter,
    WithdrawStory,
)


@dataclass(frozen=True)
class StoryCases:
    """What can be done with stories."""

    create: CreateStory
    change: ChangeStory
    withdraw: WithdrawStory
    read: ReadStory
    list: ListStories


def story_routes(cases: StoryCases, remembered: Remembered) -> APIRouter:
    """Return the routes of /v1/stories."""
    router = APIRouter(prefix="/v1/stories", tags=["stories"])

    @router.post("", operation_id="create_story", status_code=201, responses=CREATING)
    def create(
        reader: CurrentReader, body: NewStory, response: Response, key: IdempotencyKey = ""
    ) -> WrittenAnswer:
        """Share a story. The answer names similar stories and personal data in the text."""
        record = given(body)
        outcome = cases.create(record, reader, attempt("create_story", key, record))
        response.headers["location"] = f"/v1/stories/{outcome.id}"
        tag(response, outcome.sequence)
        return written(outcome)

    @router.get("", operation_id="list_stories", response_model=StoryList, responses=PROBLEMS)
    def find(
        reader: CurrentReader,
        kind: StoryKind | None = None,
        programme: Annotated[str, Query(max_length=100, description="Id or slug.")] = "",
        owner: Id | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[str, Query(max_length=100)] = "",
    ) -> Response:
        """Return the stories that the reader may see, newest first."""
        wanted = StoryFilter(kind, programme, owner or "")

        def answer() -> dict[str, object]:
            page = cases.list(wanted, reader, limit=limit, cursor=cursor)
            return {"stories": [story(shown) for shown in page.items], "next": page.cursor}

        return remembered(("stories", reader, wanted, limit, cursor), answer)

    @router.get(
        "/{story_id}", operation_id="read_story", response_model=StoryAnswer, responses=PROBLEMS
    )
    def read(reader: CurrentReader, story_id: Id) -> Response:
        """Return one story."""
        shown = cases.read(story_id, reader)
        response = json_response(story(shown))
        tag(response, shown.kept.sequence)
        return response

    @router.patch("/{story_id}", operation_id="change_story", responses=CHANGING)
    def change(
        reader: CurrentReader,
        story_id: Id,
        body: StoryChange,
        response: Response,
        if_match: IfMatch = "",
    ) -> WrittenAnswer:
        """Change some fields of a story."""
        outcome = cases.change(story_id, given(body), reader, expected(if_match))
        tag(response, outcome.sequence)
        return written(outcome)

    @router.delete(
        "/{story_id}", operation_id="withdraw_story", status_code=204, responses=CHANGING
    )
    def withdraw(reader: CurrentReader, story_id: Id, if_match: IfMatch = "") -> None:
        """Take a story out of the network, for good."""
        cases.withdraw(story_id, reader, expected(if_match))

    return router
