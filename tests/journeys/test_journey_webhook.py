"""A programme without a broker gives an address, and is told there what its network learns."""

import json

import pytest
from harness.installation import Installation, Network
from harness.receiver import BUSY, Receiver, receiving

from libs.kernel import webhooks

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def stories(receiver: Receiver) -> list[str]:
    """Return the titles of the stories that were posted."""
    told = [json.loads(post.body) for post in receiver.posted]
    return [each["data"]["title"] for each in told if each["type"] == "kring.story.v1"]


def test_a_story_is_told_at_the_address_of_a_programme_signed_and_again_after_an_outage(
    running: Installation, network: Network
) -> None:
    coordinator = network.person(network.member("Cora Hook", "theirs", role="coordinator"))
    with receiving() as receiver:
        hook = coordinator.post("/v1/webhooks", {"url": receiver.url(BUSY)})
        story = {"title": "Samen koken", "body": "Elke dinsdag koken we.", "visibility": "network"}
        network.imported("stories", {"id": "koken", "programme": "ours", **story})

        running.wait_for(
            lambda: len(stories(receiver)) >= 2, "the story, refused and told again", 60
        )

        assert set(stories(receiver)) == {"Samen koken"}
        first, second = receiver.posted[:2]
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        secret = webhooks.read_secret(hook["secret"])
        assert all(webhooks.read(*post).is_by([secret]) for post in receiver.posted)
    (listed,) = coordinator.get("/v1/webhooks")["webhooks"]
    assert listed["ended_at"] is None
    assert "secret" not in listed
