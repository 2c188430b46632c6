"""What a newcomer sees after the one command; the sample comes with `kring up` alone."""

import json

import pytest
from harness.installation import Installation, Kring, Network

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_the_sample_is_searchable_recommends_people_and_is_kept_by_the_next_start(
    embedded: Kring,
) -> None:
    embedded.start()
    operator = embedded.operator()
    embedded.wait_for(
        lambda: operator.get("/v1/search", q="eenzaamheid", limit=1)["total"] >= 100,
        "the sample to be found",
        seconds=90,
    )
    found = embedded.cli(
        "search", "evening for carers of people with dementia", "--limit", "20", "--json"
    )
    languages = {hit["language"] for hit in json.loads(found.stdout)["hits"]}
    assert languages == {"nl", "en"}
    people = embedded.wait_for(
        lambda: json.loads(
            embedded.cli("people", "anna.devries@zorggroep-de-wilgenhof.example", "--json").stdout
            or "{}"
        ).get("recommendations"),
        "recommendations for Anna",
    )
    assert all(each["reason"] for each in people)
    assert embedded.stop() == 0
    embedded.start()
    assert embedded.operator().get("/v1/search", q="eenzaamheid", limit=1)["total"] >= 100


def test_after_another_encoder_was_chosen_everything_is_found_again(kring: Installation) -> None:
    kring.start_empty(KRING_ENCODER="use")
    network = Network(kring)
    network.programme("ours")
    story = {"id": "1", "title": "Samen koken in de wijk", "body": "Elke dinsdag aan tafel."}
    network.imported("stories", {**story, "programme": "ours", "visibility": "network"})

    def is_found() -> bool:
        return bool(kring.operator().get("/v1/search", q="cooking with neighbours")["total"])

    kring.wait_for(is_found, "the story to be found", seconds=60)
    assert kring.stop() == 0
    kring.start_with_encoder("e5")
    kring.wait_for(is_found, "the story to be found with the other encoder", seconds=60)
