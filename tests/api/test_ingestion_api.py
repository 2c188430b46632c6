"""Ingestion over HTTP, on real embedded adapters."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.ingestion import Api, open_api

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids

ABSENT = "01900000-0000-7000-8000-0000000000ff"


@pytest.fixture
def api(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Api]:
    with open_api(tmp_path, clock, ids) as opened:
        yield opened


STORY = {
    "title": "Zes avonden aan de keukentafel",
    "summary": "Mantelzorgers eten samen terwijl hun partner ernaast ook een goede avond heeft.",
    "body": "Wij begonnen in februari met acht mantelzorgers uit de buurt van het dorpshuis.",
    "stage": None,
}
ME, OTHER, HEAD = "member of samen", "other of samen", "coordinator of samen"
STRANGER, STRANGE_HEAD = "member of buurtkracht", "coordinator of buurtkracht"

Post = Callable[..., str]


@pytest.fixture
def post(api: Api) -> Post:
    def post_story(who: str = ME, **changes: object) -> str:
        answer = api.call(who, "POST", "/v1/stories", {**STORY, **changes})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return post_story


def test_a_told_story_is_kept_and_sent_out_whole(api: Api) -> None:
    answer = api.call(ME, "POST", "/v1/stories", STORY)
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/stories/{told['id']}"
    assert answer.headers["etag"] == '"1"'
    assert (told["language"], told["status"], told["duplicates"]) == ("nl", "created", [])
    event = api.events()[-1]
    assert (event.subject, event.sequence) == (f"story/{told['id']}", 1)
    assert event.state.title == STORY["title"]
    assert event.state.owner_id == api.readers[ME].member_id
