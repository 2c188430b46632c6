"""A raw record can hold anything; what is wrong is said per field."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.vocabulary import Flag, Wish
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.initiative import read_initiative
from services.ingestion.domain.member import Standing, read_member
from services.ingestion.domain.programme import read_programme
from services.ingestion.domain.story import Place, read_story

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
STORY_FIELDS = (
    *("title", "kind", "language", "summary", "body", "themes", "populations", "stage"),
    *("contacts", "visibility", "url", "country", "year"),
)
MEMBER_FIELDS = (
    *("name", "pseudonym", "kind", "email", "phone", "organisation", "region", "country"),
    *("languages", "role", "wants", "capacity", "snoozed_until", "visibility", "consents"),
)


@given(st.dictionaries(st.sampled_from(STORY_FIELDS), JSON), st.booleans())
def test_reading_any_story_never_fails(
    raw: dict[str, object], lenient: bool
) -> None:  # given by hypothesis
    fields = Fields(raw, lenient=lenient)
    story = read_story(fields, Place("s", "p", "", NOW))
    assert fields.problems or story.title


@given(st.dictionaries(st.sampled_from(MEMBER_FIELDS), JSON))
def test_reading_any_member_never_fails(raw: dict[str, object]) -> None:
    fields = Fields(raw)
    member = read_member(fields, Standing("m", "p", "nl"))
    assert fields.problems or (member.email and member.name)


@given(st.dictionaries(st.sampled_from(("title", "updated", "flag", "what", "id")), JSON))
def test_reading_any_initiative_never_fails(raw: dict[str, object]) -> None:
    initiative = read_initiative(Fields(raw), initiative_id="i", now=NOW)
    assert initiative.updated_at <= NOW


@given(st.dictionaries(st.sampled_from(("name", "slug", "sector", "languages")), JSON))
def test_reading_any_programme_never_fails(raw: dict[str, object]) -> None:
    fields = Fields(raw)
    programme = read_programme(fields, programme_id="p")
    assert fields.problems or programme.slug


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (1.5, "whole number"),
        (True, "whole number"),
        (-1, "whole number"),
        (8, "whole number"),
        (2**63, "whole number"),
        ("3", "whole number"),
    ],
)
def test_a_stage_is_a_whole_number_from_one_to_seven(value: object, why: str) -> None:
    fields = Fields({"stage": value})
    assert fields.stage("stage") == 0
    assert why in fields.problems["stage"]


@pytest.mark.parametrize(("value", "stage"), [(None, 0), (0, 0), (1, 1), (7, 7)])
def test_no_stage_is_nothing_or_zero(value: object, stage: int) -> None:
    fields = Fields({"stage": value})
    assert fields.stage("stage") == stage
    assert not fields.problems


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T10:00:00+01:00", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("1970-01-01", datetime(1970, 1, 1, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_a_moment_is_a_date_or_a_time_with_its_zone(value: object, moment: object) -> None:
    fields = Fields({"at": value})
    assert fields.moment("at") == moment
    assert not fields.problems


@pytest.mark.parametrize(
    "value",
    [
        "2027-02-29",
        "2026-01-31T10:00:00",
        "2026-01-31T10:00:00+25:00",
        "0000-01-01",
        "10000-01-01",
        "0001-01-01T00:00:00+23:00",
        "gisteren",
        7,
    ],
)
def test_another_moment_is_refused(value: object) -> None:
    fields = Fields({"at": value})
    assert fields.moment("at") is None
    assert "at" in fields.problems


@pytest.mark.parametrize("value", ["care", 3, ["care"], [1], ["x" * 201], ["debt"] * 21, [None]])
def test_themes_are_a_list_of_known_codes(value: object) -> None:
    fields = Fields({"themes": value})
    assert fields.themes("themes") == ()
    assert "themes" in fields.problems


def test_unknown_codes_from_elsewhere_are_left_out_with_a_warning() -> None:
    fields = Fields({"themes": ["debt", "poverty", "debt"], "country": "Atlantis"}, lenient=True)
    assert fields.themes("themes") == ("debt",)
    assert fields.country("country") == ""
    assert not fields.problems
    assert set(fields.warnings) == {"themes", "country"}


def test_an_unknown_country_is_refused_where_it_could_be_mended() -> None:
    fields = Fields({"country": "Nederland"})
    assert fields.country("country") == ""
    assert "two letters" in fields.problems["country"]


def test_lengths_are_counted_in_code_points_after_normalising() -> None:
    fits, long = "e\u0301" * 200, "👨‍👩‍👧" * 41
    assert len(Fields({"x": fits}).line("x")) == 200
    fields = Fields({"x": long, "y": "x" * 801})
    assert (fields.line("x"), fields.line("y")) == (long, "")
    assert set(fields.problems) == {"x", "y"}


def test_closed_lists_name_their_words() -> None:
    fields = Fields({"flag": "lost", "wants": ["peer", "boss"]})
    assert fields.optional_code("flag", Flag) is None
    assert fields.codes("wants", Wish) == (Wish.PEER,)
    assert fields.problems["flag"] == "must be one of stuck, stopped"
    assert "bridge" in fields.problems["wants"]


def test_nested_records_are_named_by_their_path() -> None:
    fields = Fields({"organisation": {"name": "", "logo": 1}, "odd": 1, "\ud800": 2})
    inner = fields.inner("organisation", fields.record("organisation"))
    inner.name("name", required=True)
    fields.include(inner)
    assert fields.problems == {"organisation.name": "must not be empty"}
    assert fields.ignored() == ("odd", "\\ud800", "organisation.logo")


@pytest.mark.parametrize("value", ["x", [1], ["x"], [{}] * 4, 3])
def test_records_are_a_short_list_of_objects(value: object) -> None:
    fields = Fields({"initiatives": value})
    assert fields.records("initiatives", most=3) == []
    assert "initiatives" in fields.problems


def test_a_record_is_an_object() -> None:
    fields = Fields({"organisation": "De Wilgenhof"})
    assert fields.record("organisation") == {}
    assert "organisation" in fields.problems


def test_languages_and_references_are_checked_one_by_one() -> None:
    fields = Fields({"languages": ["NL", "nl", "xx yy"], "contacts": [" a ", "a", "", "b"]})
    assert fields.languages("languages") == ()
    assert fields.references("contacts") == ("a", "b")
    assert set(fields.problems) == {"languages"}


def test_hidden_characters_in_a_text_are_left_out_with_a_warning() -> None:
    fields = Fields({"body": "een\u0083 twee"})
    assert fields.text("body") == "een twee"
    assert "body" in fields.warnings


def test_fields_read_elsewhere_are_not_ignored() -> None:
    fields = Fields({"id": 1, "sample": True, "x" * 100: 0})
    fields.pass_over("id", "sample")
    assert fields.ignored() == ("x" * 64,)
