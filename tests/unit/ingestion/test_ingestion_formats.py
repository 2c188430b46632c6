"""Records of other systems, put into our own form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.countries import country_code
from services.ingestion.domain.formats import organisation_as_member

WAAG = {
    "id": "o59",
    "name": "Waag",
    "type": "Academia/Research organisation",
    "size": "26-50 people",
    "summary": "Technologie en samenleving.",
    "description": "Wij maken technologie begrijpelijk.",
    "country": "Netherlands",
    "region": "Amsterdam",
    "network_tags": ["FabLab Network", "Digital inclusion", "health"],
    "project_ids": [],
    "visibility": "network",
}


def test_an_organisation_becomes_a_member_with_one_initiative() -> None:
    member, ignored = organisation_as_member(WAAG)
    assert member["organisation"] == {"name": "Waag", "side": "knowledge"}
    assert (member["country"], member["visibility"]) == ("NL", "network")
    assert member["initiatives"] == [
        {
            "id": "organisation",
            "title": "Waag",
            "what": "Technologie en samenleving.\n\nWij maken technologie begrijpelijk.",
            "language": None,
            "themes": ["digital_inclusion", "health"],
        }
    ]
    assert ignored == ("project_ids", "size")


@pytest.mark.parametrize(
    ("summary", "description", "what"),
    [
        ("", "", ""),
        (None, None, None),
        ("kort", None, "kort"),
        (None, "lang", "lang"),
        ("", "lang", "lang"),
        ("lang", "heel lang", "heel lang"),
        (7, "lang", 7),
    ],
)
def test_what_is_told_twice_is_kept_once(
    summary: object, description: object, what: object
) -> None:
    member, _ = organisation_as_member({"summary": summary, "description": description})
    initiatives = member["initiatives"]
    assert isinstance(initiatives, list)
    assert initiatives[0]["what"] == what


@given(
    st.dictionaries(
        st.sampled_from(("name", "type", "country", "network_tags", "summary")),
        st.none() | st.integers() | st.text() | st.lists(st.text() | st.integers()),
    )
)
def test_any_organisation_can_be_put_into_our_form(raw: dict[str, object]) -> None:
    member, ignored = organisation_as_member(raw)
    assert member["name"] == raw.get("name")
    assert ignored == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Nederland ", "NL"),
        ("Macedonia, the former Yugoslav Republic of", "MK"),
        ("Cote d'Ivoire", "CI"),
        ("BE", "BE"),
        ("Atlantis", "Atlantis"),
    ],
)
def test_a_country_is_known_by_its_name(name: str, code: str) -> None:
    assert country_code(name) == code
