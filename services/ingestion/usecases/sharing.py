"""Stories as they go out to other programmes: to each its own, to all what the network may see."""

from dataclasses import dataclass, replace

from libs.contracts import topics
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.gen.kring.events.v1.vocabulary_pb2 import Visibility
from libs.kernel.policy import Reader, may_see
from libs.ports.database import Work
from services.ingestion.usecases.outgoing import Outgoing, Snapshot
from services.ingestion.usecases.registry import Registry
from services.ingestion.usecases.snapshot import WITHDRAWN

_PERSONAL = (
    "title", "summary", "body", "context", "outcome", "evidence", "url", "owner_id", "contact_ids",
    "ruling",
)  # fmt: skip
"""What somebody wrote, and who is named: it could not be erased from logs that others read."""
ANYBODY = Reader(programme="")
"""Somebody of a programme that there is not: sees what the whole network may see."""


@dataclass(frozen=True)
class ShareStory:
    """Passes a snapshot on, with its sequence, to whoever may see it.

    Programmes act with a coordinator's rights and so see every story of their own. The network is
    told that a story is withdrawn when it may not see it any more, and nothing of others; what a
    moderator hid is withdrawn for its own programme too, until it is restored. A story
    that a member owns goes out without its texts: they can be erased only where Kring keeps them,
    so others read them through the API.
    """

    registry: Registry

    def __call__(self, event: Event[Story], work: Work) -> None:
        """Pass one snapshot on."""
        identity, shared = event.aggregate_id, self.registry.stores.shared
        shown = WITHDRAWN if event.state.hidden else _impersonal(event.state)
        outgoing = Outgoing(self.registry)
        snapshot = Snapshot(identity, event.programme, event.sequence, shown)
        outgoing.emit(topics.STORIES.of(event.programme), snapshot, work)
        if self._is_for_all(event):
            shared.put(work, identity)
        elif shared.remove(work, identity):
            snapshot = replace(snapshot, state=WITHDRAWN)
        else:
            return
        outgoing.emit(topics.NETWORK_STORIES, snapshot, work, others=True)

    @staticmethod
    def _is_for_all(event: Event[Story]) -> bool:
        word = Visibility.Name(event.state.visibility).removeprefix("VISIBILITY_").lower()
        return (
            not event.state.withdrawn
            and not event.state.hidden
            and may_see(ANYBODY, visibility=word, programme=event.programme)
        )


def _impersonal(story: Story) -> Story:
    """Return a story as others may keep it."""
    if not story.owner_id:
        return story
    kept = Story()
    kept.CopyFrom(story)
    for field in _PERSONAL:
        kept.ClearField(field)
    return kept
