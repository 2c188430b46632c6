"""Records read as programmes, members, initiatives and stories, and back."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.policy import Role
from libs.kernel.vocabulary import Flag, MemberKind, Side
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.identity import external, fingerprint, slug
from services.ingestion.domain.initiative import (
    Initiative,
    initiative_record,
    is_same,
    read_initiative,
    read_initiatives,
)
from services.ingestion.domain.member import (
    Member,
    Organisation,
    Standing,
    check_size,
    member_record,
    read_member,
)
from services.ingestion.domain.programme import programme_record, read_programme
from services.ingestion.domain.story import Place, read_story, story_record

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STANDING = Standing("m", "p", "nl")
PLACE = Place("s", "p", "m", NOW)
MEMBER = {
    "name": "Anna de Vries",
    "email": "anna@wilgenhof.example",
    "kind": "lived_experience",
    "pseudonym": "Wilg",
    "organisation": {"name": "De Wilgenhof", "side": "system"},
    "snoozed_until": "2027-01-01T00:00:00+01:00",
    "wants": ["guide", "bridge"],
    "consents": ["matching"],
}


def read(record: Mapping[str, object]) -> tuple[Member, Fields]:
    fields = Fields(record)
    return read_member(fields, STANDING), fields


def test_a_member_reads_back_from_their_own_record() -> None:
    member, fields = read(MEMBER)
    assert not fields.problems
    again, fields = read(dict(member_record(member)))
    assert (again, fields.problems) == (member, {})
    assert member.display_name == "Wilg"
    assert member.organisation == Organisation("De Wilgenhof", Side.SYSTEM)


def test_a_member_of_whom_little_is_told_gets_the_defaults() -> None:
    member, fields = read({"name": "Bram", "email": "bram@x.example"})
    assert not fields.problems
    assert (member.kind, member.role, member.capacity) == (
        MemberKind.PRACTITIONER,
        Role.MEMBER,
        2,
    )
    assert (member.languages, member.organisation, member.consents) == (("nl",), None, ())
    assert member.display_name == "Bram"
    assert read(dict(member_record(member)))[0] == member


def test_ambassadors_carry_more_unless_they_say_otherwise() -> None:
    ambassador = {"name": "Bram", "email": "b@x.example", "role": "ambassador"}
    assert read(ambassador)[0].capacity == 4
    assert read({**ambassador, "capacity": 0})[0].capacity == 0


def test_practitioners_use_their_own_name_and_an_address() -> None:
    _, fields = read({"name": "Bram", "pseudonym": "B"})
    assert set(fields.problems) == {"pseudonym", "email"}


def test_an_imported_organisation_needs_no_address() -> None:
    fields = Fields({"name": "Waag"})
    member = read_member(fields, replace(STANDING, has_address=False))
    assert not fields.problems
    assert member.email == ""


def test_many_or_long_initiatives_do_not_fit_into_one_event() -> None:
    one = Initiative("i", "x", NOW, what="é" * 20_000)
    assert check_size([one]) == ""
    assert check_size([one] * 6) == "are too long together"
    assert check_size([Initiative("i", "x", NOW)] * 21) == "must be at most 20"


def test_an_initiative_reads_back_and_stays_the_same() -> None:
    raw = {"id": "a", "title": "Buurtkamer", "flag": "stuck", "stage": 3, "themes": ["debt"]}
    fields = Fields(raw)
    initiative = read_initiative(fields, initiative_id="i", now=NOW)
    later = read_initiative(
        Fields(initiative_record(initiative)), initiative_id="i", now=NOW + timedelta(days=1)
    )
    assert not fields.problems
    assert initiative.flag is Flag.STUCK
    assert later.updated_at > initiative.updated_at
    assert is_same(later, initiative)
    assert not is_same(replace(later, stage=4), initiative)


def test_an_initiative_updated_in_the_future_was_updated_now() -> None:
    fields = Fields({"title": "x", "updated": "2099-01-01"})
    assert read_initiative(fields, initiative_id="i", now=NOW).updated_at == NOW
    assert "updated" in fields.warnings


def initiatives(
    record: dict[str, object], before: tuple[Initiative, ...] = ()
) -> tuple[tuple[Initiative, ...], Fields]:
    numbers = itertools.count(1)
    fields = Fields(record)
    read = read_initiatives(fields, before, new_id=lambda: f"new{next(numbers)}", now=NOW)
    return read, fields


def test_what_the_sender_no_longer_sends_leaves_and_what_was_made_here_stays() -> None:
    own = Initiative("own", "Eigen", NOW)
    kept = Initiative("kept", "Oud", NOW, external_id="a")
    gone = Initiative("gone", "Weg", NOW, external_id="b")
    sent: dict[str, object] = {
        "initiatives": [{"id": "a", "title": "Nieuw"}, {"id": "c", "title": "Erbij"}]
    }
    after, fields = initiatives(sent, (own, kept, gone))
    assert not fields.problems
    assert [(each.id, each.title) for each in after] == [
        ("own", "Eigen"),
        ("kept", "Nieuw"),
        ("new1", "Erbij"),
    ]


def test_a_record_without_initiatives_leaves_them_alone() -> None:
    before = (Initiative("kept", "Oud", NOW, external_id="a"),)
    assert initiatives({}, before)[0] == before
    assert initiatives({"initiatives": []}, before)[0] == ()


def test_initiatives_without_ids_are_known_by_their_place() -> None:
    sent: dict[str, object] = {"initiatives": [{"title": "x"}, {"title": "y"}]}
    first, _ = initiatives(sent)
    again, _ = initiatives(sent, first)
    assert [each.id for each in again] == ["new1", "new2"]


def test_two_initiatives_with_one_id_are_refused() -> None:
    _, fields = initiatives({"initiatives": [{"id": "a", "title": "x"}, {"id": "a", "title": ""}]})
    assert set(fields.problems) == {"initiatives.1.id", "initiatives.1.title"}


def test_a_story_reads_back_from_its_own_record() -> None:
    raw = {"title": "x", "kind": "failure", "themes": ["debt"], "year": 2020, "country": "nl"}
    story = read_story(Fields(raw), PLACE)
    fields = Fields(story_record(story))
    assert read_story(fields, PLACE) == story
    assert not fields.problems
    assert not fields.ignored()
    assert story.country == "NL"


def test_a_story_has_a_title() -> None:
    fields = Fields({"title": " \u00a0 ", "body": "x"})
    read_story(fields, PLACE)
    assert fields.problems == {"title": "must not be empty"}


def test_a_programme_gets_its_slug_from_its_name_and_reads_back() -> None:
    programme = read_programme(Fields({"name": "Samen Thuis – Één"}), programme_id="p")
    assert programme.slug == "samen-thuis-een"
    assert programme.main_language == "nl"
    assert read_programme(Fields(programme_record(programme)), programme_id="p") == programme


@pytest.mark.parametrize(
    "record", [{"name": "x", "slug": "A B"}, {"name": "山田"}, {"name": "x", "slug": "-x"}]
)
def test_a_programme_needs_a_plain_slug(record: dict[str, object]) -> None:
    fields = Fields(record)
    read_programme(fields, programme_id="p")
    assert set(fields.problems) == {"slug"}


@given(st.text())
def test_a_slug_is_its_own_slug(text: str) -> None:
    assert slug(slug(text)) == slug(text)


def test_an_id_of_ours_is_no_slug() -> None:
    assert slug("01900000-0000-7000-8000-0000000000ff") == ""


def test_the_same_content_has_the_same_fingerprint_whatever_its_order() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": "\ud800"}) != fingerprint({"a": ""})


def test_an_external_id_is_another_thing_per_programme_and_kind() -> None:
    digests = {external(p, kind, "1") for p in "ab" for kind in ("stories", "members")}
    assert len(digests) == 4
