"""Everything about oneself, in a file: whole, readable, and nobody else's."""

import io
import json
from typing import Any
from zipfile import ZipFile

import pytest
from harness.whole import Whole

from libs.web.holdings import PATH
from services.gateway.domain.exported import FIELDS, KINDS

pytestmark = pytest.mark.timeout(300)
QUESTION = "Mag ik je bellen over de keukentafel?"
SERVICES = ("gateway", "ingestion", "matchmaking", "notification", "search")


def fetched(whole: Whole, who: str, slug: str) -> dict[str, str]:
    """Return the files of an export by their names."""
    answer = whole.ask(who, "GET", f"/v1/members/{whole.ids[slug]}/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert "attachment" in answer.headers["content-disposition"]
    with ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def told(whole: Whole, who: str, slug: str) -> dict[str, list[dict[str, Any]]]:
    """Return every kind of thing in an export, of all services."""
    files = fetched(whole, who, slug)
    parts = [json.loads(files[f"data/{service}.json"]) for service in SERVICES]
    assert sum(map(len, parts)) == len({kind for part in parts for kind in part})
    return {kind: things for part in parts for kind, things in part.items()}


def test_an_export_tells_what_every_service_keeps(whole: Whole) -> None:
    found = told(whole, "member", "mo")

    assert found.keys() == KINDS.keys()
    (profile,) = found["profile"]
    assert (profile["name"], profile["email"]) == ("Mo", "mo@kring.example")
    assert profile["programme"] == "Ours"
    assert [work["title"] for work in found["initiatives"]] == ["werk van mo"]
    assert {entry["purpose"] for entry in found["consents"]} == {"matching", "mail"}
    assert all(entry["words"] for entry in found["consents"])
    (introduction,) = found["introductions"]
    assert (introduction["role"], introduction["message"]) == ("asker", QUESTION)
    assert introduction["display_name"] == "Buur"
    assert found["found_as"][0]["vectors"] >= 1
    assert found["sessions"]
    assert {choice["kind"] for choice in found["preferences"]} >= {"introduced"}


def test_an_export_has_nothing_to_reach_others_by(whole: Whole) -> None:
    files = fetched(whole, "buur", "buur")
    everything = "\n".join(files.values())

    assert QUESTION in files["data/matchmaking.json"], "what was asked of one"
    assert QUESTION in files["data/notification.json"], "what one was told"
    assert "mo@kring.example" not in everything
    assert "werk van vreemd" not in everything
    assert "Verhaal geheim" in files["data/ingestion.json"], "the own stories"
    assert "Verhaal van-hen" not in everything


def test_the_page_says_everything_in_words_of_the_member(whole: Whole) -> None:
    page = fetched(whole, "member", "mo")["index.html"]

    assert '<html lang="nl">' in page
    assert "Alles wat Kring over jou bewaart" in page
    for label in KINDS.values():
        assert label.nl in page
    assert "mij voorstelt aan mensen met vergelijkbaar werk" in page
    assert "<dt>Mailadres</dt><dd>mo@kring.example</dd>" in page


def test_every_field_has_a_name_in_both_languages(whole: Whole) -> None:
    for who, slug in (("member", "mo"), ("buur", "buur"), ("operator", "vreemd")):
        for kind, things in told(whole, who, slug).items():
            for thing in things:
                assert thing.keys() <= FIELDS.keys(), kind


@pytest.mark.parametrize("who", ["member", "ambassador", "coordinator", "baas"])
@pytest.mark.parametrize("slug", ["buur", "verre"])
def test_nobody_exports_somebody_else(whole: Whole, who: str, slug: str) -> None:
    answer = whole.ask(who, "GET", f"/v1/members/{whole.ids[slug]}/export")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_number_that_is_none_is_refused(whole: Whole) -> None:
    for wrong in ("me", "..", "1", whole.ids["mo"].upper()):
        answer = whole.ask("member", "GET", f"/v1/members/{wrong}/export")
        assert answer.status_code in {400, 404, 422}, wrong


def test_what_services_tell_one_another_cannot_be_asked_from_outside(whole: Whole) -> None:
    for who in ("anonymous", "member", "operator"):
        assert whole.ask(who, "GET", PATH).status_code in {401, 404}


def test_an_operator_exports_for_a_member_and_that_is_written_down(whole: Whole) -> None:
    assert told(whole, "operator", "buur")["profile"][0]["name"] == "Buur"

    deeds = told(whole, "buur", "buur")["deeds"]
    exports = [deed["by"] for deed in deeds if deed["action"] == "GET /v1/members/{id}/export"]
    assert "operator" in exports
