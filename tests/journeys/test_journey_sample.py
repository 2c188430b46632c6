"""What a newcomer sees after the one command."""

import json

import pytest
from harness.installation import Kring

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_the_sample_is_searchable_recommends_people_and_is_kept_by_the_next_start(
    kring: Kring,
) -> None:
    kring.start()
    operator = kring.operator()
    kring.wait_for(
        lambda: operator.get("/v1/search", q="eenzaamheid", limit=1)["total"] >= 100,
        "the sample to be found",
        seconds=90,
    )
    found = kring.cli(
        "search", "evening for carers of people with dementia", "--limit", "20", "--json"
    )
    languages = {hit["language"] for hit in json.loads(found.stdout)["hits"]}
    assert languages == {"nl", "en"}
    people = kring.wait_for(
        lambda: json.loads(
            kring.cli("people", "anna.devries@zorggroep-de-wilgenhof.example", "--json").stdout
            or "{}"
        ).get("recommendations"),
        "recommendations for Anna",
    )
    assert all(each["reason"] for each in people)
    assert kring.stop() == 0
    kring.start()
    assert kring.operator().get("/v1/search", q="eenzaamheid", limit=1)["total"] >= 100
