"""Search as its users meet it: over the real index and the real light encoder."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message

from libs.adapters.embedded.index import open_index
from libs.adapters.memory.cache import open_cache
from libs.adapters.use.encoder import open_encoder
from libs.contracts.codec import source_of
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1 import members_pb2, stories_pb2, vocabulary_pb2
from libs.contracts.topics import MEMBERS, STORIES, Topic
from libs.kernel.clock import ManualClock
from libs.kernel.errors import InvalidError, NotFoundError
from libs.kernel.policy import Reader, Role
from libs.ports.encoder import Encoder
from libs.ports.index import Index
from services.search.domain.query import Query
from services.search.events import IndexPeople, IndexStories
from services.search.usecases import Legs, Names, Search, SearchPeople, Similar

OURS, THEIRS = "programme-ours", "programme-theirs"
NETWORK = vocabulary_pb2.VISIBILITY_NETWORK
READER = Reader(OURS, member_id="reader")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


class Network:
    """Stories and people in two indexes, changed by events as the log brings them."""

    def __init__(self, folder: Path, encoder: Encoder, clock: ManualClock) -> None:
        self.stories: Index = open_index(folder, "stories", dimension=encoder.dimension)
        self.people: Index = open_index(folder, "people", dimension=encoder.dimension)
        self._threads = ThreadPoolExecutor(2)
        self._sequences = itertools.count(1)
        self._clock = clock
        self._index_stories = IndexStories(self.stories, encoder)
        self._index_people = IndexPeople(self.people, encoder)
        story_legs = Legs(self.stories, encoder)
        cache = open_cache(clock=clock)
        self.search = Search(story_legs, cache, self._threads)
        people_legs = Legs(self.people, encoder)
        self.search_people = SearchPeople(Search(people_legs, cache, self._threads))
        self.similar = Similar(story_legs)
        self.names = Names(self.people)

    def close(self) -> None:
        self._threads.shutdown()
        self.stories.close()
        self.people.close()

    def tell(self, identity: str, title: str, body: str = "", **more: Any) -> int:  # noqa: ANN401
        """Let a story arrive; return its sequence."""
        programme = more.pop("programme", OURS)
        sequence = more.pop("sequence", None) or next(self._sequences)
        state = stories_pb2.Story(
            story_id=identity, title=title, body=body, **{"visibility": NETWORK, **more}
        )
        event = self._event(STORIES, identity, programme, sequence, state)
        self._index_stories([event], None)  # type: ignore[arg-type]  # writes no database rows
        return sequence

    def join(self, identity: str, name: str, *work: str, **more: Any) -> None:  # noqa: ANN401
        """Let a member arrive with initiatives."""
        state = members_pb2.Member(
            member_id=identity,
            display_name=name,
            languages=["nl"],
            organisation=members_pb2.Organisation(name=f"Organisation of {name}"),
            initiatives=[
                members_pb2.Initiative(initiative_id=f"{identity}-{n}", title=text[:20], what=text)
                for n, text in enumerate(work)
            ],
            **{"visibility": NETWORK, **more},
        )
        event = self._event(MEMBERS, identity, OURS, next(self._sequences), state)
        self._index_people([event], None)  # type: ignore[arg-type]  # writes no database rows

    def found(self, text: str, reader: Reader = READER, **more: Any) -> list[str]:  # noqa: ANN401
        return [hit.id for hit in self.search(Query(text, **more), reader=reader).hits]

    def _event(
        self, topic: Topic[Any], identity: str, programme: str, sequence: int, state: Message
    ) -> Event[Any]:
        return Event(
            topic, identity, identity, sequence, programme, source_of("ingestion"),
            self._clock.now(), state,
        )  # fmt: skip


@pytest.fixture
def network(tmp_path: Path, encoder: Encoder, clock: ManualClock) -> Iterator[Network]:
    made = Network(tmp_path, encoder, clock)
    yield made
    made.close()


@pytest.fixture
def told(network: Network) -> Network:
    network.tell(
        "eten", "Samen eten in de wijk", "Buren koken elke dinsdag voor elkaar tegen eenzaamheid.",
        language="nl", themes=["loneliness"], kind=stories_pb2.STORY_KIND_PRACTICE, stage=5,
    )  # fmt: skip
    network.tell(
        "debt", "Money advice at the surgery", "A debt adviser sits beside the family doctor.",
        language="en", themes=["debt"], kind=stories_pb2.STORY_KIND_PRACTICE,
    )  # fmt: skip
    network.tell(
        "app", "Our app for carers that nobody opened", "We built it without asking the carers.",
        language="en", themes=["informal_care"], kind=stories_pb2.STORY_KIND_FAILURE,
    )  # fmt: skip
    return network


def test_an_english_question_finds_a_dutch_story(told: Network) -> None:
    assert told.found("neighbours cooking together against loneliness")[0] == "eten"


def test_a_dutch_question_finds_an_english_story(told: Network) -> None:
    assert told.found("hulp bij schulden in de huisartsenpraktijk")[0] == "debt"


def test_a_failure_is_found_as_one(told: Network) -> None:
    assert told.found("mantelzorgers", narrowed={"kind": ["failure"]}) == ["app"]


def test_facets_count_what_was_found(told: Network) -> None:
    facets = told.search(Query("buurt"), reader=READER).facets
    assert facets["kind"] == {"practice": 2, "failure": 1}
    assert facets["language"] == {"nl": 1, "en": 2}
    assert facets["stage"] == {"5": 1}


def test_a_withdrawn_story_is_gone(told: Network) -> None:
    told.tell("debt", "", withdrawn=True)
    assert "debt" not in told.found("money advice")


def test_a_hidden_story_is_gone_for_everybody_until_it_is_restored(told: Network) -> None:
    told.tell("debt", "Money advice at the surgery", hidden=True)
    for reader in (READER, Reader(OURS, Role.OPERATOR)):
        assert "debt" not in told.found("money advice", reader)
    told.tell("debt", "Money advice at the surgery")
    assert "debt" in told.found("money advice")


def test_an_older_snapshot_never_comes_back(told: Network) -> None:
    newest = told.tell("debt", "Debt advice, told anew", language="en")
    told.tell("debt", "Money advice at the surgery", sequence=newest - 1)
    hits = told.search(Query("debt advice"), reader=READER).hits
    assert hits[0].payload["title"] == "Debt advice, told anew"


def test_two_programmes_do_not_see_each_others_private_content(told: Network) -> None:
    told.tell(
        "secret", "Stilteplan", programme=THEIRS, visibility=vocabulary_pb2.VISIBILITY_PROGRAMME
    )
    told.tell("own", "Stilteplan", programme=THEIRS, visibility=vocabulary_pb2.VISIBILITY_PRIVATE)
    told.tell("unset", "Stilteplan", programme=THEIRS, visibility=0)
    for reader in (READER, Reader(OURS, Role.COORDINATOR, "boss")):
        assert {"secret", "own", "unset"}.isdisjoint(told.found("Stilteplan", reader))
        assert told.search(Query("Stilteplan"), reader=reader).facets["programme"] == {OURS: 3}
    assert "secret" in told.found("Stilteplan", Reader(THEIRS, member_id="x"))
    assert "own" in told.found("Stilteplan", Reader(THEIRS, Role.COORDINATOR, "boss"))


def test_a_story_of_somebody_blocked_is_not_found(told: Network) -> None:
    told.tell("theirs", "Over rouw praten", contact_ids=["blocked"])
    assert "theirs" in told.found("rouw")
    reader = Reader(OURS, member_id="reader", blocked=frozenset({"blocked"}))
    assert "theirs" not in told.found("rouw", reader)
    with pytest.raises(NotFoundError):
        told.similar("theirs", limit=3, reader=reader)


def test_pages_come_from_one_ranking_even_while_stories_arrive(network: Network) -> None:
    for number in range(9):
        network.tell(f"s{number}", f"Wandelen met buren {number}", f"Ronde {number} door het park.")
    first = network.search(Query("wandelen", limit=4), reader=READER)
    network.tell("new", "Wandelen wandelen wandelen", "Wandelen.")
    second = network.search(Query("wandelen", limit=4, cursor=first.next), reader=READER)
    third = network.search(Query("wandelen", limit=4, cursor=second.next), reader=READER)
    seen = [hit.id for page in (first, second, third) for hit in page.hits]
    assert sorted(seen) == [f"s{number}" for number in range(9)]
    assert third.next == ""


def test_a_cursor_works_after_its_ranking_was_forgotten(
    network: Network, clock: ManualClock
) -> None:
    for number in range(5):
        network.tell(f"s{number}", f"Wandelen met buren {number}")
    first = network.search(Query("wandelen", limit=3), reader=READER)
    clock.advance(3600)
    second = network.search(Query("wandelen", limit=3, cursor=first.next), reader=READER)
    assert len({hit.id for hit in [*first.hits, *second.hits]}) == 5


def test_a_cursor_of_another_question_or_reader_is_refused(network: Network) -> None:
    for number in range(5):
        network.tell(f"s{number}", f"Wandelen met buren {number}")
    cursor = network.search(Query("wandelen", limit=2), reader=READER).next
    with pytest.raises(InvalidError, match="another question"):
        network.search(Query("fietsen", limit=2, cursor=cursor), reader=READER)
    with pytest.raises(InvalidError, match="another question"):
        network.search(Query("wandelen", limit=2, cursor=cursor), reader=Reader(THEIRS))


@pytest.mark.parametrize(
    "text", ["*", "a* " * 100, "/(a+)+$/", "field:secret", "de het een", "🙂🙂", '"', "(", "\\"]
)
def test_any_text_is_a_question(told: Network, text: str) -> None:
    told.search(Query(text), reader=READER)


def test_the_best_passage_of_a_long_story_is_its_highlight(network: Network) -> None:
    filler = "We hielden een lijst bij van alle vergaderingen. " * 60
    network.tell(
        "long", "Een lang verhaal", f"{filler} De vrijwilligers bakten appeltaart. {filler}"
    )
    hit = network.search(Query("appeltaart bakken"), reader=READER).hits[0]
    assert "appeltaart" in hit.highlight


def test_stories_like_one_are_found_without_itself(told: Network) -> None:
    told.tell(
        "table", "A long table in the street", "Neighbours eat together to meet.", language="en"
    )
    hits = told.similar("eten", limit=2, reader=READER).hits
    assert hits[0].id == "table"
    assert "eten" not in [hit.id for hit in hits]


def test_stories_like_one_that_does_not_exist_are_a_clear_error(told: Network) -> None:
    with pytest.raises(NotFoundError, match="no such story"):
        told.similar("nothing", limit=2, reader=READER)


def test_people_are_found_by_what_they_work_on(network: Network) -> None:
    network.join("anna", "Anna", "Een avond voor mantelzorgers van mensen met dementie")
    network.join("ben", "Ben", "Fixing bicycles with young people")
    page = network.search_people(Query("support for dementia carers"), reader=READER)
    assert page.hits[0].id == "anna"


def test_a_reader_who_looks_for_people_does_not_find_themselves(network: Network) -> None:
    network.join("reader", "Roos", "Mantelzorg")
    network.join("anna", "Anna", "Mantelzorg")
    page = network.search_people(Query("mantelzorg"), reader=READER)
    assert [hit.id for hit in page.hits] == ["anna"]
    assert page.total == 1
    by_key = network.search_people(Query("mantelzorg"), reader=Reader(OURS))
    assert {hit.id for hit in by_key.hits} == {"anna", "reader"}


def test_hidden_and_erased_people_are_not_found(network: Network) -> None:
    network.join("anna", "Anna", "Mantelzorg", visibility=vocabulary_pb2.VISIBILITY_PRIVATE)
    network.join("ben", "Ben", "Mantelzorg")
    network.join("ben", "", erased=True)
    assert network.search_people(Query("mantelzorg"), reader=READER).hits == []


def test_names_are_given_only_of_members_the_reader_may_see(network: Network) -> None:
    network.join("anna", "Anna", "Mantelzorg")
    network.join("ben", "Ben", "Mantelzorg", visibility=vocabulary_pb2.VISIBILITY_PRIVATE)
    assert network.names(["anna", "ben", "nobody"], reader=READER) == {"anna": "Anna"}
    blocked = Reader(OURS, member_id="reader", blocked=frozenset({"anna"}))
    assert network.names(["anna"], reader=blocked) == {}
