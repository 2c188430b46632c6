"""Slates as they come and go: from the members' topic to what a reader sees."""

from typing import Any

import pytest
from harness.matchmaking import (
    BICYCLES,
    COORDINATOR,
    CROSS_LINE,
    EVENINGS,
    EVENINGS_EN,
    MATCHING,
    OURS,
    THEIRS,
    World,
    encoder,
    id_of,
    initiative,
    member,
    reader,
)
from harness.notification import HandTasks
from typing_extensions import override

from libs.contracts.gen.kring.events.v1 import matches_pb2 as matches
from libs.contracts.gen.kring.events.v1 import members_pb2 as members
from libs.contracts.gen.kring.events.v1 import vocabulary_pb2 as vocabulary
from libs.kernel.errors import InvalidError, NotFoundError, RetryableError
from libs.kernel.policy import Reader, Role
from services.matchmaking.adapters.sql import sql_store
from services.matchmaking.domain.exposure import DAY, REST, WEEK
from services.matchmaking.domain.fusion import Leg
from services.matchmaking.tasks import Refresh
from services.matchmaking.usecases.neighbourhood import Neighbourhood, Rank
from services.matchmaking.usecases.refresh import RefreshSlates
from services.matchmaking.usecases.suggest import Suggest, Suggestion
from services.matchmaking.usecases.upkeep import DrawBackground
from services.matchmaking.usecases.wake import Wake


def shown(world: World, who: str = "anna", *, by: Reader | None = None) -> list[Suggestion]:
    suggest = Suggest(sql_store(), world.database, world.clock)
    return suggest(reader=by or reader(who), member_id=id_of(who) if by else "")


def names(world: World, who: str = "anna", *, by: Reader | None = None) -> list[str]:
    return [each.other.display_name for each in shown(world, who, by=by)]


@pytest.fixture
def pair(world: World) -> World:
    world.member("anna")
    world.member("bram")
    world.run()
    return world


def test_two_who_do_the_same_are_recommended_to_each_other_and_told_why(world: World) -> None:
    world.member("anna")
    world.member(
        "greet",
        what=EVENINGS_EN,
        programme=THEIRS,
        languages=["en"],
        initiatives=[initiative("greet", EVENINGS_EN, language="en", title="Carers' evenings")],
    )
    world.member("hugo", what=BICYCLES)
    world.run()
    (greet,) = shown(world, "anna")
    assert "Greet werkt aan iets dat lijkt op jouw ‘Werk van Anna’" in greet.reason
    assert f"(in het Engels): “{EVENINGS_EN}”" in greet.reason
    (anna,) = shown(world, by=reader("greet", programme=THEIRS, language="en"), who="greet")
    assert anna.other.display_name == "Anna"
    assert "You both work for informal carers, on dementia." in anna.reason
    assert anna.match.value == pytest.approx(greet.match.value)
    assert names(world, "hugo") == []


def test_a_slate_is_published_once_and_again_only_when_it_changes(pair: World) -> None:
    (first,) = pair.slates("anna")
    (recommended,) = first.recommendations
    assert recommended.member_id == id_of("bram")
    assert recommended.part == matches.PART_PEER
    assert recommended.own_initiative_id == id_of("work of anna")
    assert "Jullie werken allebei voor mantelzorgers" in recommended.reason
    pair.run(after=2 * DAY)
    pair.member("bram", region="Twente")
    pair.run()
    assert len(pair.slates("anna")) == 1
    pair.member("cas")
    pair.run()
    assert [len(slate.recommendations) for slate in pair.slates("anna")] == [1, 2]
    events = [event for event in pair.published() if event.aggregate_id == id_of("anna")]
    assert [event.sequence for event in events] == [1, 2]


def test_an_empty_first_slate_is_no_news(world: World) -> None:
    world.member("anna")
    world.run()
    assert world.slates("anna") == []


def test_three_texts_are_enough_to_be_met(world: World) -> None:
    bare: dict[str, Any] = {"themes": [], "populations": [], "stage": 0, "title": ""}
    for name in ("anna", "bram"):
        world.member(name, initiatives=[initiative(name, struggle="Niemand past op.", **bare)])
    world.run()
    (found,) = shown(world)
    assert found.reason.startswith("Bram werkt aan iets dat lijkt op jouw werk.")


def test_the_best_pair_of_several_initiatives_counts(world: World) -> None:
    world.member("anna", initiatives=[initiative("a1", BICYCLES), initiative("a2")])
    world.member("bram", initiatives=[initiative("b1"), initiative("b2", "Wij bakken brood.")])
    world.run()
    (found,) = shown(world)
    assert found.match.own_initiative_id == id_of("work of a2")
    assert found.match.initiative_id == id_of("work of b1")


@pytest.mark.parametrize(
    "changes",
    [
        {"consents": []},
        {"capacity": 0},
        {"visibility": vocabulary.VISIBILITY_PRIVATE},
        {"visibility": vocabulary.VISIBILITY_UNSPECIFIED},
        {"blocked_ids": [id_of("anna")]},
        {"organisation": members.Organisation(name="huis  van anna")},
        {"contact": members.Contact(email="Anna@example.org")},
        {"kind": members.MEMBER_KIND_LIVED_EXPERIENCE, "consents": [MATCHING, CROSS_LINE]},
        {"initiatives": []},
    ],
    ids=str,
)
def test_a_change_takes_effect_at_once_though_the_slate_is_stale(
    pair: World, changes: dict[str, Any]
) -> None:
    assert names(pair) == ["Bram"]
    pair.member("bram", **changes)
    assert names(pair) == []
    pair.run()
    assert names(pair) == []
    assert not pair.slates("anna")[-1].recommendations


def test_a_snooze_ends_by_itself(pair: World) -> None:
    until = int(pair.clock.now().timestamp() + DAY)
    pair.member("bram", snoozed_until={"seconds": until})
    assert names(pair) == []
    pair.run(after=2 * DAY)
    assert names(pair) == ["Bram"]


def test_the_line_to_lived_experience_opens_with_the_consent_of_both(pair: World) -> None:
    both = [MATCHING, CROSS_LINE]
    pair.member("bram", kind=members.MEMBER_KIND_LIVED_EXPERIENCE, consents=both)
    pair.member("anna", consents=both)
    pair.run()
    assert names(pair) == ["Bram"]
    assert names(pair, "bram") == ["Anna"]


def test_people_of_one_programme_only_are_not_shown_outside(world: World) -> None:
    world.member("anna", programme=THEIRS)
    world.member("bram", visibility=vocabulary.VISIBILITY_PROGRAMME)
    world.member("cas")
    world.run()
    assert names(world, by=reader("anna", programme=THEIRS)) == ["Cas"]
    assert names(world, "cas") == ["Anna", "Bram"] or names(world, "cas") == ["Bram", "Anna"]
    assert names(world, "bram") == ["Cas"]


def test_a_block_known_to_the_gateway_first_works_too(pair: World) -> None:
    assert names(pair, by=reader("anna", blocked=frozenset({id_of("bram")}))) == []


def test_an_ambassador_reads_slates_of_her_own_programme(pair: World) -> None:
    assert names(pair, by=COORDINATOR) == ["Bram"]
    assert names(pair, by=Reader("", Role.OPERATOR)) == ["Bram"]
    for stranger in (
        reader("bram"),
        Reader(THEIRS, Role.COORDINATOR, member_id=id_of("x")),
        Reader(OURS, Role.AMBASSADOR, member_id=id_of("x"), blocked=frozenset({id_of("anna")})),
    ):
        with pytest.raises(NotFoundError):
            shown(pair, by=stranger)
    with pytest.raises(NotFoundError):
        shown(pair, "nobody", by=COORDINATOR)


def test_what_an_ambassador_may_not_see_is_not_on_the_slate_for_her(world: World) -> None:
    world.member("anna")
    world.member("bram", programme=THEIRS)
    world.run()
    by = Reader(OURS, Role.AMBASSADOR, id_of("x"), blocked=frozenset({id_of("bram")}))
    assert names(world, by=by) == []


def test_a_programme_key_has_to_say_whose_slate(world: World) -> None:
    with pytest.raises(InvalidError):
        Suggest(sql_store(), world.database, world.clock)(reader=Reader(OURS))


def test_a_member_who_is_not_known_yet_has_an_empty_slate(world: World) -> None:
    assert names(world) == []
    world.member("anna")
    assert names(world) == []


def test_showings_are_logged_once_a_day_and_only_to_the_member_herself(pair: World) -> None:
    names(pair, by=COORDINATOR)
    assert pair.rows("showings") == []
    names(pair)
    names(pair)
    (showing,) = pair.rows("showings")
    assert (showing.member_id, showing.other_id) == (id_of("anna"), id_of("bram"))
    assert (showing.policy, showing.rank, showing.probability) == ("slate-1", 1, 1.0)
    pair.run(after=DAY)
    names(pair)
    assert len(pair.rows("showings")) == 2


def test_who_was_shown_in_three_weeks_without_a_reaction_rests_for_twelve(pair: World) -> None:
    for _ in range(3):
        assert names(pair) == ["Bram"]
        pair.run(after=WEEK)
    assert names(pair) == []
    pair.run(after=REST)
    assert names(pair) == ["Bram"]


def test_old_showings_are_deleted(pair: World) -> None:
    names(pair)
    pair.run(after=27 * WEEK)
    assert pair.rows("showings") == []


def test_erasing_leaves_no_row_and_no_document(pair: World) -> None:
    names(pair)
    assert "huis van bram" in str(pair.rows("slate_places"))
    pair.erase("bram")
    for table in ("profiles", "initiatives", "slates", "slate_places", "showings", "marks"):
        assert id_of("bram") not in str(pair.rows(table))
    pair.run()
    assert list(pair.index.sequences()) == [id_of("work of anna")]
    assert not pair.slates("anna")[-1].recommendations
    assert not pair.slates("bram")[-1].recommendations
    assert names(pair) == []
    pair.erase("bram")


def test_who_is_erased_while_slates_are_made_comes_on_none(pair: World) -> None:
    pair.member("cas")
    pair.erase("cas")
    pair.run()
    assert "Cas" not in names(pair)
    assert id_of("cas") not in str(pair.rows("slates"))


def test_an_initiative_that_ended_leaves_the_index(pair: World) -> None:
    pair.member("bram", initiatives=[initiative("b2", BICYCLES)])
    assert set(pair.index.sequences()) == {id_of("work of anna"), id_of("work of b2")}
    pair.run()
    assert names(pair) == []


def test_a_newcomer_reaches_the_slates_of_neighbours(world: World) -> None:
    world.feed(*(member(f"m{number}") for number in range(12)))
    world.run()
    full = {name for name in (f"m{number}" for number in range(12)) if len(names(world, name)) == 5}
    assert len(full) == 12
    world.member("nora", initiatives=[initiative("nora", struggle="Niemand past op.")])
    world.run()
    assert len(names(world, "nora")) == 5
    assert world.rows("marks") == []


def test_work_that_nobody_asked_for_is_found_by_the_periodic_run(pair: World) -> None:
    pair.member("cas")
    pair.tasks.close(timeout_seconds=0)
    pair.run()
    assert sorted(names(pair)) == ["Bram", "Cas"]


def test_rebuilding_forgets_what_the_log_will_tell_again(pair: World) -> None:
    with pair.database.write() as work:
        for clear in pair.service.on_clear:
            clear(work)
    assert pair.index.count() == 0
    assert names(pair) == []
    pair.sequences.clear()
    pair.member("anna")
    pair.member("bram")
    pair.run()
    assert names(pair) == ["Bram"]
    assert len(pair.slates("anna")) == 1


def test_a_large_network_is_compared_by_its_own_background(world: World) -> None:
    subjects = [EVENINGS, BICYCLES, "Wij bakken brood met buren.", "Een koor voor ouderen."]
    world.feed(*(member(f"m{n}", f"{subjects[n % 4]} Groep {n}.") for n in range(24)))
    world.run()
    assert len(world.rows("backgrounds")) == 1
    for suggestion in shown(world, "m0"):
        assert "avonden" in suggestion.initiative.texts["what"]


class Meanwhile(Neighbourhood):
    """A neighbourhood in which somebody is erased while candidates are looked for."""

    world: World

    @override
    def legs(self, *given: Any, **named: Any) -> list[Leg]:
        found = super().legs(*given, **named)
        self.world.erase("anna")
        self.world.erase("bram")
        return found


def test_who_is_erased_meanwhile_gets_no_slate_and_stands_on_none(world: World) -> None:
    world.feed(*(member(name) for name in ("anna", "bram", "cas")))
    near = Meanwhile(world.index)
    object.__setattr__(near, "world", world)
    refresh = RefreshSlates(sql_store(), world.database, near, world.clock, encoder().name)
    assert refresh() == 3
    assert [slate.member_id for slate in world.rows("slates")] == [id_of("cas")]
    assert world.rows("slate_places") == []


def test_marks_wait_while_another_run_works(pair: World) -> None:
    store, near = sql_store(), Neighbourhood(pair.index)
    name = encoder().name
    task = Refresh(
        RefreshSlates(store, pair.database, near, pair.clock, name),
        DrawBackground(store, pair.database, near, pair.clock, name),
    )
    pair.member("cas")
    with task.alone:
        task("")
    assert len(pair.rows("marks")) > 0
    task("")
    assert pair.rows("marks") == []


def test_in_a_large_network_a_new_sample_costs_no_new_slates(pair: World) -> None:
    name = encoder().name
    near = Neighbourhood(pair.index)
    pair.feed(*(member(f"m{number}") for number in range(3)))
    pair.run()
    pair.member("n", initiatives=[initiative("n"), initiative("n2")])
    pair.tasks.close(timeout_seconds=0)
    marks = pair.rows("marks")
    draw = DrawBackground(sql_store(), pair.database, near, pair.clock, name, few=1)
    assert draw()
    assert pair.rows("marks") == marks
    assert not draw()


def test_the_sample_of_a_small_network_is_soon_that_of_all_its_members(world: World) -> None:
    world.feed(*(member(f"m{number}") for number in range(12)))
    world.run()
    world.member("late")
    world.tasks.submit("matchmaking.refresh")
    world.tasks.run()
    assert [row.size for row in world.rows("backgrounds")] == [12]
    world.run()
    assert [row.size for row in world.rows("backgrounds")] == [13]


class Down(HandTasks):
    """A queue that cannot be reached."""

    @override
    def submit(self, name: str, argument: str = "") -> None:
        raise RetryableError("the queue is down")


def test_a_queue_that_is_down_stops_nobody() -> None:
    Wake(Down(), "matchmaking.refresh")()


def test_among_equals_those_of_ones_own_country_come_into_view_first(world: World) -> None:
    world.feed(
        member("anna", country="NL"), member("bram", country="BE"), member("cas", country="NL")
    )
    world.run()
    assert sorted(names(world)) == ["Bram", "Cas"]
    rank = Rank(world.index, encoder(), sql_store(), world.database)
    found = rank(EVENINGS, country="BE", limit=10)
    assert found["hybrid"][0] == id_of("bram")
    assert sorted(found["dense"]) == sorted(map(id_of, ("anna", "bram", "cas")))
